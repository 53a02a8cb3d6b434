import { logStart, readLogTail, type LogMark } from "./logTail";

/** A metric's value at an iteration; it may be NaN. */
export interface MetricPoint {
  readonly iteration: number;
  readonly value: number;
}

/** A few metrics of a run as far as its log has been read, and where to go on. */
export interface FollowedMetrics {
  readonly series: Readonly<Record<string, readonly MetricPoint[]>>;
  readonly mark: LogMark;
}

type Series = FollowedMetrics["series"];

const nothing: FollowedMetrics = { series: {}, mark: logStart };

/**
 * Reads a few metrics out of metrics.jsonl, only what is new since `before`. A log that was cut back, as a resumed run's is, is read anew.
 * Lines are searched for the names and not parsed as a whole, because an explorer looks at hundreds of logs at once.
 */
export function followMetrics(
  path: string,
  names: readonly string[],
  before: FollowedMetrics = nothing,
): FollowedMetrics {
  let { series } = before;
  const restart = (): void => void (series = {});
  const take = (lines: string): void => void (series = append(series, lines, names));
  const mark = readLogTail(path, before.mark, restart, take);
  return mark === null ? nothing : { series, mark };
}

function append(before: Series, whole: string, names: readonly string[]): Series {
  const starts = lineStarts(whole);
  const iterations = numbersIn(whole, starts, "iteration");
  const added = names.map((name) => [name, pointsOf(iterations, numbersIn(whole, starts, name))] as const);
  return Object.fromEntries(added.map(([name, points]) => [name, [...(before[name] ?? []), ...points]]));
}

function lineStarts(whole: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at < whole.length; at = whole.indexOf("\n", at) + 1) starts.push(at);
  return starts;
}

function pointsOf(iterations: readonly (number | null)[], values: readonly (number | null)[]): MetricPoint[] {
  return values.flatMap((value, i) => {
    const iteration = iterations[i];
    return iteration === null || value === null ? [] : [{ iteration, value }];
  });
}

const jsonNumber = /\s*(?:(-?\d[\d.eE+-]*)|"(NaN|-?Infinity)")/y;

/**
 * The number after `"name":` in each line; null where there is none. Inside a text of valid JSON the quotes would be escaped, so that only
 * the property itself is found.
 */
function numbersIn(text: string, starts: readonly number[], name: string): (number | null)[] {
  const mark = `"${name}":`;
  let at = text.indexOf(mark);
  return starts.map((start, i) => {
    if (at >= 0 && at < start) at = text.indexOf(mark, start);
    if (at < 0 || at >= (starts[i + 1] ?? text.length)) return null;
    jsonNumber.lastIndex = at + mark.length;
    const found = jsonNumber.exec(text);
    return found === null ? null : Number(found[1] ?? found[2]);
  });
}
