import type { BatchLabels } from "../data/itemContent";
import { parseItems, parseRankingFile } from "../data/labels";
import { isProblem, type Problem } from "../protocol/problem";
import type { RankingFile } from "../protocol/rankingFormat";
import { labelFiles, type LabelBatchFiles } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";

/** The given batches of a project, or all, with their labelers' files. */
export function readLabels(project: string, batches?: readonly string[]): readonly BatchLabels[] | Problem {
  const read: BatchLabels[] = [];
  for (const files of labelFiles(project)) {
    if (batches && !batches.includes(files.batch)) continue;
    const batch = readBatch(files);
    if (isProblem(batch)) return batch;
    read.push(batch);
  }
  return read;
}

function readBatch({ batch, itemsFile, rankingFiles }: LabelBatchFiles): BatchLabels | Problem {
  const text = readText(itemsFile);
  const items = isProblem(text) ? text : parseItems(text, itemsFile);
  if (isProblem(items)) return items;
  const rankings: RankingFile[] = [];
  for (const file of rankingFiles) {
    const content = readText(file);
    const ranking = isProblem(content) ? content : parseRankingFile(content, file, items);
    if (isProblem(ranking)) return ranking;
    rankings.push(ranking);
  }
  return { batch, items, rankings };
}
