import type { Rng } from "./rng";
import { expectShape } from "./shape";

/** Σ x/n; NaN of nothing. Example: 1 2 6 gives 3 */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Σ (x − mean)²/n, the population form; NaN of nothing. Example: 1 2 6 gives 14/3 */
export function variance(values: ArrayLike<number>): number {
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) * (values[i] - centre);
  return squares / values.length;
}

/** √variance, the population form. Example: 1 2 6 gives 2.160247 */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/** Standard error of the mean, √(Σ (x − mean)²/(n − 1)/n); NaN below two values. Example: 1 2 6 gives 1.527525 */
export function standardError(values: ArrayLike<number>): number {
  return values.length < 2 ? NaN : Math.sqrt(variance(values) / (values.length - 1));
}

/** The entries where the mask is not 0. Throws RangeError when the sizes differ. */
function realEntries(values: Float32Array, mask: Float32Array): Float32Array {
  expectShape([mask.length], [values.length], "mask");
  return values.filter((_, i) => mask[i] !== 0);
}

/** Mean of the entries where the mask is 1. Example: 1 2 9 with mask 1 1 0 gives 1.5 */
export function maskedMean(values: Float32Array, mask: Float32Array): number {
  return mean(realEntries(values, mask));
}

/** Population variance of the entries where the mask is 1. Example: 1 2 9 with mask 1 1 0 gives 0.25 */
export function maskedVariance(values: Float32Array, mask: Float32Array): number {
  return variance(realEntries(values, mask));
}

/** √maskedVariance. Example: 1 2 9 with mask 1 1 0 gives 0.5 */
export function maskedStandardDeviation(values: Float32Array, mask: Float32Array): number {
  return Math.sqrt(maskedVariance(values, mask));
}

/**
 * How much of the returns' variance the values explain.
 *
 *   1 − Var(return − value)/Var(return)          over real tokens; NaN when the returns do not vary
 *
 * 1 is perfect, 0 no better than their mean, below 0 worse. values, returns, mask: same size.
 *
 * Example: values 1 2 3, returns 1 2 4 gives 0.857143
 */
export function explainedVariance(values: Float32Array, returns: Float32Array, mask: Float32Array): number {
  expectShape([returns.length], [values.length], "returns");
  const total = maskedVariance(returns, mask);
  const errors = returns.map((value, i) => value - values[i]);
  return total === 0 ? NaN : 1 - maskedVariance(errors, mask) / total;
}

/**
 * The q-quantile, linear between the order statistics (the definition most tools use: position q·(n − 1) from 0).
 * NaN of nothing. Throws RangeError for q outside 0 … 1.
 *
 * Example: the 0.25-quantile of 4 1 3 2 is 1.75
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile lies between 0 and 1, not at ${q}`);
  const sorted = Float64Array.from(values).sort();
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted.length === 0 ? NaN : sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * Pearson's correlation, Σ (x − x̄)(y − ȳ)/√(Σ (x − x̄)²·Σ (y − ȳ)²); NaN where one of them does not vary.
 * Throws RangeError when the sizes differ.
 *
 * Example: 1 2 3 with 1 2 4 gives 0.981981
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  expectShape([y.length], [x.length], "y");
  const [xMean, yMean] = [mean(x), mean(y)];
  let product = 0;
  for (let i = 0; i < x.length; i++) product += (x[i] - xMean) * (y[i] - yMean);
  return product / x.length / Math.sqrt(variance(x) * variance(y));
}

/** Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank. Example: 1 2 3 with 1 9 4 gives 0.5 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return pearson(ranks(x), ranks(y));
}

/** Ranks from 1, ties sharing their mean rank. Example: 5 1 5 gives 2.5 1 2.5 */
export function ranks(values: ArrayLike<number>): number[] {
  const order = Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a] - values[b] || a - b,
  );
  const result = new Array<number>(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) result[order[i]] = (start + end + 1) / 2;
    if (end === start) result[order[end++]] = NaN; // NaN equals nothing, not even itself.
  }
  return result;
}

export interface BootstrapOptions<T> {
  readonly rng: Rng;
  readonly resamples: number;
  /** Items of one cluster, such as the responses to one prompt, are drawn together; absent, each item is a cluster of its own. */
  readonly cluster?: (item: T) => string;
  /** The share of resamples inside, 0.95 unless told. */
  readonly level?: number;
}

/**
 * Percentile bootstrap interval of a statistic: the middle `level` of its values on resamples with replacement.
 * Resamples on which the statistic is not a number are left out; NaN, NaN when none is left.
 *
 * Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", §13.3; clusters as in §8.3's general data structures.
 *
 * Example: bootstrapInterval([0, 1, 1, 1], mean, { rng, resamples: 2000 }) lies near 0.25 … 1
 */
export function bootstrapInterval<T>(
  items: readonly T[],
  statistic: (sample: T[]) => number,
  { rng, resamples, cluster, level = 0.95 }: BootstrapOptions<T>,
): [low: number, high: number] {
  const clusters = cluster ? [...groupBy(items, cluster).values()] : items.map((item) => [item]);
  if (clusters.length === 0) return [NaN, NaN];
  const results = Array.from({ length: resamples }, () =>
    statistic(clusters.flatMap(() => clusters[rng.integer(clusters.length)])),
  ).filter((value) => !Number.isNaN(value));
  return [quantile(results, (1 - level) / 2), quantile(results, (1 + level) / 2)];
}

/** Items by key, keys and items in the order of their first appearance. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
