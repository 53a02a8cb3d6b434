import { isObject } from "../protocol/codec";

/** How many records of a kind go where. */
export interface SplitSizes {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** What `rlhf check` found: the splits by what they split ("prompts", "demonstrations", "comparisons"), and what is wrong. */
export interface DataCheck {
  readonly splits: Readonly<Record<string, SplitSizes>>;
  readonly problems: readonly string[];
}

/** Reads the figures of a line of `rlhf check --json`; what is not there or not as expected is left out. */
export function readDataCheck(line: Readonly<Record<string, unknown>>): DataCheck {
  const splits = isObject(line.splits) ? Object.entries(line.splits) : [];
  const problems = Array.isArray(line.problems) ? line.problems : [];
  return {
    splits: Object.fromEntries(
      splits.flatMap(([name, sizes]) => (isSplitSizes(sizes) ? [[name, sizes] as const] : [])),
    ),
    problems: problems.filter((problem) => typeof problem === "string"),
  };
}

function isSplitSizes(value: unknown): value is SplitSizes {
  return isObject(value) && ["train", "validation", "test"].every((name) => typeof value[name] === "number");
}
