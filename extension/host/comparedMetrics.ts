import { batchMeans } from "../algorithms/intervals";
import { mean } from "../algorithms/statistics";
import type { ComparedMetric, Figure, MetricCell } from "../protocol/compareMessages";
import { absent, type MetricColumns } from "../protocol/metricColumns";
import { isMetricName, metric, metricNames } from "../protocol/metrics";

// What the metrics of several runs came to, each figure with its interval.

/** A run's metrics, and the intervals that an evaluation wrote beside them, by metric. */
export interface MeasuredRun {
  readonly columns: MetricColumns;
  readonly intervals: Readonly<Record<string, GivenInterval>>;
}

/**
 * Every metric that a run reports a number of, in the catalogue's order: one that is never a number, such as a score without its scorer, says
 * nothing, and measured times and the ends of intervals are no rows of their own.
 */
export function comparedMetrics(runs: readonly MeasuredRun[], step: number): readonly ComparedMetric[] {
  const reported = new Set(runs.flatMap(({ columns }) => Object.keys(columns.values)));
  const known = metricNames().filter((name) => reported.has(name));
  const others = [...reported].filter((name) => !isMetricName(name)).sort();
  const isEnd = (name: string): boolean =>
    /(?:Low|High)$/.test(name) && reported.has(name.replace(/(?:Low|High)$/, ""));
  return [...known, ...others]
    .filter((name) => !name.startsWith("time/") && !isEnd(name))
    .map((name) => ({
      name,
      ...aboutMetric(name),
      cells: runs.map((run) => metricCell(run, name, step)),
    }))
    .filter(({ cells }) => cells.some((cell) => cell?.spark.some(Number.isFinite)));
}

function aboutMetric(name: string): Pick<ComparedMetric, "unit" | "direction" | "meaning"> {
  if (!isMetricName(name)) return { unit: "", direction: "neutral", meaning: "" };
  const { unit, direction, formula } = metric(name);
  return { unit, direction, meaning: formula };
}

/** How many values the end of a curve of `length` values is: the last tenth, five at least. */
export const tailLength = (length: number): number => Math.min(length, Math.max(5, Math.ceil(length / 10)));

/** Points of the small picture of a curve. */
const sparkPoints = 40;

interface Curve {
  readonly iterations: readonly number[];
  readonly values: readonly number[];
}

/** Null for a metric that the run does not report. */
export function metricCell(
  { columns, intervals }: MeasuredRun,
  name: string,
  step: number,
): MetricCell | null {
  const curve = curveOf(columns, name);
  if (curve.values.length === 0) return null;
  const { values, iterations } = curve;
  const last = values.length - 1;
  const given = intervals[name] ?? writtenEnds(columns, name, iterations[last]);
  const at = (i: number): Figure =>
    given !== null && i === last
      ? { value: values[i], mean: values[i], ...given, iteration: iterations[i], count: 1 }
      : around(curve, i);
  const at0 = (i: number): Figure | null => (i < 0 ? null : at(i));
  const final = at(last);
  return {
    final: given === null ? { ...final, value: final.mean } : final,
    last: final,
    least: at0(extreme(values, (a, b) => a < b)),
    most: at0(extreme(values, (a, b) => a > b)),
    step: at0(iterations.findLastIndex((iteration) => iteration <= step)),
    spark: partMeans(values, sparkPoints),
  };
}

function curveOf({ iterations, values }: MetricColumns, name: string): Curve {
  const column = values[name] ?? new Float64Array(0);
  const rows = [...column.keys()].filter((row) => column[row] !== absent);
  return { iterations: rows.map((row) => iterations[row]), values: rows.map((row) => column[row]) };
}

export type GivenInterval = Pick<Figure, "low" | "high" | "kind">;

/** The interval that a run reports as metrics of their own, as evaluations do for the win rate. */
function writtenEnds(columns: MetricColumns, name: string, iteration: number): GivenInterval | null {
  const end = (which: string): number | undefined => {
    const { iterations, values } = curveOf(columns, name + which);
    return values[iterations.indexOf(iteration)];
  };
  const [low, high] = [end("Low"), end("High")];
  return low === undefined || high === undefined ? null : { low, high, kind: "wilson" };
}

/** A value, with the mean of as many values around it as the end of the curve has. */
function around({ iterations, values }: Curve, i: number): Figure {
  const count = tailLength(values.length);
  const from = Math.max(0, Math.min(i - Math.floor(count / 2), values.length - count));
  const interval = batchMeans(values.slice(from, from + count));
  const kind = Number.isFinite(interval.low) ? "batchMeans" : "none";
  return {
    ...{ value: values[i], mean: interval.value, low: interval.low, high: interval.high },
    kind,
    iteration: iterations[i],
    count,
  };
}

/** The first place of the most extreme number; −1 where there is none. */
function extreme(values: readonly number[], isBeyond: (a: number, b: number) => boolean): number {
  return values.reduce(
    (best, value, i) => (Number.isFinite(value) && (best < 0 || isBeyond(value, values[best])) ? i : best),
    -1,
  );
}

/** A curve in at most `count` points: means of equal parts. A part without numbers is a gap. */
export function partMeans(values: readonly number[], count: number): readonly number[] {
  const parts = Math.min(count, values.length);
  return Array.from({ length: parts }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / parts),
      Math.floor(((i + 1) * values.length) / parts),
    );
    return mean(part.filter(Number.isFinite));
  });
}
