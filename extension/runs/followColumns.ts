import { anyNumber, isObject, parseJson } from "../protocol/codec";
import { absent, appendColumns, noColumns, type MetricColumns } from "../protocol/metricColumns";
import { isProblem } from "../protocol/problem";
import { logStart, readLogTail, type LogMark } from "./logTail";

/** All metrics of a run as far as its log has been read. */
export interface FollowedColumns {
  readonly columns: MetricColumns;
  /** How many rows are the same as at the last look: what follows them is new. */
  readonly kept: number;
  readonly mark: LogMark;
}

export const nothingFollowed: FollowedColumns = { columns: noColumns, kept: 0, mark: logStart };

/** Reads a run's metrics.jsonl, only what is new since `before`; one that was cut back is read anew. Lines that are none are left out. */
export function followColumns(path: string, before: FollowedColumns = nothingFollowed): FollowedColumns {
  let kept = before.columns.iterations.length;
  let columns = before.columns;
  const restart = (): void => {
    kept = 0;
    columns = noColumns;
  };
  const take = (lines: string): void => {
    columns = appendColumns(columns, columns.iterations.length, columnsOf(lines));
  };
  const mark = readLogTail(path, before.mark, restart, take);
  return mark === null ? nothingFollowed : { columns, kept, mark };
}

/** The lines of a log as columns; the keys are ASCII, and a warning's letters are not looked at. */
function columnsOf(lines: string): MetricColumns {
  const rows = lines.split("\n").flatMap((line) => {
    const parsed = line === "" ? null : parseJson(line, "a line of metrics");
    if (parsed === null || isProblem(parsed) || !isObject(parsed.json)) return [];
    return typeof parsed.json.iteration === "number" ? [parsed.json] : [];
  });
  const values: Record<string, Float64Array> = {};
  rows.forEach((row, i) => {
    for (const [name, value] of Object.entries(row)) {
      if (name === "iteration" || name === "warnings") continue;
      const number = anyNumber(value, { where: "a line of metrics", path: name });
      if (isProblem(number)) continue;
      values[name] ??= new Float64Array(rows.length).fill(absent);
      values[name][i] = number;
    }
  });
  return { iterations: Float64Array.from(rows, ({ iteration }) => Number(iteration)), values };
}
