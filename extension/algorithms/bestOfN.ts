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
