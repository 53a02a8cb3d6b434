import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { maskedMean } from "./maskedMean";

export interface PolicyLossInputs {
  /** [M] log π(token) now. */
  readonly logprobs: Tensor;
  /** [M] log π(token) at the rollout. */
  readonly oldLogprobs: Tensor;
  /** [M] */
  readonly advantages: Tensor;
  /** [M] 1 = real token. */
  readonly mask: Tensor;
  /** [] see maskedMean. */
  readonly count?: Tensor | number | undefined;
  readonly clipRange: number;
}

/**
 * PPO's clipped policy loss and its diagnostics, all masked means over response tokens.
 *
 *   ρ_m = exp(logprob_m − oldLogprob_m)
 *   L = mean max(−A_m·ρ_m, −A_m·clip(ρ_m, 1−ε, 1+ε))
 *   clipFraction = mean [the clipped term is the larger one]
 *   k1 = mean(−log ρ), k3 = mean(ρ − 1 − log ρ): estimates of KL(old ‖ new), nats per token (Schulman 2020)
 *   ratioDeviation = max mask·|ρ − 1|
 *
 * Gradient reaches `logprobs` only; `advantages` and `oldLogprobs` are constants.
 * Source: Schulman et al. 2017, eq. 7.
 *
 * Example: old .2 .5 .1 .4, new .3 .45 .05 .4, A = 1 −1 2 −.5, ε = .2 gives loss −0.2, clipFraction 0.25, k1 0.098261, k3 0.073261.
 */
export function policyLoss(
  inputs: PolicyLossInputs,
): Record<"loss" | "clipFraction" | "k1" | "k3" | "ratioDeviation", Tensor> {
  const { logprobs, oldLogprobs, advantages, mask, count, clipRange } = inputs;
  const mean = (x: Tensor): Tensor => maskedMean(x, mask, count);
  const logRatio = tf.sub(logprobs, oldLogprobs);
  const ratio = tf.exp(logRatio);
  const plain = tf.neg(tf.mul(advantages, ratio));
  const clipped = tf.neg(tf.mul(advantages, tf.clipByValue(ratio, 1 - clipRange, 1 + clipRange)));
  return {
    loss: mean(tf.maximum(plain, clipped)),
    clipFraction: mean(tf.cast(tf.greater(clipped, plain), "float32")),
    k1: mean(tf.neg(logRatio)),
    k3: mean(tf.sub(tf.sub(ratio, 1), logRatio)),
    ratioDeviation: tf.max(tf.mul(mask, tf.abs(tf.sub(ratio, 1)))),
  };
}
