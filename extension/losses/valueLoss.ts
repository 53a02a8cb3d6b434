import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { maskedMean } from "./maskedMean";

export interface ValueLossInputs {
  /** [M] V now. */
  readonly values: Tensor;
  /** [M] V at the rollout. */
  readonly oldValues: Tensor;
  /** [M] */
  readonly returns: Tensor;
  /** [M] 1 = real token. */
  readonly mask: Tensor;
  /** [] see maskedMean. */
  readonly count?: Tensor | number | undefined;
  /** Largest change of a value that still has a gradient; 0 turns clipping off. */
  readonly clipRangeValue: number;
}

/**
 * Squared error of the values, clipped around the rollout's.
 *
 *   L = ½·mean max((V − R)², (clip(V, V_old − c, V_old + c) − R)²)
 *   clipFraction = mean [|V − V_old| > c, and the clipped term is the larger one]
 *
 * Without the first condition rounding would count values that were not clipped: V_old + (V − V_old) is not always V.
 *
 * Gradient reaches `values` only.
 * Source: Schulman et al.'s PPO implementation (baselines, ppo2); the paper does not state it.
 *
 * Example: V_old 0 1 2 .5, V .5 1.1 1.5 .5, R = 1, c = .2 gives loss 0.1925, clipFraction 0.5.
 */
export function valueLoss(inputs: ValueLossInputs): Record<"loss" | "clipFraction", Tensor> {
  const { values, oldValues, returns, mask, count, clipRangeValue } = inputs;
  const mean = (x: Tensor): Tensor => maskedMean(x, mask, count);
  const plain = tf.square(tf.sub(values, returns));
  if (clipRangeValue === 0) return { loss: tf.mul(0.5, mean(plain)), clipFraction: tf.scalar(0) };
  const moved = tf.sub(values, oldValues);
  const change = tf.clipByValue(moved, -clipRangeValue, clipRangeValue);
  const clipped = tf.square(tf.sub(tf.add(oldValues, change), returns));
  const active = tf.logicalAnd(tf.greater(tf.abs(moved), clipRangeValue), tf.greater(clipped, plain));
  return {
    loss: tf.mul(0.5, mean(tf.maximum(plain, clipped))),
    clipFraction: mean(tf.cast(active, "float32")),
  };
}
