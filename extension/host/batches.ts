import { existsSync } from "node:fs";
import { parseItems, parseRankingFile } from "../data/labels";
import { type LabelItem, type RankingFile } from "../protocol/rankingFormat";
import { isProblem, type Problem } from "../protocol/problem";
import { rankingFile } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";

/** What there is to rank in a batch, and what one labeler has judged of it. */
export interface Batch {
  readonly name: string;
  readonly items: readonly LabelItem[];
  /** Where the labeler's judgements are, or will be. */
  readonly file: string;
  /** Null before the labeler's first judgement. */
  readonly ranking: RankingFile | null;
}

/** A batch as a labeler works on it, everything checked. */
export function readBatch(
  project: string,
  name: string,
  itemsPath: string,
  labeler: string,
): Batch | Problem {
  const text = readText(itemsPath);
  const items = isProblem(text) ? text : parseItems(text, itemsPath);
  if (isProblem(items)) return items;
  const file = rankingFile(project, name, labeler);
  if (!existsSync(file)) return { name, items, file, ranking: null };
  const content = readText(file);
  const ranking = isProblem(content) ? content : parseRankingFile(content, file, items);
  return isProblem(ranking) ? ranking : { name, items, file, ranking };
}

/** Items the labeler has not finished: neither submitted nor passed over. */
export function openItems({ items, ranking }: Batch): readonly LabelItem[] {
  const isDone = (id: string): boolean => {
    const status = ranking?.judgements[id]?.status;
    return status !== undefined && status !== "draft";
  };
  return items.filter(({ id }) => !isDone(id));
}
