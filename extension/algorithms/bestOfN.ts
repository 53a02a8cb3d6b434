import { log } from "./exactMath";

/**
 * KL of best-of-n sampling from the policy it samples, in nats.
 *
 *   KL = ln n − (n − 1)/n          (an upper bound where scores tie)
 *
 * Source: Stiennon et al. 2020, App. G.3.
 * Throws RangeError unless n is a whole number of at least 1.
 *
 * Example: n = 2, 4, 16 gives 0.1931, 0.6363, 1.8351
 */
export function bestOfNKl(n: number): number {
  if (!Number.isInteger(n) || n < 1)
    throw new RangeError(`best of n needs a whole n of at least 1, not ${n}`);
  return log(n) - (n - 1) / n;
}

/**
 * Expected highest score of n draws, from N scores of single draws: the mean over all subsets of n, which is without bias.
 *
 *   E[max] = Σ_{i=n}^{N} C(i − 1, n − 1)/C(N, n) · s_(i),   s_(1) ≤ … ≤ s_(N)
 *
 * Source: Nakano et al. 2021, "WebGPT", App. I.
 * scores [N] in reward-model units, 1 ≤ n ≤ N → the same unit. Throws RangeError for other n.
 *
 * Example: 1, 2, 3 with n = 2 gives (2 + 3 + 3)/3 = 2.6667
 */
export function bestOfNScore(scores: readonly number[], n: number): number {
  const { length } = scores;
  if (!Number.isInteger(n) || n < 1 || n > length)
    throw new RangeError(
      `the best of n among ${length} scores needs a whole n from 1 to ${length}, not ${n}`,
    );
  const sorted = [...scores].sort((a, b) => b - a);
  // The highest is in a subset with probability n/N; each next one is its highest when all before it were left out.
  let weight = n / length;
  let mean = 0;
  for (let i = 0; i <= length - n; i++) {
    mean += weight * sorted[i];
    weight *= (length - n - i) / (length - 1 - i);
  }
  return mean;
}
