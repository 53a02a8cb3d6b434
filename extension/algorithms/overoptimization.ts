import { exp, log } from "./exactMath";

/** Score against the distance from the reference, as a reward model's score goes while it is optimised. */
export interface OveroptimizationLaw {
  readonly intercept: number;
  readonly alpha: number;
  readonly beta: number;
  /** Share of the variance of the scores that the law explains. */
  readonly r2: number;
  /** The d with the highest score; null where the law only rises or only falls. */
  readonly peak: number | null;
}

/** R(d) = c + d·(α − β·ln d), and c at d = 0. */
export function lawAt({ intercept, alpha, beta }: OveroptimizationLaw, d: number): number {
  return d <= 0 ? intercept : intercept + d * (alpha - beta * log(d));
}

/**
 * Least squares of R(d) = c + d·(α − β·ln d), d = √KL in √nats: the law of Gao et al. 2022, "Scaling Laws for Reward Model Overoptimization",
 * eq. 2, for reinforcement learning, with an intercept because scores here have a zero of their own.
 *
 *     min_{c, α, β} Σ_i (c + α·d_i − β·d_i·ln d_i − r_i)²,   R² = 1 − SSE/SST,   peak d* = e^{α/β − 1} where β > 0
 *
 * d, r [n] → the law; null with fewer than 4 points, or where they do not determine it.
 */
export function fitOveroptimization(d: readonly number[], r: readonly number[]): OveroptimizationLaw | null {
  const points = d
    .map((distance, i) => ({ distance, score: r[i] }))
    .filter(({ distance, score }) => distance > 0 && Number.isFinite(distance) && Number.isFinite(score));
  if (points.length < 4) return null;
  const rows = points.map(({ distance }) => [1, distance, -distance * log(distance)]);
  const normal = [0, 1, 2].map((i) => [
    ...[0, 1, 2].map((j) => sum(rows.map((row) => row[i] * row[j]))),
    sum(rows.map((row, k) => row[i] * points[k].score)),
  ]);
  const solution = solve(normal);
  if (solution === null) return null;
  const [intercept, alpha, beta] = solution;
  const law = { intercept, alpha, beta, r2: 0, peak: beta > 0 ? exp(alpha / beta - 1) : null };
  const mean = sum(points.map(({ score }) => score)) / points.length;
  const total = sum(points.map(({ score }) => (score - mean) ** 2));
  const rest = sum(points.map(({ distance, score }) => (score - lawAt(law, distance)) ** 2));
  return total > 0 ? { ...law, r2: 1 - rest / total } : null;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Solves [A | b] by elimination with pivots; null where A is singular to working precision. */
function solve(system: readonly (readonly number[])[]): readonly number[] | null {
  const rows = system.map((row) => [...row]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++)
      if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    const size = Math.max(...system[pivot].slice(0, n).map(Math.abs));
    if (!(Math.abs(rows[pivot][column]) > 1e-11 * size)) return null;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = rows[i][column] / rows[column][column];
      for (let j = column; j <= n; j++) rows[i][j] -= factor * rows[column][j];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}
