import { healthFindings, type HealthFinding, type HealthRule } from "../algorithms/health";
import type { Say } from "../protocol/fieldValue";
import type { MetricColumns } from "../protocol/metricColumns";
import type { Stage } from "../protocol/runFormat";

/** What the rules see in a PPO run's metrics; other stages have no rules. */
export function findingsOf(stage: Stage, columns: MetricColumns): readonly HealthFinding[] {
  return stage === "ppo" ? healthFindings(columns) : [];
}

/** What a rule saw, in words. */
export function healthSentence({ rule, metric, before, now }: HealthFinding, t: Say): string {
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
