import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseRecords } from "../data/parseRecords";
import type { RecordOf } from "../data/records";
import { Problem, isProblem } from "../protocol/problem";
import { configBlocks, type RunConfig } from "../protocol/runConfig";
import { readText } from "../runs/sealedFolder";

/** The config's lists of data files, and the kind of record in each. */
export const listKinds = {
  prompts: "prompts",
  testPrompts: "prompts",
  demonstrations: "demonstrations",
  comparisons: "comparisons",
  pretraining: "pretraining",
} as const;

type FileList = keyof typeof listKinds;

/**
 * All records of the files in one list of the config. A file of the catalogue's defaults may be missing and then holds nothing; one that
 * the config names must be there. The first malformed line is the problem, with how many more there are.
 */
export function readDataFiles<L extends FileList>(
  project: string,
  config: RunConfig,
  list: L,
): readonly RecordOf[(typeof listKinds)[L]][] | Problem {
  const records: RecordOf[(typeof listKinds)[L]][] = [];
  for (const file of config.data[list]) {
    const path = join(project, file);
    if (!existsSync(path) && configBlocks.data[list].default.includes(file)) continue;
    const text = readText(path);
    if (isProblem(text)) return text;
    const { records: parsed, problems } = parseRecords(listKinds[list], text, file);
    if (problems.length > 0) {
      const more =
        problems.length > 1 ? ` (${problems.length - 1} more lines are wrong: see rlhf check)` : "";
      return new Problem("malformed", `${problems[0].message}${more}`);
    }
    for (const record of parsed) records.push(record);
  }
  return records;
}
