import {
  boolean,
  finiteNumber,
  integerFrom,
  listOf,
  nullable,
  numberColumn,
  object,
  oneOf,
  recordOf,
  string,
  union,
  unexpected,
  type Decoded,
  type Decoder,
} from "./codec";
import { appendColumns } from "./metricColumns";
import { isProblem } from "./problem";
import { runIdText, runStates, stages } from "./runFormat";

// What the host and the metrics page say to each other. The host reads the runs' logs; the page draws their columns.

/** What the horizontal axis counts. All but the first need a metric of the run: see `axisMetric`. */
export const xAxes = ["iteration", "episodes", "tokens", "wallSeconds", "kl", "sqrtKl"] as const;
export type XAxis = (typeof xAxes)[number];

/** The metric that an axis shows; null for the iteration, which every row has. */
export const axisMetric: { readonly [A in XAxis]: string | null } = {
  iteration: null,
  episodes: "progress/episodes",
  tokens: "progress/tokens",
  wallSeconds: "time/wallSeconds",
  kl: "objective/klPolicyReference",
  sqrtKl: "objective/klPolicyReference",
};

const count = integerFrom(0);

/** The largest weight of the past: at 1 a smoothed line would never move. */
export const maxSmoothing = 0.999;
const smoothing: Decoder<number> = (value, place) => {
  const number = finiteNumber(value, place);
  return isProblem(number) || (number >= 0 && number <= maxSmoothing)
    ? number
    : unexpected(`a number from 0 to ${maxSmoothing}`, value, place);
};

/** How a person looks at the charts; kept for the project. */
export const metricsView = object({
  axis: oneOf(xAxes),
  /** Weight of the past in the moving average; 0 shows the values themselves. */
  smoothing,
  log: boolean,
  ignoreOutliers: boolean,
  tables: boolean,
  /** The setting whose values make groups of runs; null shows the runs themselves. */
  groupBy: nullable(string),
  /** Runs whose lines are not drawn. They count in their groups all the same. */
  hidden: listOf(string),
});

export const metricsCommands = ["pause", "resume", "stop", "checkpoint", "change"] as const;
export type MetricsCommand = (typeof metricsCommands)[number];

/** Something that a named rule sees in a run's metrics. */
const finding = object({
  rule: string,
  severity: oneOf(["info", "warning", "error"]),
  sentence: string,
  evidence: object({ metric: string, from: count, to: count }),
  /** What a click may do about it: the words on the button. The host knows what it does. */
  remedy: nullable(string),
});

const about = object({
  id: runIdText,
  /** The name that a person gave it, or the id. */
  name: string,
  stage: oneOf(stages),
  state: oneOf(runStates),
  /** The state in the reader's language, with the reason where there is one. */
  stateText: string,
  iteration: integerFrom(-1),
  iterations: count,
  /** Which colour and dash pattern it has, the same as long as the project is open. */
  slot: count,
  /** The settings in which the shown runs differ, as one writes them. */
  settings: recordOf(string),
  /** The settings that may change while it goes on, with their values now. */
  live: recordOf(string),
  checkpoints: listOf(count),
  interventions: listOf(object({ iteration: count, key: string, old: string, new: string, who: string })),
  pins: listOf(object({ iteration: count, note: string })),
  health: listOf(finding),
  /** Scores of a PPO run's first responses, which its start wrote before any update; empty for other runs. */
  startScores: listOf(finiteNumber),
});

const columnsOf = object({ iterations: numberColumn, values: recordOf(numberColumn) });
/** Columns of one run have one length, or rows would belong to no iteration. */
const columns: Decoder<Decoded<typeof columnsOf>> = (value, place) => {
  const read = columnsOf(value, place);
  if (isProblem(read)) return read;
  const rows = read.iterations.length;
  const isEven = Object.values(read.values).every(({ length }) => length === rows);
  return isEven ? read : unexpected("columns of one length", value, place);
};

const state = object({
  project: string,
  /** The run the panel was opened for, then those that are checked in the explorer. */
  runs: listOf(object({ about, columns })),
  view: metricsView,
});

const delta = union({
  /** All runs that are shown now; those that are not among them go. */
  runs: { runs: listOf(about) },
  /** A run's first `from` rows stay, and these come behind them. */
  columns: { id: runIdText, from: count, columns },
});

const id = runIdText;
const action = union({
  command: { id, command: oneOf(metricsCommands) },
  /** A new value of a setting that may change while the run goes on. */
  set: { id, key: string, value: string },
  /** A new run from the checkpoint of this iteration; `rollBack` stops the old one first. */
  branch: { id, iteration: count },
  rollBack: { id, iteration: count },
  pin: { id, iteration: count, note: string },
  unpin: { id, index: count },
  rollouts: { id, iteration: count },
  remedy: { id, rule: string },
  view: { view: metricsView },
  /** The run's metrics as Markdown on the clipboard. */
  copyMarkdown: { id },
  /** A file to be saved where the person says: text, or the data URL of a picture. */
  save: { name: string, kind: oneOf(["csv", "svg", "png"]), content: string },
  openReport: { id },
  /** The metrics of these runs as event files of TensorBoard, in a folder that the person says. */
  exportEvents: { ids: listOf(id) },
});

/** The texts of the page by name; the host gives them in the editor's language. */
export const metricsTextKeys = [
  ...["title", "pause", "resume", "stop", "checkpoint", "change", "report", "copyMarkdown", "runControls"],
  ...["iterationOf", "runs", "health", "evidence", "changes", "changeAt", "pins", "pinAt", "unpin"],
  ...["setting", "newValue", "apply", "point", "pointOf", "rollouts", "branch", "rollBack"],
  ...["fromCheckpoint", "noCheckpoint", "note", "notePlaceholder", "pin", "close"],
  ...["display", "axis", "axisIteration", "axisEpisodes", "axisTokens", "axisWallSeconds", "axisKl"],
  ...[
    "axisSqrtKl",
    "smoothing",
    "log",
    "logImpossible",
    "ignoreOutliers",
    "tables",
    "resetZoom",
    "exportEvents",
  ],
  ...["groupBy", "groupNone", "firstScreen", "empty", "waiting", "noValues", "coefficient", "export"],
  ...["unit", "formula", "source", "healthy", "healthyBetween", "healthyAtLeast", "healthyAtMost"],
  ...["outside", "notFinite", "chartOf", "chartHelp", "saidPoint", "saidNothing"],
  ...["table", "from", "to", "least", "most", "last"],
  ...["frontier", "frontierHint", "frontierFit", "frontierNoFit", "frontierStopHeldOut", "frontierStopLaw"],
  ...["frontierNoStop", "frontierBest", "frontierLaw", "frontierHeldOut", "frontierMeasured"],
] as const;

const texts = object(Object.fromEntries(metricsTextKeys.map((key) => [key, string])));

export const metricsMessages = { texts, state, delta, action } as const;

export type MetricsTextKey = (typeof metricsTextKeys)[number];
export type MetricsState = Decoded<typeof state>;
export type ShownRun = MetricsState["runs"][number];
export type RunAbout = Decoded<typeof about>;
export type Finding = Decoded<typeof finding>;
export type MetricsView = Decoded<typeof metricsView>;
export type MetricsDelta = Decoded<typeof delta>;
export type MetricsAction = Decoded<typeof action>;

export const firstView: MetricsView = {
  ...{ axis: "iteration", smoothing: 0, log: false, ignoreOutliers: false, tables: false },
  ...{ groupBy: null, hidden: [] },
};

/** The state after a change. A run that is new has no rows before its columns come. */
export function applyMetricsDelta(before: MetricsState, change: MetricsDelta): MetricsState {
  switch (change.type) {
    case "runs": {
      const known = new Map(before.runs.map((run) => [run.about.id, run.columns]));
      const none = { iterations: new Float64Array(0), values: {} };
      return {
        ...before,
        runs: change.runs.map((now) => ({ about: now, columns: known.get(now.id) ?? none })),
      };
    }
    case "columns": {
      const { id: changed, from, columns: added } = change;
      return {
        ...before,
        runs: before.runs.map((run) =>
          // Rows that were never told leave nothing to come behind.
          run.about.id === changed && from <= run.columns.iterations.length
            ? { ...run, columns: appendColumns(run.columns, from, added) }
            : run,
        ),
      };
    }
  }
}
