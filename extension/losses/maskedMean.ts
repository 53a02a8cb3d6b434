import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/**
 * Mean over real entries.
 *
 *   Σ_m mask_m·x_m / count
 *
 * x, mask  [M]  mask 1 = real, 0 = padding
 * count    []   real entries of the whole minibatch, Σ mask unless the minibatch is split into microbatches
 *
 * Gradient reaches `x` only.
 */
export function maskedMean(x: Tensor, mask: Tensor, count: Tensor | number = tf.sum(mask)): Tensor {
  return tf.div(tf.sum(tf.mul(x, mask)), count);
}
