import { evaluationMetrics } from "./evaluationMetrics";
import { ours, type Metric } from "./metric";
import { objectiveMetrics } from "./objectiveMetrics";
import type { Stage } from "./runFormat";
import { supervisedMetrics } from "./supervisedMetrics";
import { updateMetrics } from "./updateMetrics";

/**
 * The one catalogue of metrics, by name `group/quantity`. Types, chart legends, tooltips and tests come from it; a number that a run
 * reports under a name not in here is a mistake.
 */
export const metrics = {
  ...supervisedMetrics,
  ...objectiveMetrics,
  ...updateMetrics,
  ...evaluationMetrics,
  "throughput/tokensPerSecond": {
    unit: "tokens per second",
    direction: "higher",
    reduce: "mean",
    formula: "tokens trained on (in reinforcement learning, sampled and trained on) a second",
    citation: ours,
    stages: ["pretrain", "sft", "ppo"],
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

/** Whether a word read from a file or message is a name of the catalogue. */
export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(metrics, name);
}

/** The names a stage reports, in the catalogue's order. */
export function metricsOf(stage: Stage): MetricName[] {
  return metricNames().filter((name) => metric(name).stages.includes(stage));
}

/** All names, in the catalogue's order. */
export function metricNames(): MetricName[] {
  return Object.keys(metrics).filter(isMetricName);
}

/** The row of a name. */
export function metric(name: MetricName): Metric {
  return metrics[name];
}

const chosenMetrics: Readonly<Partial<Record<Stage, readonly MetricName[]>>> = {
  pretrain: ["loss/train", "loss/validation"],
  sft: ["loss/train", "loss/validation"],
  rm: ["loss/train", "loss/validation", "accuracy/train", "accuracy/validation"],
  ppo: ["objective/score", "objective/klPolicyReference", "objective/rewardPerSequence", "policy/entropy"],
};

/** What one looks at first of a stage's metrics. */
export function mainMetrics(stage: Stage): readonly MetricName[] {
  return chosenMetrics[stage] ?? metricsOf(stage).slice(0, 4);
}
