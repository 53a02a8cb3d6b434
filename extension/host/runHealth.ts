import type { HealthFinding, HealthRule } from "../algorithms/health";
import type { MetricColumns } from "../protocol/metricColumns";
import type { RunAbout } from "../protocol/metricsMessages";
import { findingsOf, healthSentence } from "../report/healthText";
import type { RunEntry } from "./runEntry";
import { t } from "./text";

/** What a click on a finding does: a command of the editor with its argument after the run. */
export interface Remedy {
  readonly text: string;
  readonly command: string;
  readonly change?: { readonly key: string; readonly value: string };
}

/** What the rules have seen in a run of so many rows. */
export interface SeenHealth {
  readonly rows: number;
  readonly findings: readonly HealthFinding[];
}

/**
 * What the rules see in a PPO run's metrics; other stages have no rules. They look at means over a tenth of the run, so that they need not look
 * again before it has grown by a hundredth.
 */
export function lookAtHealth(
  { run }: Pick<RunEntry, "run">,
  columns: MetricColumns,
  before: SeenHealth | undefined,
): SeenHealth {
  const rows = columns.iterations.length;
  if (before !== undefined && rows >= before.rows && rows < 1.01 * before.rows) return before;
  return { rows, findings: findingsOf(run.manifest.stage, columns) };
}

/** Findings in the reader's language, with what can be done about each in the state that the run is in. */
export function healthTexts(
  entry: Pick<RunEntry, "status">,
  findings: readonly HealthFinding[],
  live: Readonly<Record<string, string>>,
): RunAbout["health"] {
  return findings.map((finding) => ({
    rule: finding.rule,
    severity: finding.severity,
    sentence: healthSentence(finding, t),
    evidence: { metric: finding.metric, from: finding.from, to: finding.to },
    remedy: remedyFor(entry, finding.rule, live)?.text ?? null,
  }));
}

/** The one remedy of a rule, for the state that the run is in; null where there is none. */
export function remedyFor(
  { status }: Pick<RunEntry, "status">,
  rule: string,
  live: Readonly<Record<string, string>>,
): Remedy | null {
  const isLive = status.state === "running" || status.state === "paused";
  const change = (key: string, value: number): Remedy => ({
    text: t("Set {0} to {1}", key, value),
    command: "rlhf.changeHyperparameter",
    change: { key, value: String(value) },
  });
  const scaled = (key: string, factor: number, least: number): Remedy | null =>
    isLive ? change(key, Number((factor * Number(live[key]) || least).toPrecision(3))) : null;
  switch (rule as HealthRule) {
    case "klRunaway":
    case "entropyCollapse":
      return scaled("klCoef", 2, 0.05);
    case "clipFraction":
      return scaled("learningRate", 0.5, 1e-5);
    case "valueLossExplosion":
      return scaled("valueLearningRate", 0.5, 1e-5);
    case "notANumber":
    case "overOptimisation":
    case "endRateFalling":
    case "lengthDrift":
      return { text: t("Branch from an Earlier Checkpoint…"), command: "rlhf.branch" };
    case "firstRatio":
    case "klNegative":
      return { text: t("Run the Doctor"), command: "rlhf.doctor" };
  }
}
