import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataLists, type DataList } from "../data/dataLists";
import { parseRecords } from "../data/parseRecords";
import type { RecordOf } from "../data/records";
import { Problem, isProblem } from "../protocol/problem";
import { configBlocks, type RunConfig } from "../protocol/runConfig";
import { readText } from "../runs/sealedFolder";

/**
 * All records of the files in one list of the config. A file of the catalogue's defaults may be missing and then holds nothing; one that
 * the config names must be there. The first malformed line is the problem, with how many more there are.
 */
export function readDataFiles<L extends DataList>(
  project: string,
  config: RunConfig,
  list: L,
): readonly RecordOf[(typeof dataLists)[L]][] | Problem {
  const records: RecordOf[(typeof dataLists)[L]][] = [];
  for (const file of config.data[list]) {
    const path = join(project, file);
    if (!existsSync(path) && configBlocks.data[list].default.includes(file)) continue;
    const text = readText(path);
    if (isProblem(text)) return text;
    const { records: parsed, problems } = parseRecords(dataLists[list], text, file);
    if (problems.length > 0) {
      const [{ message }, ...more] = problems;
      const sentence =
        more.length > 0 ? `${message} (${more.length} more lines are wrong: see rlhf check)` : message;
      return new Problem("malformed", sentence);
    }
    for (const record of parsed) records.push(record);
  }
  return records;
}
