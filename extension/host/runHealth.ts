import { healthFindings, type HealthFinding, type HealthRule } from "../algorithms/health";
import type { MetricColumns } from "../protocol/metricColumns";
import type { RunAbout } from "../protocol/metricsMessages";
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
  return { rows, findings: run.manifest.stage === "ppo" ? healthFindings(columns) : [] };
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
    sentence: sentence(finding),
    evidence: { metric: finding.metric, from: finding.from, to: finding.to },
    remedy: remedyFor(entry, finding.rule, live)?.text ?? null,
  }));
}

function sentence({ rule, metric, before, now }: HealthFinding): string {
  const [was, is] = [before, now].map((value) => String(Number(value.toPrecision(3))));
  const sentences: Readonly<Record<HealthRule, () => string>> = {
    notANumber: () => t("{0} is not a number: a step was too large, or a reward is broken.", metric),
    firstRatio: () =>
      t("Before the first update the ratio is off 1 by {0}: sampling and training disagree.", is),
    klRunaway: () =>
      t(
        "The KL from the reference is {0} nats a response, more than {1}: the penalty does not hold the policy.",
        is,
        was,
      ),
    klNegative: () =>
      t("The mean KL is {0} nats, which no divergence can be: sampled and scored log-probs differ.", is),
    clipFraction: () =>
      t("{0} of the tokens are clipped, more than {1}: updates are too large for their rollout.", is, was),
    entropyCollapse: () =>
      t("The entropy fell from {0} to {1} nats a token: the policy says nearly the same each time.", was, is),
    endRateFalling: () =>
      t("The share of responses that end fell from {0} to {1}: the policy runs on to the limit.", was, is),
    lengthDrift: () => t("Responses went from {0} to {1} tokens: the reward may favour a length.", was, is),
    valueLossExplosion: () =>
      t(
        "The value loss is {1}, ten times its best of {0}: the value model no longer follows the returns.",
        was,
        is,
      ),
    overOptimisation: () =>
      t(
        "The held-out score fell from {0} to {1} while the rewarded score rose: the policy exploits its reward.",
        was,
        is,
      ),
  };
  return sentences[rule]();
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
