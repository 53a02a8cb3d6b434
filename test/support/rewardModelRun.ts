import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Comparison, Demonstration } from "../../extension/data/records";
import { toJsonLines } from "../../extension/data/records";
import { createRun, type Run } from "../../extension/runs/runFolder";
import { inputFiles } from "../../extension/runs/runPaths";
import { saveTinyModel } from "./tinyModel";

let number = 0;

/** A comparison as a ranking in labels/round.kim.ranking.json gives it. */
export function rankedComparison(
  item: string,
  texts: readonly string[],
  more: Partial<Comparison> = {},
): Comparison {
  return {
    ...{ id: `round/${item}/kim/overall`, prompt: `the ${item} ?`, labeler: "kim", axis: "overall" },
    responses: texts.map((text, i) => ({ id: `round/${item}/r${i}`, text })),
    tiers: texts.map((_, i) => [i]),
    ...more,
  };
}

/** A run of rlhf rm with an untrained model of one layer and these inputs, as if it had been trained on them. */
export function rewardModelRun(
  project: string,
  inputs: {
    readonly comparisons: readonly Comparison[];
    readonly validation?: readonly Comparison[];
    readonly demonstrations?: readonly Demonstration[];
  },
): Run {
  const { comparisons, validation = [], demonstrations = [] } = inputs;
  const files = [
    [inputFiles.comparisons, comparisons],
    [inputFiles.validationComparisons, validation],
    [inputFiles.demonstrations, demonstrations],
  ] as const;
  const run = createRun(project, {
    ...{ stage: "rm", config: {}, seed: 1, parents: [], codeVersion: "test", backend: "wasm", device: "cpu" },
    inputs: files.map(([name, records]) => ({
      ...{ name, source: "compiled" },
      bytes: Buffer.from(toJsonLines(records)),
    })),
    utcMilliseconds: Date.UTC(2026, 0, 2, 3, 4, 5),
    random: number++,
  });
  const folder = saveTinyModel(project, `made-for-${run.manifest.id.slice(-4)}`, "linear");
  cpSync(folder, join(run.paths.model), { recursive: true });
  return run;
}
