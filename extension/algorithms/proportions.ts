import { differenceOfEstimates } from "./intervals";

/** A share with its interval, all in 0 … 1 (a difference of shares in −1 … 1). */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's 97.5 % point: intervals cover 95 %. */
const z95 = 1.959963984540054;

/**
 * A proportion with Wilson's score interval.
 *
 *   (p + z²/2n ± z·√(p(1−p)/n + z²/4n²))/(1 + z²/n),  p = successes/n
 *
 * `successes` need not be whole: a tie may count one half, for which the interval is a little too wide. NaN when n = 0.
 *
 * Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
 * Throws RangeError unless 0 ≤ successes ≤ n.
 *
 * Example: 8 of 10 gives 0.8 in 0.4902 … 0.9433
 */
export function wilsonInterval(successes: number, n: number, z: number = z95): Estimate {
  if (!(successes >= 0 && successes <= n))
    throw new RangeError(`expected 0 to ${n} successes, not ${successes}`);
  if (n === 0) return { value: NaN, low: NaN, high: NaN };
  const p = successes / n;
  const centre = p + (z * z) / (2 * n);
  const spread = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return {
    value: p,
    low: Math.max(0, (centre - spread) / scale),
    high: Math.min(1, (centre + spread) / scale),
  };
}

/**
 * The win rate of one policy over another on the same prompts, ties counting one half, with Wilson's interval.
 *
 *   (wins + ties/2)/(wins + ties + losses)
 *
 * Source: the win rates of Ouyang et al. 2022, Figure 1; the treatment of ties is our choice.
 *
 * Example: 6 wins, 4 ties, 2 losses gives 0.6667
 */
export function winRate(outcomes: {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}): Estimate {
  const { wins, ties, losses } = outcomes;
  return wilsonInterval(wins + ties / 2, wins + ties + losses);
}

/**
 * The difference p₁ − p₂ of two independent proportions, with Newcombe's interval, which joins the two Wilson intervals.
 *
 *   low  = d − √((p₁ − l₁)² + (u₂ − p₂)²)
 *   high = d + √((u₁ − p₁)² + (p₂ − l₂)²)
 *
 * Source: Newcombe 1998, "Interval Estimation for the Difference Between Independent Proportions", method 10.
 *
 * Example: 56 of 70 against 48 of 80 gives 0.2 in 0.0524 … 0.3339
 */
export function differenceOfProportions(
  first: { readonly successes: number; readonly n: number },
  second: { readonly successes: number; readonly n: number },
): Estimate {
  const a = wilsonInterval(first.successes, first.n);
  const b = wilsonInterval(second.successes, second.n);
  return differenceOfEstimates(a, b);
}

/**
 * The probability that at least `count` of independent events happen, each with a probability of its own (Poisson's binomial distribution).
 *
 *   P(n events so far, m of them) = P(n − 1, m)·(1 − p_n) + P(n − 1, m − 1)·p_n
 *
 * Source: Le Cam 1960 names the distribution; the recursion is its definition.
 *
 * Example: at least 2 of events with 1/2, 1/2, 1/6 gives 0.333333
 */
export function atLeast(count: number, probabilities: readonly number[]): number {
  let distribution = [1];
  for (const p of probabilities)
    distribution = Array.from(
      { length: distribution.length + 1 },
      (_, m) => (distribution[m] ?? 0) * (1 - p) + (distribution[m - 1] ?? 0) * p,
    );
  // From the rare end, where the small terms are.
  return distribution.slice(Math.max(0, count)).reduceRight((sum, p) => sum + p, 0);
}
