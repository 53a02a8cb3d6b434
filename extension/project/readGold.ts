import { existsSync } from "node:fs";
import { parseGold, type GoldItem } from "../data/goldItems";
import { Problem, isProblem } from "../protocol/problem";
import { goldFile } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";

/** The project's items with known rankings, none where it has no labels/gold.jsonl; the first malformed line is the problem. */
export function readGold(project: string): readonly GoldItem[] | Problem {
  const file = goldFile(project);
  if (!existsSync(file)) return [];
  const text = readText(file);
  if (isProblem(text)) return text;
  const { records, problems } = parseGold(text, file);
  if (problems.length === 0) return records;
  const more = problems.length > 1 ? ` (${problems.length - 1} more lines are wrong)` : "";
  return new Problem("malformed", `${problems[0].message}${more}`);
}
