import { expectShape, rowLengths } from "./shape";

export interface KlPenaltyInput {
  readonly logprobs: Float32Array;
  readonly referenceLogprobs: Float32Array;
  readonly scores: ArrayLike<number>;
  readonly responseMask: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly klCoef: number;
}

/**
 * Rewards per token: the KL penalty at every token, the score at the last.
 *
 *   r_t = −β·(log π(y_t) − log π_ref(y_t))  + score where t is the last real token
 *   klPerSequence = Σ_t (log π(y_t) − log π_ref(y_t))          (Schulman's k1, summed)
 *
 * logprobs, referenceLogprobs  [B, R]  nats, of the sampled tokens
 * scores                       [B]     of whole responses, in reward-model units
 * responseMask                 [B, R]  1 = real token; each row is ones, then zeros
 * klCoef                               β
 * rewards                      [B, R]  0 where the mask is 0
 * klPerSequence                [B]     nats
 *
 * Source: Ouyang et al. 2022, §3.5, eq. 2; the placement per token as in Ziegler et al. 2019, §2.2, eq. 2.
 * Throws RangeError when the shapes differ, a mask row has a hole, or a response has no token to carry its score.
 *
 * Example: logprobs −1 −2, reference −1.5 −1, score 3, β = 0.1 gives rewards −0.05 3.1 and KL −0.5
 */
export function penalizeKl(input: KlPenaltyInput): {
  readonly rewards: Float32Array;
  readonly klPerSequence: Float64Array;
} {
  const { logprobs, referenceLogprobs, scores, responseMask, rows, columns, klCoef } = input;
  expectShape([logprobs.length], [rows * columns], "logprobs");
  expectShape([referenceLogprobs.length], [rows * columns], "referenceLogprobs");
  expectShape([scores.length], [rows], "scores");
  const rewards = new Float32Array(rows * columns);
  const klPerSequence = new Float64Array(rows);
  rowLengths(responseMask, rows, columns, "responseMask").forEach((length, row) => {
    if (length === 0) throw new RangeError(`response ${row} has no token to carry its score`);
    const last = row * columns + length - 1;
    for (let i = row * columns; i <= last; i++) {
      const difference = logprobs[i] - referenceLogprobs[i];
      klPerSequence[row] += difference;
      rewards[i] = (i === last ? scores[row] : 0) - klCoef * difference;
    }
  });
  return { rewards, klPerSequence };
}
