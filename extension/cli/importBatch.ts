import { existsSync } from "node:fs";
import { labelBatch } from "../data/labelBatch";
import { rankingFileText } from "../data/labels";
import { toJsonLines, type Comparison } from "../data/records";
import type { ImportOptions } from "../data/rowImport";
import { Problem, isProblem } from "../protocol/problem";
import { isPlainFileName } from "../protocol/runFormat";
import { makeFolder, replaceFile } from "../runs/disk";
import { itemsFile, labelsFolder, rankingFile } from "../runs/labelFiles";
import { readFile, type ImportedFile } from "./importFiles";

export interface ImportedBatch {
  readonly files: readonly ImportedFile[];
  /** Whole paths of what was written, or would be. */
  readonly written: readonly string[];
  readonly items: number;
  readonly notes: readonly string[];
}

/** Why a batch cannot be written under this name; null when it can. */
export function batchProblem(project: string | null, batch: string): Problem | null {
  if (!isPlainFileName(batch) || batch.startsWith("."))
    return new Problem(
      "invalidValue",
      `"${batch}" cannot be a batch's name: use letters, digits and hyphens.`,
    );
  if (project === null) return null;
  const file = itemsFile(project, batch);
  return existsSync(file)
    ? new Problem("refused", `${file} is there already, and a batch never changes: choose another name.`)
    : null;
}

/**
 * Imports files as a batch of labels/: items, and a ranking file for each labeler, which then count in training as those made here do. All
 * files make one batch, which is in memory as a whole. Nothing that is there is ever overwritten.
 */
export async function importBatch(
  {
    project,
    batch,
    options,
    isDry,
  }: {
    readonly project: string | null;
    readonly batch: string;
    readonly options: ImportOptions;
    readonly isDry: boolean;
  },
  files: readonly string[],
): Promise<ImportedBatch | readonly Problem[]> {
  const refused = batchProblem(project, batch);
  if (refused !== null) return [refused];
  const comparisons: Comparison[] = [];
  const ids = new Set<string>();
  const imported: ImportedFile[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const result = await readFile(file, "auto", options, (kind) =>
      Promise.resolve(
        kind === "comparisons"
          ? (records) => {
              const fresh = (records as readonly Comparison[]).filter(({ id }) => !ids.has(id));
              for (const record of fresh) {
                ids.add(record.id);
                comparisons.push(record);
              }
              return fresh.length;
            }
          : new Problem(
              "invalidValue",
              `${file} holds ${kind}, and a batch is of rankings: leave out --as-batch.`,
            ),
      ),
    );
    if (isProblem(result)) problems.push(result);
    else imported.push(result);
  }
  if (problems.length > 0) return problems;
  if (comparisons.length === 0)
    return [new Problem("missing", "The files hold no ranking that a batch could be made of.")];
  const { items, rankings, renamed } = labelBatch(batch, comparisons, new Date().toISOString());
  const root = project ?? "";
  const paths = rankings.map(({ labeler }) => rankingFile(root, batch, labeler));
  const taken = project === null ? undefined : paths.find((path) => existsSync(path));
  if (taken !== undefined)
    return [new Problem("refused", `${taken} is there already and is not overwritten: choose another name.`)];
  if (!isDry && project !== null) {
    makeFolder(labelsFolder(project));
    for (const [i, ranking] of rankings.entries()) replaceFile(paths[i], rankingFileText(ranking));
    // Last, because a batch is there once its items are.
    replaceFile(itemsFile(project, batch), toJsonLines(items));
  }
  const notes = renamed.map(({ from, to }) => `The labeler "${from}" is called "${to}" here.`);
  return { files: imported, written: [itemsFile(root, batch), ...paths], items: items.length, notes };
}
