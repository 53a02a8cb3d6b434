import {
  compareTextKeys,
  firstCompareView,
  type ComparedMetric,
  type ComparedPrompt,
  type ComparedRun,
  type CompareState,
  type CompareTextKey,
  type Figure,
  type MetricCell,
} from "../../extension/protocol/compareMessages";
import { encodeJson } from "../../extension/protocol/codec";

/** A text for every key of the page that compares runs, in place of the host's translations. */
export function compareTextExamples(): Readonly<Record<CompareTextKey, string>> {
  const entries = compareTextKeys.map((key) => [key, `${key} {0} {1} {2}`]);
  return Object.fromEntries(entries) as Record<CompareTextKey, string>;
}

export const hostile = '</script><img src="x" onerror="document.title=1">';

export const runIds = [
  "sft-20260102T030405Z-0001",
  "ppo-20260102T030405Z-0002",
  "ppo-20260102T030405Z-0003",
] as const;

export const runExample = (i: number, more: Partial<ComparedRun> = {}): ComparedRun => ({
  ...{ id: runIds[i], name: `run ${i}`, stage: i === 0 ? "sft" : "ppo", stageText: i === 0 ? "SFT" : "PPO" },
  ...{ state: "finished", stateText: "finished", iteration: 40, iterations: 40, seed: i },
  ...more,
});

export const figureExample = (value: number, more: Partial<Figure> = {}): Figure => ({
  ...{ value, mean: value, low: value - 0.1, high: value + 0.1, kind: "batchMeans", iteration: 40, count: 5 },
  ...more,
});

export const cellExample = (value: number, more: Partial<MetricCell> = {}): MetricCell => ({
  final: figureExample(value),
  last: figureExample(value + 0.01),
  least: figureExample(value - 0.5, { iteration: 3 }),
  most: figureExample(value + 0.5, { iteration: 31 }),
  step: figureExample(value - 0.25, { iteration: 7 }),
  spark: [value - 0.5, NaN, value + 0.5, value, value],
  ...more,
});

export const metricExample = (more: Partial<ComparedMetric> = {}): ComparedMetric => ({
  ...{ name: "objective/score", unit: "1", direction: "higher", meaning: "mean score" },
  cells: [null, cellExample(1), cellExample(2)],
  ...more,
});

export const promptExample = (n: number, responses: readonly (string | null)[]): ComparedPrompt => ({
  id: `p${n}`,
  prompt: `prompt ${n} ?`,
  answers: responses.map((response, i) =>
    response === null
      ? null
      : {
          response,
          score: i === 0 ? NaN : i,
          iteration: i === 0 ? null : 40,
          evaluation: i === 0 ? "evaluation" : null,
        },
  ),
});

const plain = (value: string) => ({ value, changes: [] });

/** An SFT run and two PPO runs of it that differ in their seed alone, and in a live change. */
export const compareState = (more: Partial<CompareState> = {}): CompareState => ({
  ...{
    project: "/p",
    runs: [0, 1, 2].map((i) => runExample(i)),
    baseline: runIds[1],
    view: firstCompareView,
  },
  candidates: [
    { id: "rm-20260102T030405Z-0004", name: "reward", stageText: "Reward model", about: "finished" },
  ],
  settings: [
    {
      path: "ppo.klCoef",
      doc: "Weight of the penalty.",
      differs: true,
      values: [
        plain("0.1"),
        plain("0.1"),
        { value: "0.1", changes: [{ iteration: 12, value: "0.2", who: "Ada" }] },
      ],
    },
    { path: "ppo.gamma", doc: "Discount.", differs: false, values: [plain("1"), plain("1"), plain("1")] },
  ],
  origins: [
    { kind: "seed", name: "", differs: true, values: ["0", "1", "2"] },
    { kind: "parent", name: "initial", differs: true, values: ["base, aaaa", "sft, bbbb", "sft, bbbb"] },
    {
      kind: "input",
      name: "prompts.jsonl",
      differs: false,
      values: ["data, 12 B, cccc", "data, 12 B, cccc", "data, 12 B, cccc"],
    },
  ],
  metrics: [
    metricExample(),
    metricExample({
      name: "loss/validation",
      unit: "nats",
      direction: "lower",
      cells: [cellExample(2), cellExample(2.05), cellExample(1)],
    }),
    metricExample({
      name: "policy/entropy",
      unit: "nats",
      direction: "neutral",
      cells: [
        null,
        cellExample(3, { final: figureExample(3, { kind: "none", low: NaN, high: NaN }) }),
        cellExample(1),
      ],
    }),
  ],
  groups: [{ runs: [runIds[1], runIds[2]], seeds: [1, 2] }],
  prompts: [
    promptExample(1, ["the dog sat", "the cat sat", "the cat ran"]),
    promptExample(2, [null, "same", "same"]),
  ],
  promptCount: 2,
  lineage: {
    nodes: [
      { id: "base", name: "models/base", kind: "model", kindText: "model", stateText: "", isCompared: false },
      { id: runIds[0], name: "run 0", kind: "sft", kindText: "SFT", stateText: "finished", isCompared: true },
      { id: runIds[1], name: "run 1", kind: "ppo", kindText: "PPO", stateText: "finished", isCompared: true },
      { id: runIds[2], name: "run 2", kind: "ppo", kindText: "PPO", stateText: "running", isCompared: true },
    ],
    edges: [
      { from: "base", to: runIds[0], roles: "starts from" },
      { from: runIds[0], to: runIds[1], roles: "starts from, KL reference" },
      { from: runIds[0], to: runIds[2], roles: "starts from, KL reference" },
    ],
  },
  ...more,
});

/** As it goes over the line, which has no NaN. */
export const onTheLine = (value: object): object => JSON.parse(encodeJson(value)) as object;
