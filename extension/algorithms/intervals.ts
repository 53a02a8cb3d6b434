import { cos, sin } from "./exactMath";
import type { Estimate } from "./proportions";
import { mean, standardError } from "./statistics";

// Intervals of means, and of the difference of two figures that each have one. All cover 95 %.

/**
 * The value that Student's t with so many degrees of freedom stays within, on both sides of 0, in 95 % of draws.
 *
 *   P(|T| ≤ √ν·tan θ) = A(θ), which for whole ν is a finite sum of powers of cos θ; A(θ) = 0.95 is found by halving 0 … π/2
 *
 * Source: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4. NaN below one degree of freedom. Throws RangeError unless it is whole.
 *
 * Example: 1 gives 12.706205, 4 gives 2.776445, 30 gives 2.042272
 */
export function studentPoint(degrees: number): number {
  if (!Number.isInteger(degrees)) throw new RangeError(`expected whole degrees of freedom, not ${degrees}`);
  if (degrees < 1) return NaN;
  let [low, high] = [0, Math.PI / 2];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (withinShare(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return (Math.sqrt(degrees) * sin(low)) / cos(low);
}

/** A(θ) of studentPoint. */
function withinShare(theta: number, degrees: number): number {
  const cosine = cos(theta);
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 2 : 1; k <= degrees - 3; k += 2) {
    term *= (k / (k + 1)) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (theta + sin(theta) * sum) : sin(theta) * sum;
}

/**
 * The mean of independent values with Student's interval.
 *
 *   x̄ ± t·s/√n,  t of n − 1 degrees of freedom
 *
 * Source: Student 1908, "The Probable Error of a Mean". One value has no interval: its ends are NaN.
 *
 * Example: 1 2 3 gives 2 in −0.484138 … 4.484138
 */
export function meanInterval(values: ArrayLike<number>): Estimate {
  const value = mean(values);
  const half = studentPoint(values.length - 1) * standardError(values);
  return { value, low: value - half, high: value + half };
}

/** From so few batches on, a t-interval of their means is not absurdly wide (4 degrees of freedom: t = 2.78). */
const fewestBatches = 5;

/**
 * The mean of successive values of one curve, whose neighbours resemble each other, by batch means: the values are cut into a batches of
 * b successive ones, and the batches' means, which hardly depend on each other when b is long, take the place of independent values.
 *
 *   a = max(5, ⌊√n⌋), b = ⌊n/a⌋, x̄ of the last a·b values ± t·s(batch means)/√a,  t of a − 1 degrees of freedom
 *
 * Below 10 values a batch is one value, and the interval takes them for independent; below 5 there is none (NaN).
 *
 * Source: Law and Carson 1979, "A Sequential Procedure for Determining the Length of a Steady-State Simulation"; a = √n as in
 * Flegal and Jones 2010, "Batch Means and Spectral Variance Estimators in Markov Chain Monte Carlo".
 *
 * Example: 1 1 2 2 3 3 4 4 5 5 gives 3 in 1.036757 … 4.963243
 */
export function batchMeans(values: ArrayLike<number>): Estimate {
  const count = Math.max(fewestBatches, Math.floor(Math.sqrt(values.length)));
  const length = Math.floor(values.length / count);
  if (length === 0) return { value: mean(values), low: NaN, high: NaN };
  const first = values.length - count * length;
  const all = Array.from(values);
  return meanInterval(
    Array.from({ length: count }, (_, i) => mean(all.slice(first + i * length, first + (i + 1) * length))),
  );
}

/**
 * The difference of two independent figures by their intervals, whatever those come from.
 *
 *   low  = d − √((a − l_a)² + (u_b − b)²)
 *   high = d + √((u_a − a)² + (b − l_b)²)
 *
 * Source: Zou and Donner 2008, "Construction of Confidence Limits About Effect Measures: A General Approach", eq. 2 and 3 (Newcombe's
 * method for proportions is the case of two Wilson intervals). Without both intervals the ends are NaN.
 *
 * Example: 3 in 2 … 5 less 1 in 0.5 … 2 gives 2 in 0.585786 … 4.061553
 */
export function differenceOfEstimates(a: Estimate, b: Estimate): Estimate {
  const value = a.value - b.value;
  return {
    value,
    low: value - length(a.value - a.low, b.high - b.value),
    high: value + length(a.high - a.value, b.value - b.low),
  };
}

/** √(x² + y²) */
const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);
