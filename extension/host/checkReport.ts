import { resolve } from "node:path";
import { integerFrom, listOf, object, string } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { projectFile } from "../runs/runPaths";
import { findSetting, parseWhole } from "./configProblems";
import type { LineProblem } from "./lineProblem";
import { problemPlace } from "./problemPlace";

const checkedFile = object({ list: string, records: integerFrom(0) });
const report = object({ files: listOf(checkedFile), problems: listOf(string) });

/** What the command line's check found: sentences, and how many records each list of rlhf.json holds. */
export interface CheckReport {
  readonly problems: readonly string[];
  readonly records: ReadonlyMap<string, number>;
}

/** The line of `rlhf check` that tells everything; null for other lines. */
export function parseCheckReport(line: unknown): CheckReport | null {
  const decoded = report(line, { where: "rlhf check", path: "" });
  if (isProblem(decoded)) return null;
  const records = new Map<string, number>();
  for (const file of decoded.files) records.set(file.list, (records.get(file.list) ?? 0) + file.records);
  return { problems: decoded.problems, records };
}

/** Where in the project a sentence of the check points to: a line of a data file, or a setting in the text of rlhf.json. */
export function locateProblem(project: string, configText: string, sentence: string): LineProblem {
  const place = problemPlace(sentence);
  const config = resolve(project, projectFile);
  const file = place === null ? config : resolve(project, place.file);
  const message = place?.message ?? sentence;
  if (file !== config || typeof place?.line === "number")
    return { file, line: place?.line ?? 1, column: place?.column ?? null, message };
  return { file, ...settingPlace(configText, message), message };
}

/** Line and column of the setting that a sentence begins with, else the file's beginning. */
function settingPlace(
  text: string,
  sentence: string,
): { readonly line: number; readonly column: number | null } {
  const path = /^[A-Za-z]+(?:\.[A-Za-z0-9]+)?/.exec(sentence)?.[0] ?? "";
  const root = parseWhole(text);
  const node = root && findSetting(root, path);
  if (node === undefined) return { line: 1, column: null };
  const before = text.slice(0, node.offset);
  return { line: before.split("\n").length, column: node.offset - before.lastIndexOf("\n") };
}
