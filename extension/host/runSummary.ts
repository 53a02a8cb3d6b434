import { metric, type MetricName } from "../protocol/metrics";
import type { Stage } from "../protocol/runFormat";
import type { FollowedMetrics, MetricPoint } from "../runs/followMetrics";
import { isBroken, type BrokenRun, type RunEntry, type RunSummary } from "./runEntry";

/** The one metric of a stage that the explorer shows. */
const keyMetrics: Readonly<Record<Stage, MetricName | null>> = {
  pretrain: "loss/validation",
  sft: "loss/validation",
  rm: "accuracy/validation",
  ppo: "objective/score",
  dpo: null,
  evaluate: "winRate/versusSft",
};

/** The metric by which a stage's checkpoints and runs are compared: for PPO the objective with its KL penalty, not the score alone. */
const selectionMetrics: Readonly<Record<Stage, MetricName | null>> = {
  ...keyMetrics,
  ppo: "objective/rewardPerSequence",
};

/** What to read of a run's log for its summary. */
export function summaryMetrics(stage: Stage): readonly MetricName[] {
  const names = [keyMetrics[stage], selectionMetrics[stage]].filter((name) => name !== null);
  return [...new Set(names)];
}

export function summaryOf(stage: Stage, { series }: FollowedMetrics): RunSummary {
  const [key, selection] = [keyMetrics[stage], selectionMetrics[stage]];
  const points = key === null ? [] : (series[key] ?? []);
  return {
    metric: key,
    // An evaluation that had nothing to compare with has no win rate; elsewhere a value that is none is news.
    points: stage === "evaluate" ? points.filter(({ value }) => !Number.isNaN(value)) : points,
    selected: selection === null ? null : bestOf(selection, series[selection] ?? []),
  };
}

function bestOf(name: MetricName, points: readonly MetricPoint[]): number | null {
  const values = points.map(({ value }) => value).filter(Number.isFinite);
  if (values.length === 0) return null;
  return values.reduce((best, value) => (isBetter(name, value, best) ? value : best));
}

function isBetter(name: MetricName, value: number, than: number): boolean {
  return metric(name).direction === "lower" ? value < than : value > than;
}

export const metricValues = ["last", "min", "max"] as const;
/** Which of a run's values the explorer shows. */
export type MetricValue = (typeof metricValues)[number];

/** The shown value of the key metric; null before the first one. */
export function shownValue({ points }: RunSummary, which: MetricValue): number | null {
  const values = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  if (points.length === 0) return null;
  if (which === "last") return points[points.length - 1].value;
  if (values.length === 0) return NaN;
  return values.reduce((a, b) => (which === "min" ? Math.min(a, b) : Math.max(a, b)));
}

/** A value as people write it: shares in per cent, losses with three digits. */
export function formatMetric(name: MetricName, value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (name === "accuracy/validation" || name === "winRate/versusSft") return `${(100 * value).toFixed(1)} %`;
  const text = value.toFixed(name === "loss/validation" ? 3 : 2);
  if (Number(text) === 0) return text.replace("-", "");
  return text.replace("-", "−");
}

/** Ids of the best run of each stage, the latest of equals; a failed run is never the best. `entries` are the newest first. */
export function bestRuns(entries: readonly (RunEntry | BrokenRun)[]): ReadonlySet<string> {
  const best = new Map<Stage, { readonly id: string; readonly selected: number }>();
  for (const entry of entries) {
    if (isBroken(entry) || entry.status.state === "failed") continue;
    const { selected } = entry.summary;
    const stage = entry.run.manifest.stage;
    const selection = selectionMetrics[stage];
    if (selected === null || selection === null) continue;
    const before = best.get(stage);
    if (before === undefined || isBetter(selection, selected, before.selected))
      best.set(stage, { id: entry.id, selected });
  }
  return new Set([...best.values()].map(({ id }) => id));
}

/** Milliseconds from a run's creation to its last sign of life, or to now while it goes on; 0 for one that has not begun. */
export function runDuration({ run, status }: RunEntry, now: number): number {
  if (status.state === "queued") return 0;
  const end = status.state === "running" || status.state === "paused" ? now : Date.parse(status.heartbeat);
  const duration = end - Date.parse(run.manifest.createdAt);
  return Number.isFinite(duration) ? Math.max(0, duration) : 0;
}

/** A name a person reads: the one they gave, or the id. */
export function runName({ marks, id }: RunEntry): string {
  return marks.name ?? id;
}
