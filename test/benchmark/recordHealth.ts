// Records the runs of test/golden/health.json: healthy ones, and ones that are made ill on purpose, in the letter world.
import { writeFileSync } from "node:fs";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import type { RunConfig } from "../../extension/protocol/runConfig";
import { createLetterLab, type LetterLab } from "../../extension/selfcheck/letterPipeline";
import { useTestBackend } from "../support/testBackend";

const metrics = [
  ...["objective/score", "objective/scoreStd", "objective/heldOutScore", "objective/klPolicyReference"],
  ...["policy/loss", "policy/clipFraction", "policy/entropy", "value/loss"],
  ...["response/length", "response/endRate", "check/firstRatioDeviation"],
];

interface Recipe {
  readonly beta: number;
  readonly iterations: number;
  readonly settings?: Partial<RunConfig["ppo"]>;
}

const healthy: Recipe = { beta: 0.3, iterations: 30 };
const ill: Readonly<Record<string, Recipe>> = {
  noPenalty: { beta: 0, iterations: 60 },
  highRate: {
    beta: 0.05,
    iterations: 20,
    settings: { learningRate: 1e-2, valueLearningRate: 1e-2, maxGradNorm: 100 },
  },
  endUnpunished: { beta: 0.02, iterations: 30, settings: { missingEndPenalty: -3 } },
  valueRate: { beta: 0.3, iterations: 30, settings: { valueLearningRate: 0.3, clipRangeValue: 0 } },
};

async function record(lab: LetterLab, model: Parameters<LetterLab["trainPpo"]>[0], recipe: Recipe) {
  const rows: Record<string, number>[] = [];
  const failed = await lab
    .trainPpo(model, {
      ...recipe,
      ptx: 0,
      onIteration: (iteration, values) =>
        rows.push({ iteration, ...Object.fromEntries(metrics.map((name) => [name, values[name]])) }),
    })
    .then(
      () => null,
      (error: unknown) => String(error),
    );
  const short = (value: number): number | null =>
    Number.isFinite(value) ? Number(value.toPrecision(5)) : null;
  const values = Object.fromEntries(metrics.map((name) => [name, rows.map((row) => short(row[name]))]));
  console.log(JSON.stringify({ recipe, failed, last: rows.at(-1) }));
  return { recipe, iterations: rows.map(({ iteration }) => iteration), values };
}

export async function recordHealth(file: string): Promise<void> {
  await useTestBackend();
  const runs: Record<string, unknown> = {};
  for (const seed of [1, 2, 3, 4, 5]) {
    const lab = await createLetterLab({ seed, baseSteps: 300 }, defaultConfig());
    const { model } = await lab.trainRewardModel({ prompts: 512, k: 4, labels: "noisy" });
    runs[`healthy ${seed}`] = await record(lab, model, healthy);
    if (seed === 1)
      for (const [name, recipe] of Object.entries(ill)) {
        const few = await lab.trainRewardModel({ prompts: 64, k: 4, labels: "noisy" });
        runs[name] = await record(lab, name === "noPenalty" ? few.model : model, recipe);
      }
    lab.dispose();
  }
  writeFileSync(file, `${JSON.stringify(runs)}\n`);
}
