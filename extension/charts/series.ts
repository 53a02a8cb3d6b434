import { absent, type MetricColumns } from "../protocol/metricColumns";
import { axisMetric, type XAxis } from "../protocol/metricsMessages";

/** Values of one metric of one run or group along the axis: x rises, both of one length; y may be NaN or infinite. */
export interface Series {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** On these axes a run goes back and forth, so that its points are no line. */
export const isScatter = (axis: XAxis): boolean => axis === "kl" || axis === "sqrtKl";

/** A run's values of a metric along an axis, in rising order; rows that have no value or no place on the axis are left out. */
export function seriesOf(columns: MetricColumns, name: string, axis: XAxis): Series | null {
  const y = columns.values[name];
  const source = axisMetric[axis];
  const x = source === null ? columns.iterations : columns.values[source];
  if (y === undefined || x === undefined) return null;
  const place =
    axis === "sqrtKl" ? (value: number) => Math.sqrt(Math.max(0, value)) : (value: number) => value;
  const isWhole = !y.includes(absent) && (source === null || x.every((value) => isPlace(value)));
  if (isWhole && !isScatter(axis)) return { x, y };
  const rows: number[] = [];
  for (let i = 0; i < y.length; i++) if (y[i] !== absent && isPlace(x[i])) rows.push(i);
  if (isScatter(axis)) rows.sort((a, b) => x[a] - x[b]);
  return { x: Float64Array.from(rows, (i) => place(x[i])), y: Float64Array.from(rows, (i) => y[i]) };
}

const isPlace = (value: number): boolean => value !== absent && Number.isFinite(value);
