import { movingAverage } from "../../extension/algorithms/smoothing";
import { isScatter, seriesOf, type Series } from "../../extension/charts/series";
import type { MetricsView, ShownRun } from "../../extension/protocol/metricsMessages";

/** What a line of a chart is: the values, their moving average, a group's mean or an edge of its band, β beside the KL, a curve of a law, or the score that a run measures besides the one it is rewarded for. */
export type LineRole =
  "values" | "raw" | "smooth" | "mean" | "low" | "high" | "coefficient" | "curve" | "heldOut";

/** What stands on the scale at the right. */
export const isBeside = (role: LineRole): boolean => role === "coefficient" || role === "heldOut";

export interface Line extends Series {
  /** Names the line in its chart, the same from one drawing to the next. */
  readonly key: string;
  readonly role: LineRole;
  /** The run's name, or the group's. */
  readonly label: string;
  /** Colour and dash pattern. */
  readonly slot: number;
  /** Null for a group's lines. */
  readonly run: string | null;
}

/** The metric that stands beside another in its chart, on the scale at the right. */
export const besides: Readonly<Record<string, string>> = {
  "objective/klPolicyReference": "objective/klCoef",
};

/** All lines of a metric's chart. Hidden runs have none, and count in their groups. */
export function linesOf(runs: readonly ShownRun[], name: string, view: MetricsView): readonly Line[] {
  if (view.groupBy !== null) return groupLines(runs, name, view, view.groupBy);
  const shown = runs.filter(({ about }) => !view.hidden.includes(about.id));
  return shown.flatMap((run) => {
    const series = seriesOf(run.columns, name, view.axis);
    if (series === null || series.x.length === 0) return [];
    const { id, name: label, slot } = run.about;
    const line = { label, slot, run: id };
    const isSmooth = view.smoothing > 0 && !isScatter(view.axis);
    const own: Line[] = isSmooth
      ? [
          { ...line, ...series, key: `${id} raw`, role: "raw" },
          { ...line, ...smoothed(series, view.smoothing), key: id, role: "smooth" },
        ]
      : [{ ...line, ...series, key: id, role: "values" }];
    const beside = Object.hasOwn(besides, name) ? seriesOf(run.columns, besides[name], view.axis) : null;
    if (beside !== null && beside.x.length > 0)
      own.push({ ...line, ...beside, key: `${id} beside`, role: "coefficient" });
    return own;
  });
}

/** On all values, before anything is thinned out. */
const smoothed = ({ x, y }: Series, weight: number): Series => ({ x, y: movingAverage(y, weight) });

/** Runs that share a setting's value; a run that has none is a group of its own name, "–". */
export function groupsOf(
  runs: readonly ShownRun[],
  key: string,
): readonly { readonly label: string; readonly runs: readonly ShownRun[] }[] {
  const groups = new Map<string, ShownRun[]>();
  for (const run of runs) {
    const { settings } = run.about;
    const value = Object.hasOwn(settings, key) ? settings[key] : "–";
    groups.set(value, [...(groups.get(value) ?? []), run]);
  }
  return [...groups].map(([value, members]) => ({ label: `${key} = ${value}`, runs: members }));
}

function groupLines(
  runs: readonly ShownRun[],
  name: string,
  { axis, smoothing }: MetricsView,
  key: string,
): readonly Line[] {
  return groupsOf(runs, key).flatMap(({ label, runs: members }, slot) => {
    const series = members.flatMap((run) => seriesOf(run.columns, name, axis) ?? []);
    if (series.length === 0) return [];
    const isSmooth = smoothing > 0 && !isScatter(axis);
    const { x, mean, low, high } = bandOf(
      isSmooth ? series.map((each) => smoothed(each, smoothing)) : series,
    );
    const line = { label: `${label} (${members.length})`, slot, run: null, x };
    return [
      { ...line, key: `${label} high`, role: "high", y: high },
      { ...line, key: `${label} low`, role: "low", y: low },
      { ...line, key: label, role: "mean", y: mean },
    ];
  });
}

/**
 * Mean, least and largest value at each place that any of the series has, over those that have a finite value there:
 * mean(x) = Σ_i y_i(x) / |{i : y_i(x) finite}|; NaN where there is none.
 */
export function bandOf(series: readonly Series[]): {
  readonly x: Float64Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
} {
  const x = unionOf(series.map((each) => each.x));
  const [sum, count] = [new Float64Array(x.length), new Float64Array(x.length)];
  const [low, high] = [new Float64Array(x.length).fill(NaN), new Float64Array(x.length).fill(NaN)];
  for (const each of series) {
    let at = 0;
    for (let i = 0; i < each.x.length; i++) {
      while (x[at] < each.x[i]) at++;
      const value = each.y[i];
      if (!Number.isFinite(value)) continue;
      sum[at] += value;
      low[at] = count[at] === 0 ? value : Math.min(low[at], value);
      high[at] = count[at] === 0 ? value : Math.max(high[at], value);
      count[at]++;
    }
  }
  return { x, mean: sum.map((total, i) => (count[i] === 0 ? NaN : total / count[i])), low, high };
}

/** The places of all, each once, in rising order. */
export function unionOf(xs: readonly Float64Array[]): Float64Array {
  const longest = xs.reduce((a, b) => (b.length > a.length ? b : a), new Float64Array(0));
  // Runs count their iterations alike, so that one mostly has the places of all.
  if (xs.every((x) => isPrefix(x, longest))) return longest;
  const all = new Float64Array(xs.reduce((sum, x) => sum + x.length, 0));
  let at = 0;
  for (const x of xs) {
    all.set(x, at);
    at += x.length;
  }
  all.sort();
  return all.filter((value, i) => i === 0 || value !== all[i - 1]);
}

const isPrefix = (x: Float64Array, of: Float64Array): boolean =>
  x === of || x.every((value, i) => value === of[i] && (i === 0 || value !== x[i - 1]));

export type AlignedValues = Float64Array | (number | null | undefined)[];

/**
 * Lines on common places, as uPlot takes them: null is a gap where a value is not finite (or not above 0 on a log scale), undefined a
 * place that the line does not have and is drawn across.
 */
export function aligned(
  lines: readonly Series[],
  isLog: boolean,
): { readonly x: Float64Array; readonly ys: readonly AlignedValues[] } {
  const x = lines.length === 1 ? lines[0].x : unionOf(lines.map((line) => line.x));
  const isDrawn = (value: number): boolean => Number.isFinite(value) && (!isLog || value > 0);
  const ys = lines.map((line): AlignedValues => {
    if (line.x === x && line.y.every(isDrawn)) return line.y;
    const values: (number | null | undefined)[] = new Array<undefined>(x.length).fill(undefined);
    let at = 0;
    for (let i = 0; i < line.x.length; i++) {
      if (line.x === x) at = i;
      else while (x[at] < line.x[i]) at++;
      values[at] = isDrawn(line.y[i]) ? line.y[i] : null;
    }
    return values;
  });
  return { x, ys };
}

/** The index of the place nearest to x; −1 where there is none. */
export function nearest(xs: Float64Array, x: number): number {
  if (xs.length === 0) return -1;
  let [low, high] = [0, xs.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - xs[low - 1] <= xs[low] - x ? low - 1 : low;
}

/** A line's value beside the cursor. */
export interface Reading {
  readonly line: Line;
  readonly x: number;
  readonly value: number;
  /** The values of the band around a group's mean. */
  readonly band: readonly [low: number, high: number] | null;
}

/** Lines that stand for themselves. */
const readRoles: ReadonlySet<LineRole> = new Set(["values", "smooth", "mean", "heldOut"]);

/** What the lines say at a place, the highest value first; β and the edges of bands do not stand for themselves. */
export function readingsAt(lines: readonly Line[], x: number): readonly Reading[] {
  const readings = lines.flatMap((line, i): Reading[] => {
    if (!readRoles.has(line.role)) return [];
    const at = nearest(line.x, x);
    if (at < 0) return [];
    const band = line.role === "mean" ? ([lines[i - 1].y[at], lines[i - 2].y[at]] as const) : null;
    return [{ line, x: line.x[at], value: line.y[at], band }];
  });
  // NaN first: it is the news.
  const rank = ({ value }: Reading): number => (Number.isNaN(value) ? Infinity : value);
  return readings.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) > rank(a) ? 1 : -1));
}

/** Places at which a run reported a value that is no finite number. */
export function faultsOf(lines: readonly Line[]): readonly number[] {
  const places = lines
    .filter(({ role }) => role === "values" || role === "raw")
    .flatMap(({ x, y }) => {
      const found: number[] = [];
      for (let i = 0; i < y.length; i++) if (!Number.isFinite(y[i])) found.push(x[i]);
      return found;
    });
  return [...new Set(places)];
}

/** How many values are looked at for the range without outliers; more of them change it little. */
const rangeSample = 4000;

/** The range of the middle nine tenths of the values between two places; null where there are none. */
export function middleRange(
  lines: readonly Series[],
  from: number,
  to: number,
): readonly [number, number] | null {
  const values = lines.flatMap(({ x, y }) => {
    const seen: number[] = [];
    const step = Math.max(1, Math.floor(x.length / rangeSample));
    for (let i = 0; i < x.length; i += step)
      if (x[i] >= from && x[i] <= to && Number.isFinite(y[i])) seen.push(y[i]);
    return seen;
  });
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (values.length - 1))];
  return [at(0.05), at(0.95)];
}
