import { existsSync } from "node:fs";
import { parseAssignment } from "../data/assignments";
import { parseItems, parseRankingFile, type ItemIds } from "../data/labels";
import { Problem, isProblem } from "../protocol/problem";
import {
  assignedLabelers,
  assignmentFile,
  labelFiles,
  labelerOf,
  rankingFile,
  type LabelBatchFiles,
} from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";
import { fileStamp } from "./fileStamp";

/** How far one labeler is with a batch. */
export interface LabelerProgress {
  readonly labeler: string;
  /** The judgements; before the first one the assignment. */
  readonly file: string;
  /** Ids of the items that are this labeler's: those of an assignment, or all of the batch. */
  readonly items: readonly string[];
  /** Ids of the items that are dealt with: submitted, skipped or found to have no order. */
  readonly done: ReadonlySet<string>;
  readonly submitted: number;
  /** Why a file cannot be read; null when it can. */
  readonly problem: Problem | null;
}

/** How far a batch is. */
export interface BatchProgress {
  readonly batch: string;
  readonly itemsFile: string;
  readonly items: readonly string[];
  /** Whoever has a file of rankings or an assignment, by name. */
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
      return (own?.items ?? batch.items).filter((id) => !done.has(id)).length;
    })
    .reduce((sum, count) => sum + count, 0);
}

/** The label files of projects as far as they are known: of a batch, only files that have changed are read again. */
export class LabelCache {
  private readonly items = new Stamped<readonly ItemIds[] | Problem>();
  private readonly labelers = new Stamped<LabelerProgress>();
  private readonly batches = new Stamped<BatchProgress>();

  list(project: string): readonly BatchProgress[] {
    return labelFiles(project).map((files) => this.batch(project, files));
  }

  /** The items of a batch that somebody else has read whole, when their file had this stamp: they need not be read again to be counted. */
  know(itemsFile: string, stamp: string, items: readonly ItemIds[]): void {
    this.items.of(itemsFile, stamp, () => idsOf(items));
  }

  private batch(project: string, { batch, itemsFile, rankingFiles }: LabelBatchFiles): BatchProgress {
    const names = [
      ...rankingFiles.map((file) => labelerOf(batch, file)),
      ...assignedLabelers(project, batch),
    ];
    const stamp = fileStamp(itemsFile);
    const labelers = [...new Set(names)].sort().map((labeler) => {
      const ranking = rankingFile(project, batch, labeler);
      const assignment = assignmentFile(project, batch, labeler);
      return {
        labeler,
        ranking,
        assignment,
        stamp: [stamp, fileStamp(ranking), fileStamp(assignment)].join(),
      };
    });
    const stamps = [stamp, ...labelers.map((each) => `${each.labeler}=${each.stamp}`)].join();
    return this.batches.of(itemsFile, stamps, () => {
      const items = this.items.of(itemsFile, stamp, () => readItems(itemsFile));
      if (isProblem(items)) return { batch, itemsFile, items: [], labelers: [], problem: items };
      const progress = labelers.map((each) =>
        this.labelers.of(each.ranking, each.stamp, () => readLabeler(each, items)),
      );
      return { batch, itemsFile, items: items.map(({ id }) => id), labelers: progress, problem: null };
    });
  }
}

/** What was made of files, by a name, as long as their stamp is the same. */
class Stamped<T> {
  private readonly known = new Map<string, { readonly stamp: string; readonly value: T }>();

  of(name: string, stamp: string, make: () => T): T {
    const before = this.known.get(name);
    if (before?.stamp === stamp) return before.value;
    const value = make();
    this.known.set(name, { stamp, value });
    return value;
  }
}

/** The ids alone, so that the answers of large batches are not kept. */
function readItems(file: string): readonly ItemIds[] | Problem {
  const text = safely(file);
  const items = isProblem(text) ? text : parseItems(text, file);
  return isProblem(items) ? items : idsOf(items);
}

function idsOf(items: readonly ItemIds[]): readonly ItemIds[] {
  return items.map(({ id, responses }) => ({ id, responses: responses.map((each) => ({ id: each.id })) }));
}

function readLabeler(
  {
    labeler,
    ranking,
    assignment,
  }: { readonly labeler: string; readonly ranking: string; readonly assignment: string },
  items: readonly ItemIds[],
): LabelerProgress {
  const all = items.map(({ id }) => id);
  const broken = (problem: Problem): LabelerProgress => ({
    ...{ labeler, file: ranking, items: all, done: new Set(), submitted: 0, problem },
  });
  const assigned = readIfThere(assignment, (text) => parseAssignment(text, assignment, items));
  if (isProblem(assigned)) return broken(assigned);
  const ranked = readIfThere(ranking, (text) => parseRankingFile(text, ranking, items));
  if (isProblem(ranked)) return broken(ranked);
  const judgements = Object.entries(ranked?.judgements ?? {});
  return {
    labeler,
    file: ranked === null ? assignment : ranking,
    items: assigned?.items.map(({ id }) => id) ?? all,
    done: new Set(judgements.filter(([, { status }]) => status !== "draft").map(([id]) => id)),
    submitted: judgements.filter(([, { status }]) => status === "submitted").length,
    problem: null,
  };
}

function readIfThere<T>(path: string, parse: (text: string) => T | Problem): T | Problem | null {
  if (!existsSync(path)) return null;
  const text = safely(path);
  return isProblem(text) ? text : parse(text);
}

function safely(path: string): string | Problem {
  try {
    return readText(path);
  } catch (error) {
    return new Problem("disk", error instanceof Error ? error.message : String(error));
  }
}
