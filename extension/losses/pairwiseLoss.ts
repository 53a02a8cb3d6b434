import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { ops } from "../engine/ops";

export interface Comparisons {
  /** int32 [Q]: row of the preferred response of each comparison. */
  readonly winners: Tensor;
  /** int32 [Q]: row of the other one. */
  readonly losers: Tensor;
  /** [Q]: probability that the first is preferred: 1, or ½ for a tie that is kept. */
  readonly targets: Tensor;
  /** [Q]: 1/(pairs of that prompt)/prompts; 0 = padding. */
  readonly weights: Tensor;
}

/**
 * Reward-model loss over all pairs of a batch of rankings; each response is scored once, however many pairs it is in.
 *
 *   d_q = r(winner_q) − r(loser_q)
 *   L = Σ_q w_q·(−t_q·log σ(d_q) − (1−t_q)·log σ(−d_q))
 *
 * scores [N] -> {loss [], accuracy []}: accuracy is the weighted share of comparisons with d > 0, ties (t = ½) left out.
 * Gradient reaches `scores`.
 * Source: Ouyang et al. 2022, eq. 1, with the 1/C(K,2) inside the weights.
 *
 * Example: K = 4 ranked scores 1, 0.3, 0.1, −0.5 give 0.3920801.
 */
export function pairwiseLoss(
  scores: Tensor,
  comparisons: Comparisons,
): { readonly loss: Tensor; readonly accuracy: Tensor } {
  const { winners, losers, targets, weights } = comparisons;
  const column = tf.reshape(scores, [-1, 1]);
  const scoreOf = (rows: Tensor): Tensor => tf.reshape(ops().gatherRows(column, rows), [-1]);
  const d = tf.sub(scoreOf(winners), scoreOf(losers));
  const surprise = tf.add(
    tf.mul(targets, tf.softplus(tf.neg(d))), // −log σ(d)
    tf.mul(tf.sub(1, targets), tf.softplus(d)), // −log σ(−d)
  );
  const decided = tf.mul(weights, tf.cast(tf.notEqual(targets, 0.5), "float32"));
  const right = tf.mul(decided, tf.cast(tf.greater(d, 0), "float32"));
  return {
    loss: tf.sum(tf.mul(weights, surprise)),
    accuracy: tf.divNoNan(tf.sum(right), tf.sum(decided)),
  };
}
