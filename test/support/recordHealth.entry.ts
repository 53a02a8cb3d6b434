// Records the runs of test/golden/health.json: healthy ones, and ones that are made ill on purpose, in the letter world.
//   npm run build -- --tests && node dist/test/support/recordHealth.entry.js test/golden/health.json [NAME…]
// With names, only these are recorded anew.
import { readFileSync, writeFileSync } from "node:fs";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import type { RunConfig } from "../../extension/protocol/runConfig";
import { createLetterLab, type LetterLab } from "../../extension/selfcheck/letterPipeline";
import { useTestBackend } from "./testBackend";

const metrics = [
  ...["objective/score", "objective/scoreStd", "objective/heldOutScore", "objective/klPolicyReference"],
  ...["policy/loss", "policy/clipFraction", "policy/entropy", "value/loss"],
  ...["response/length", "response/endRate", "check/firstRatioDeviation"],
];

interface Recipe {
  readonly beta: number;
  readonly iterations: number;
  /** What the reward model has learned from: the rankings, or the same with their order drawn at random, which teaches it nothing true. */
  readonly labels?: "noisy" | "shuffled";
  readonly settings?: Partial<RunConfig["ppo"]>;
}

const healthy: Recipe = { beta: 0.3, iterations: 30 };
const ill: Readonly<Record<string, Recipe>> = {
  noPenalty: { beta: 0, iterations: 60 },
  wrongLabels: { beta: 0.02, iterations: 40, labels: "shuffled" },
  highRate: {
    beta: 0.05,
    iterations: 20,
    settings: { learningRate: 0.1, maxGradNorm: 1000, ppoEpochs: 16 },
  },
  endUnpunished: { beta: 0.02, iterations: 30, settings: { missingEndPenalty: -3 } },
  valueRate: { beta: 0.3, iterations: 30, settings: { valueLearningRate: 100, maxGradNorm: 1000 } },
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

async function main(file: string, ...names: readonly string[]): Promise<void> {
  await useTestBackend();
  const isAsked = (name: string): boolean => names.length === 0 || names.includes(name);
  const runs: Record<string, unknown> =
    names.length === 0 ? {} : (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>);
  for (const seed of [1, 2, 3, 4, 5]) {
    const recipes = Object.entries({ [`healthy ${seed}`]: healthy, ...(seed === 1 && ill) });
    if (!recipes.some(([name]) => isAsked(name))) continue;
    const lab = await createLetterLab({ seed, baseSteps: 300 }, defaultConfig());
    for (const [name, recipe] of recipes.filter(([each]) => isAsked(each))) {
      const { labels = "noisy" } = recipe;
      const { model } = await lab.trainRewardModel({ prompts: 512, k: 4, labels });
      runs[name] = await record(lab, model, recipe);
    }
    lab.dispose();
  }
  writeFileSync(file, `${JSON.stringify(runs)}\n`);
}

void main(process.argv[2], ...process.argv.slice(3));
