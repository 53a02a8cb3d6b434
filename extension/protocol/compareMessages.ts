import {
  anyNumber,
  boolean,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  string,
  union,
  withDefault,
  type Decoded,
} from "./codec";
import { runStates, stages } from "./runFormat";

// What the host and the page that compares runs say to each other. Lists "by run" have one entry for each of `runs`, in their order.

const count = integerFrom(0);

const comparedRun = object({
  id: string,
  name: string,
  stage: oneOf(stages),
  stageText: string,
  state: oneOf(runStates),
  stateText: string,
  iteration: integerFrom(-1),
  iterations: count,
  seed: count,
});

/** A run of the project that is not compared yet. */
const candidate = object({ id: string, name: string, stageText: string, about: string });

/** A setting, by run: its value as one writes it, and what live changes made of it. */
const comparedSetting = object({
  path: string,
  doc: string,
  differs: boolean,
  values: listOf(
    object({ value: string, changes: listOf(object({ iteration: count, value: string, who: string })) }),
  ),
});

/** Something that a run comes from, by run; null where it has none of the kind. */
const comparedOrigin = object({
  kind: oneOf(["seed", "parent", "input", "code", "backend"]),
  /** A parent's role or an input's file. */
  name: string,
  differs: boolean,
  values: listOf(nullable(string)),
});

/** Where an interval comes from. */
export const intervalKinds = ["batchMeans", "wilson", "student", "none"] as const;

/**
 * A figure of a metric at an iteration. The interval, NaN where none is known, is that of `mean`: of the value itself where something else than
 * the curve gives it, or else of the mean of the `count` reported values around the iteration (of a final figure: up to it).
 */
const figure = object({
  value: anyNumber,
  mean: anyNumber,
  low: anyNumber,
  high: anyNumber,
  kind: oneOf(intervalKinds),
  iteration: count,
  count,
});

const metricCell = object({
  /** The mean of the last tenth of the curve. */
  final: figure,
  last: figure,
  least: nullable(figure),
  most: nullable(figure),
  /** At the iteration that the view names; null where the run has none there. */
  step: nullable(figure),
  /** The course in few points; a gap is NaN. */
  spark: listOf(anyNumber),
});

const comparedMetric = object({
  name: string,
  unit: string,
  direction: oneOf(["higher", "lower", "neutral"]),
  meaning: string,
  cells: listOf(nullable(metricCell)),
});

/** Runs that differ in their seed alone. */
const seedGroup = object({ runs: listOf(string), seeds: listOf(count) });

const answer = object({
  response: string,
  score: anyNumber,
  /** The iteration it was sampled in; null for an answer of an evaluation. */
  iteration: nullable(count),
  /** The evaluation that has it; null for a rollout of the run itself. */
  evaluation: nullable(string),
});

const comparedPrompt = object({ id: string, prompt: string, answers: listOf(nullable(answer)) });

const lineageNode = object({
  id: string,
  name: string,
  kind: oneOf([...stages, "model"]),
  kindText: string,
  stateText: string,
  isCompared: boolean,
});
const lineageEdge = object({ from: string, to: string, roles: string });
const lineage = object({ nodes: listOf(lineageNode), edges: listOf(lineageEdge) });

export const figureKinds = ["final", "last", "best", "least", "most", "step"] as const;

/** What is shown of the figures; kept for the project. */
const view = object({
  /** Which figure of a metric stands in front. */
  figure: oneOf(figureKinds),
  /** The iteration of "step". */
  step: count,
  showsAll: boolean,
});
export const compareView = view;

const state = object({
  project: string,
  runs: listOf(comparedRun),
  /** The run that the others are compared with. */
  baseline: string,
  candidates: listOf(candidate),
  view,
  settings: listOf(comparedSetting),
  origins: listOf(comparedOrigin),
  metrics: listOf(comparedMetric),
  groups: listOf(seedGroup),
  prompts: listOf(comparedPrompt),
  /** Prompts that more than one run has answered, of which `prompts` are the first. */
  promptCount: count,
  lineage,
});

/** Parts of the state that changed. */
const delta = union({
  view: { view },
  baseline: { baseline: string },
  candidates: { candidates: listOf(candidate) },
  runs: { runs: listOf(comparedRun) },
  settings: { settings: listOf(comparedSetting), origins: listOf(comparedOrigin) },
  metrics: { metrics: listOf(comparedMetric), groups: listOf(seedGroup) },
  prompts: { prompts: listOf(comparedPrompt), promptCount: count },
  lineage: { lineage },
  /** Other runs are compared: everything by run is another. */
  all: { state },
});

const action = union({
  add: { id: string },
  remove: { id: string },
  baseline: { id: string },
  view: { view },
  copyMarkdown: {},
  openMetrics: { id: string },
  openReport: { id: string },
});

/** What the editor keeps of the panel for a reload of the window. */
export const keptComparison = object({
  project: string,
  runs: listOf(string),
  baseline: withDefault(string, ""),
});

/** The texts of the page by name; the host gives them in the editor's language. */
export const compareTextKeys = [
  ...["title", "runs", "run", "state", "baseline", "isBaseline", "makeBaseline", "remove", "removeOf"],
  ...["add", "addHint", "addNone", "tooFew", "copyMarkdown", "openMetrics", "openReport", "saidAdded"],
  ...["saidRemoved", "saidBaseline", "settings", "showAll", "setting", "settingsSame", "changedFrom"],
  ...["origins", "origin", "seed", "parent", "input", "code", "backend", "sameData", "otherData"],
  ...["otherParents", "differs", "same", "none", "metrics", "metric", "figure", "final", "last", "best"],
  ...[
    "least",
    "most",
    "step",
    "iteration",
    "metricsNone",
    "filter",
    "bestAt",
    "interval",
    "around",
    "intervalHint",
  ],
  ...["batchMeans", "wilson", "student", "noInterval", "better", "worse", "unclear", "higher", "lower"],
  ...["equal", "course", "groups", "groupsHint", "group", "groupSeeds", "answers", "answersNone", "prompt"],
  ...["promptOf", "previous", "next", "promptKeys", "noAnswer", "score", "fromEvaluation", "fromRollout"],
  ...["sameAnswer", "tooFar", "wordDiff", "more", "lineage", "lineageHint", "lineageList", "compared"],
  ...["noParents", "higherBetter", "lowerBetter"],
] as const;

const texts = object(Object.fromEntries(compareTextKeys.map((key) => [key, string])));

export const compareMessages = { texts, state, delta, action } as const;

export type CompareTextKey = (typeof compareTextKeys)[number];
export type CompareState = Decoded<typeof state>;
export type CompareDelta = Decoded<typeof delta>;
export type CompareAction = Decoded<typeof action>;
export type CompareView = Decoded<typeof view>;
export type ComparedRun = Decoded<typeof comparedRun>;
export type Candidate = Decoded<typeof candidate>;
export type ComparedSetting = Decoded<typeof comparedSetting>;
export type ComparedOrigin = Decoded<typeof comparedOrigin>;
export type ComparedMetric = Decoded<typeof comparedMetric>;
export type MetricCell = Decoded<typeof metricCell>;
export type Figure = Decoded<typeof figure>;
export type FigureKind = (typeof figureKinds)[number];
export type SeedGroup = Decoded<typeof seedGroup>;
export type ComparedPrompt = Decoded<typeof comparedPrompt>;
export type ComparedAnswer = NonNullable<ComparedPrompt["answers"][number]>;
export type Lineage = Decoded<typeof lineage>;
export type LineageNode = Decoded<typeof lineageNode>;
export type LineageEdge = Decoded<typeof lineageEdge>;
export type KeptComparison = Decoded<typeof keptComparison>;

export const firstCompareView: CompareView = { figure: "final", step: 0, showsAll: false };

/** The state after a change. Host and page apply the same one, so they can never show different things. */
export function applyCompareDelta(before: CompareState, { type, ...change }: CompareDelta): CompareState {
  return type === "all" && "state" in change ? change.state : { ...before, ...change };
}
