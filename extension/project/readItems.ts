import { existsSync } from "node:fs";
import { parseItems } from "../data/labels";
import { Problem, isProblem } from "../protocol/problem";
import type { LabelItem } from "../protocol/rankingFormat";
import { itemsFile, labelFiles } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";

/** The items of a batch; the problem names the batches that there are. */
export function readItems(project: string, batch: string): readonly LabelItem[] | Problem {
  const path = itemsFile(project, batch);
  return existsSync(path) ? readItemsFile(path) : noBatch(project, batch);
}

/** The problem of a batch that is not in labels/, or of a project without any. */
export function noBatch(project: string, batch?: string): Problem {
  const names = labelFiles(project).map((files) => files.batch);
  const hint =
    names.length > 0 ? `there are ${names.join(", ")}` : "make one with rlhf generate --batch NAME";
  return new Problem(
    "missing",
    batch === undefined
      ? `There is no batch in labels/: ${hint}.`
      : `There is no batch "${batch}" in labels/: ${hint}.`,
  );
}

/** The items of all batches. */
export function readAllItems(project: string): readonly LabelItem[] | Problem {
  const all: LabelItem[] = [];
  for (const files of labelFiles(project)) {
    const items = readItemsFile(files.itemsFile);
    if (isProblem(items)) return items;
    for (const item of items) all.push(item);
  }
  return all;
}

export function readItemsFile(path: string): readonly LabelItem[] | Problem {
  const text = readText(path);
  return isProblem(text) ? text : parseItems(text, path);
}
