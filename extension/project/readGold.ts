import { existsSync } from "node:fs";
import { parseGold, type GoldItem } from "../data/goldItems";
import { Problem, isProblem } from "../protocol/problem";
import { goldFile } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";

/** The project's items with known rankings, none where it has no labels/gold.jsonl; the first malformed line is the problem. */
export function readGold(project: string): readonly GoldItem[] | Problem {
  const { records, problems } = readGoldLines(project);
  if (problems.length === 0) return records;
  const more = problems.length > 1 ? ` (${problems.length - 1} more lines are wrong)` : "";
  return new Problem(problems[0].problem, `${problems[0].message}${more}`);
}

/** The same with all that is wrong. */
export function readGoldLines(project: string): {
  readonly records: readonly GoldItem[];
  readonly problems: readonly Problem[];
} {
  const file = goldFile(project);
  if (!existsSync(file)) return { records: [], problems: [] };
  const text = readText(file);
  if (isProblem(text)) return { records: [], problems: [text] };
  const { records, problems } = parseGold(text, file);
  return { records, problems: problems.map(({ message }) => new Problem("malformed", message)) };
}
