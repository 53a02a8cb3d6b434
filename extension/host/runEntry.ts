import type { MetricName } from "../protocol/metrics";
import type { Problem } from "../protocol/problem";
import type { RunMarks, RunStatus } from "../protocol/runFormat";
import type { MetricPoint } from "../runs/followMetrics";
import type { Run } from "../runs/runFolder";

/** A run as the explorer and the commands see it. The same object comes back as long as nothing of the run has changed. */
export interface RunEntry {
  readonly project: string;
  readonly id: string;
  readonly run: Run;
  readonly status: RunStatus;
  readonly marks: RunMarks;
  readonly summary: RunSummary;
}

/** A folder among the runs that cannot be read as one. */
export interface BrokenRun {
  readonly project: string;
  readonly id: string;
  readonly problem: Problem;
}

/** What a run has come to, in one metric. */
export interface RunSummary {
  /** The key metric of the run's stage; null for a stage that has none. */
  readonly metric: MetricName | null;
  /** Its values so far. */
  readonly points: readonly MetricPoint[];
  /** The best value of the metric by which its stage selects; null before there is one. */
  readonly selected: number | null;
}

export function isBroken(entry: RunEntry | BrokenRun): entry is BrokenRun {
  return "problem" in entry;
}
