import { klEstimates } from "../algorithms/klEstimators";
import { explainedVariance, maskedMean, mean, standardDeviation } from "../algorithms/statistics";
import type { MetricValues } from "../protocol/trainerEvents";
import type { MeasuredRollout } from "./ppoEpisodes";
import type { UpdateStats } from "./ppoUpdate";

export interface PpoMeasurements extends MeasuredRollout {
  /** [B, R] rewards as they were before whitenRewards scaled them. */
  readonly plainRewards: Float32Array;
  /** [B] scores that are not rewarded; null for none. */
  readonly heldOutScores: Float32Array | null;
  /** [B] scores divided by their scale, less the missing-end penalty. */
  readonly scaled: Float32Array;
  readonly updates: readonly UpdateStats[];
  readonly klCoef: number;
  /** s in score′ = score / s. */
  readonly scoreDivisor: number;
  readonly rates: { readonly learningRate: number; readonly valueLearningRate: number };
  readonly times: {
    readonly start: number;
    readonly sampled: number;
    readonly scored: number;
    readonly updated: number;
  };
  readonly checks: { readonly referenceChanged: boolean };
}

/** The iteration's line of metrics. Statistics of the update are NaN in iteration 0, which has none. */
export function ppoMetrics(m: PpoMeasurements): MetricValues {
  const { rollout, times } = m;
  const { episodes, responseMask: mask } = rollout;
  const lengths = episodes.map((episode) => episode.sequence.response.length);
  const tokens = lengths.reduce((a, b) => a + b, 0);
  const update = (name: keyof UpdateStats): number => mean(m.updates.map((stats) => stats[name]));
  const k3 = klEstimates("k3", rollout.logprobs, rollout.referenceLogprobs); // 0 in padding, where both are 0
  return {
    "objective/score": mean(m.scores),
    "objective/scoreStd": standardDeviation(m.scores),
    "objective/heldOutScore": m.heldOutScores ? mean(m.heldOutScores) : NaN,
    "objective/scaledScore": mean(m.scaled),
    "objective/klPolicyReference": mean(m.klPerSequence),
    "objective/klK3": k3.reduce((a, b) => a + b, 0) / episodes.length,
    "objective/rewardPerSequence": mean(m.scaled.map((score, b) => score - m.klCoef * m.klPerSequence[b])),
    "objective/klCoef": m.klCoef,
    "objective/scoreDivisor": m.scoreDivisor,
    "policy/loss": update("policyLoss"),
    "policy/clipFraction": update("clipFraction"),
    "policy/approxKlK1": update("k1"),
    "policy/approxKlK3": update("k3"),
    "policy/entropy": maskedMean(rollout.entropies, mask),
    "policy/gradNorm": update("policyGradNorm"),
    "policy/learningRate": m.rates.learningRate,
    "policy/ratioDeviationMax":
      m.updates.length > 0 ? Math.max(...m.updates.map((stats) => stats.ratioDeviation)) : NaN,
    "value/loss": update("valueLoss"),
    "value/clipFraction": update("valueClipFraction"),
    "value/explainedVariance": explainedVariance(rollout.values, m.returns, mask),
    "value/mean": maskedMean(rollout.values, mask),
    "value/gradNorm": update("valueGradNorm"),
    "value/learningRate": m.rates.valueLearningRate,
    "response/length": tokens / episodes.length,
    "response/endRate": episodes.filter((episode) => episode.endReached).length / episodes.length,
    "ptx/loss": update("ptxLoss"),
    "ptx/gradNormRatio": update("ptxGradNormRatio"),
    "check/firstRatioDeviation": m.updates.length > 0 ? m.updates[0].ratioDeviation : 0,
    "check/cachedLogprobDifference": rollout.cachedDifference,
    "check/rewardSumDeviation": rewardSumDeviation(m),
    "check/referenceChanged": m.checks.referenceChanged ? 1 : 0,
    "time/rolloutSeconds": times.sampled - times.start,
    "time/scoringSeconds": times.scored - times.sampled,
    "time/updateSeconds": times.updated - times.scored,
    "throughput/tokensPerSecond": tokens / (times.updated - times.start),
  };
}

/** Sentences for each invariant that does not hold (Ouyang et al.'s objective and PPO's own identities). */
export function tripwires(values: MetricValues, iteration: number): string[] {
  const rules: readonly (readonly [holds: boolean, message: string])[] = [
    [
      values["check/firstRatioDeviation"] <= 1e-4,
      "the probability ratio of the first minibatch is not 1: sampling and training disagree",
    ],
    [
      values["check/cachedLogprobDifference"] <= 1e-4,
      "log-probs with and without the key/value cache differ",
    ],
    [
      values["check/rewardSumDeviation"] <= 1e-3,
      "the rewards of a response do not add up to its score less the KL penalty",
    ],
    [values["check/referenceChanged"] === 0, "the reference policy changed"],
    [
      iteration > 0 || Math.abs(values["objective/klPolicyReference"]) <= 1e-5,
      "the starting policy is not the reference policy: KL is not 0 at iteration 0",
    ],
    [!(values["objective/klK3"] < 0), "the k3 estimate of the KL is negative"],
  ];
  return rules.filter(([holds]) => !holds).map(([, message]) => message);
}

/** max over episodes of |Σ_t reward_t − (score − β·KL)|, the rewards before any scaling. */
function rewardSumDeviation(m: PpoMeasurements): number {
  const { episodes, columns } = m.rollout;
  const deviations = episodes.map((_, b) => {
    let sum = 0;
    for (let t = 0; t < columns; t++) sum += m.plainRewards[b * columns + t];
    return Math.abs(sum - (m.scaled[b] - m.klCoef * m.klPerSequence[b]));
  });
  return Math.max(...deviations);
}
