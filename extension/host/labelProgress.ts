import { parseItems, parseRankingFile } from "../data/labels";
import type { LabelItem } from "../protocol/rankingFormat";
import { Problem, isProblem } from "../protocol/problem";
import { labelFiles, labelerOf, type LabelBatchFiles } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";
import { fileStamp } from "./fileStamp";

/** How far one labeler is with a batch. */
export interface LabelerProgress {
  readonly labeler: string;
  readonly file: string;
  /** Ids of the items that are dealt with: submitted, skipped or found to have no order. */
  readonly done: ReadonlySet<string>;
  readonly submitted: number;
  /** Why the file cannot be read; null when it can. */
  readonly problem: Problem | null;
}

/** How far a batch is. */
export interface BatchProgress {
  readonly batch: string;
  readonly itemsFile: string;
  readonly items: readonly string[];
  readonly labelers: readonly LabelerProgress[];
  readonly problem: Problem | null;
}

/** Ids of the items that somebody has dealt with. */
export function doneByAnyone({ labelers }: BatchProgress): ReadonlySet<string> {
  return new Set(labelers.flatMap(({ done }) => [...done]));
}

/** Rankings still to do: by this labeler, or where the name is empty the items that nobody has dealt with. */
export function rankingsToDo(batches: readonly BatchProgress[], labeler: string): number {
  return batches
    .map((batch) => {
      const own = batch.labelers.find((candidate) => candidate.labeler === labeler);
      const done = labeler === "" ? doneByAnyone(batch) : (own?.done ?? new Set());
      return batch.items.filter((id) => !done.has(id)).length;
    })
    .reduce((sum, count) => sum + count, 0);
}

/** The label files of projects as far as they are known; a batch is read again only when one of its files has changed. */
export class LabelCache {
  private readonly known = new Map<string, { readonly stamp: string; readonly progress: BatchProgress }>();

  list(project: string): readonly BatchProgress[] {
    return labelFiles(project).map((files) => {
      const stamp = [files.itemsFile, ...files.rankingFiles]
        .map((file) => `${file}=${fileStamp(file)}`)
        .join();
      const before = this.known.get(files.itemsFile);
      if (before?.stamp === stamp) return before.progress;
      const progress = readBatch(files);
      this.known.set(files.itemsFile, { stamp, progress });
      return progress;
    });
  }
}

function readBatch({ batch, itemsFile, rankingFiles }: LabelBatchFiles): BatchProgress {
  const text = safely(itemsFile);
  const items = isProblem(text) ? text : parseItems(text, itemsFile);
  if (isProblem(items)) return { batch, itemsFile, items: [], labelers: [], problem: items };
  const labelers = rankingFiles.map((file) => readLabeler(batch, file, items));
  return { batch, itemsFile, items: items.map(({ id }) => id), labelers, problem: null };
}

function readLabeler(batch: string, file: string, items: readonly LabelItem[]): LabelerProgress {
  const labeler = labelerOf(batch, file);
  const text = safely(file);
  const ranking = isProblem(text) ? text : parseRankingFile(text, file, items);
  if (isProblem(ranking)) return { labeler, file, done: new Set(), submitted: 0, problem: ranking };
  const judgements = Object.entries(ranking.judgements);
  const done = judgements.filter(([, { status }]) => status !== "draft").map(([id]) => id);
  const submitted = judgements.filter(([, { status }]) => status === "submitted").length;
  return { labeler, file, done: new Set(done), submitted, problem: null };
}

function safely(path: string): string | Problem {
  try {
    return readText(path);
  } catch (error) {
    return new Problem("disk", error instanceof Error ? error.message : String(error));
  }
}
