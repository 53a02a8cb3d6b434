import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { errorCode } from "./disk";

/** A metric's value at an iteration; it may be NaN. */
export interface MetricPoint {
  readonly iteration: number;
  readonly value: number;
}

/** A few metrics of a run as far as its log has been read, and where to go on. */
export interface FollowedMetrics {
  readonly series: Readonly<Record<string, readonly MetricPoint[]>>;
  /** Bytes of whole lines read. */
  readonly bytes: number;
  /** The last whole line with its end, as read: while it still stands there, what was read before holds. */
  readonly lastLine: string;
}

const nothing: FollowedMetrics = { series: {}, bytes: 0, lastLine: "" };

/**
 * Reads a few metrics out of metrics.jsonl, only what is new since `before`. A log that was cut back, as a resumed run's is, is read anew.
 * Lines are searched for the names and not parsed as a whole, because an explorer looks at hundreds of logs at once.
 */
export function followMetrics(
  path: string,
  names: readonly string[],
  before: FollowedMetrics = nothing,
): FollowedMetrics {
  const file = openLog(path);
  if (file === null) return nothing;
  try {
    const size = fstatSync(file).size;
    const from = before.bytes - before.lastLine.length;
    const text = readFrom(file, from, size);
    if (text.startsWith(before.lastLine)) return append(before, text.slice(before.lastLine.length), names);
    return append(nothing, readFrom(file, 0, size), names);
  } finally {
    closeSync(file);
  }
}

function openLog(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** One character a byte, so that lengths are offsets; names and numbers are ASCII. */
function readFrom(file: number, from: number, size: number): string {
  const bytes = Buffer.allocUnsafe(Math.max(0, size - from));
  const read = readSync(file, bytes, 0, bytes.length, from);
  return bytes.toString("latin1", 0, read);
}

function append(before: FollowedMetrics, text: string, names: readonly string[]): FollowedMetrics {
  const end = text.lastIndexOf("\n") + 1;
  if (end === 0) return before;
  const whole = text.slice(0, end);
  const starts = lineStarts(whole);
  const iterations = numbersIn(whole, starts, "iteration");
  const added = names.map((name) => [name, pointsOf(iterations, numbersIn(whole, starts, name))] as const);
  return {
    series: Object.fromEntries(
      added.map(([name, points]) => [name, [...(before.series[name] ?? []), ...points]]),
    ),
    bytes: before.bytes + end,
    lastLine: whole.slice(starts[starts.length - 1]),
  };
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
