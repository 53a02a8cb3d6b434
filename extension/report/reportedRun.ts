import type { MetricColumns } from "../protocol/metricColumns";
import { absent } from "../protocol/metricColumns";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunMarks, RunStatus } from "../protocol/runFormat";
import { followColumns } from "../runs/followColumns";
import { readMarks, readStatus, type Run } from "../runs/runFolder";

/** A run that a report is about. */
export interface ReportedRun {
  readonly run: Run;
  readonly status: RunStatus;
  readonly marks: RunMarks;
}

export function readReported(run: Run): ReportedRun | Problem {
  const [status, marks] = [readStatus(run.paths), readMarks(run.paths)];
  if (isProblem(status)) return status;
  return isProblem(marks) ? marks : { run, status, marks };
}

/** The name that a person gave it, or its id. */
export const nameOf = ({ run, marks }: ReportedRun): string => marks.name ?? run.manifest.id;

export const columnsOf = ({ run }: Pick<ReportedRun, "run">): MetricColumns =>
  followColumns(run.paths.metrics).columns;

/** A column's values that are there; NaN and the infinities are. */
export const valuesOf = (columns: MetricColumns, name: string): number[] =>
  [...(columns.values[name] ?? [])].filter((value) => value !== absent);

/** The last value of each metric that reported one. */
export function lastValues(columns: MetricColumns): Readonly<Record<string, number>> {
  const last = Object.keys(columns.values).map((name) => [name, valuesOf(columns, name).at(-1)] as const);
  return Object.fromEntries(last.filter((each): each is [string, number] => each[1] !== undefined));
}
