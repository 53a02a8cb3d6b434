import { metricsOf } from "../../extension/protocol/metrics";
import {
  firstView,
  metricsTextKeys,
  type MetricsState,
  type MetricsTextKey,
  type MetricsView,
  type RunAbout,
  type ShownRun,
} from "../../extension/protocol/metricsMessages";

/** A text for every key of the metrics page, in place of the host's translations. */
export function metricTextExamples(): Readonly<Record<MetricsTextKey, string>> {
  const withValues =
    /^(title|runControls|iterationOf|evidence|changeAt|pinAt|pointOf|fromCheckpoint|healthy.+|outside|chartOf|saidPoint|table|frontier.+)$/;
  const textOf = (key: string): string => (withValues.test(key) ? `${key} {0} {1} {2} {3} {4}` : key);
  return Object.fromEntries(metricsTextKeys.map((key) => [key, textOf(key)])) as Record<
    MetricsTextKey,
    string
  >;
}

export const runId = (n: number): string => `ppo-20260102T0304${String(n).padStart(2, "0")}Z-000${n % 10}`;

export const aboutOf = (n: number, more: Partial<RunAbout> = {}): RunAbout => ({
  ...{ id: runId(n), name: `run ${n}`, stage: "ppo", state: "running", stateText: "running" },
  ...{ iteration: 2, iterations: 40, slot: n, settings: {}, live: {}, checkpoints: [] },
  ...{ interventions: [], pins: [], health: [], startScores: [], ...more },
});

/** Columns of a run by name; rows are iterations from 0 on. */
export const columnsOf = (values: Readonly<Record<string, readonly number[]>>): ShownRun["columns"] => {
  const columns = Object.entries(values).map(([name, column]) => [name, Float64Array.from(column)] as const);
  const rows = columns[0]?.[1].length ?? 0;
  return {
    iterations: Float64Array.from({ length: rows }, (_, i) => i),
    values: Object.fromEntries(columns),
  };
};

/** A PPO run of n iterations with smooth and wavy columns for every metric of its stage. */
export function ppoRun(n: number, rows: number, more: Partial<RunAbout> = {}): ShownRun {
  const columns = Object.fromEntries(
    metricsOf("ppo").map((name, k) => [
      name,
      Array.from(
        { length: rows },
        (_, i) => n / 4 + Math.sqrt(i + 1) / 5 + Math.sin((i + 3 * k + n) / 6) / 8,
      ),
    ]),
  );
  return { about: aboutOf(n, { iteration: rows - 1, ...more }), columns: columnsOf(columns) };
}

export const stateOf = (runs: readonly ShownRun[], view: Partial<MetricsView> = {}): MetricsState => ({
  ...{ project: "/p", runs, view: { ...firstView, ...view } },
});

/** A message as JSON carries it, with the words that stand for numbers that are not finite. */
export const asJson = (value: unknown): unknown => {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Float64Array) return Array.from(value, asJson);
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asJson(inner)]));
};
