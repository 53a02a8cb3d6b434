import { parseScreeningFile, type GoldItem, type ScreeningFile } from "../data/goldItems";
import type { BatchLabels } from "../data/itemContent";
import { parseRankingFile } from "../data/labels";
import { Problem, isProblem } from "../protocol/problem";
import type { RankingFile } from "../protocol/rankingFormat";
import { labelFiles, screeningFiles, type LabelBatchFiles } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";
import { readGoldLines } from "./readGold";
import { noBatch, readItemsFile } from "./readItems";

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

/** One batch with its labelers' files; the problem names the batches that there are. */
export function readBatchLabels(project: string, batch: string): BatchLabels | Problem {
  const files = labelFiles(project).find((each) => each.batch === batch);
  return files === undefined ? noBatch(project, batch) : readBatch(files);
}

function readBatch({ batch, itemsFile, rankingFiles }: LabelBatchFiles): BatchLabels | Problem {
  const items = readItemsFile(itemsFile);
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

/** What labelers are screened by; a project may have none of it. */
export interface ScreeningData {
  readonly gold: readonly GoldItem[];
  readonly screeningFiles: readonly ScreeningFile[];
}

/** Gold items and files about labelers, or everything that is wrong with them. */
export function readScreening(project: string): ScreeningData | readonly Problem[] {
  const gold = readGoldLines(project);
  const about = screeningFiles(project).map(({ labeler, file }) => readScreeningFile(labeler, file));
  const problems = [...gold.problems, ...about.filter(isProblem)];
  if (problems.length > 0) return problems;
  return { gold: gold.records, screeningFiles: about.flatMap((file) => (isProblem(file) ? [] : [file])) };
}

function readScreeningFile(labeler: string, file: string): ScreeningFile | Problem {
  const text = readText(file);
  const screening = isProblem(text) ? text : parseScreeningFile(text, file);
  if (isProblem(screening) || screening.labeler === labeler) return screening;
  return new Problem(
    "malformed",
    `${file}: "labeler" must be the ${JSON.stringify(labeler)} of the file's name, but is ${JSON.stringify(screening.labeler)}.`,
  );
}
