/** Pearson's Σ (observed − expected)²/expected over the cells of a distribution. */
export function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.reduce((sum, count, i) => {
    const expected = total * probabilities[i];
    return sum + ((count - expected) * (count - expected)) / expected;
  }, 0);
}

/**
 * A bound that chi-square with this many degrees of freedom passes once in ten thousand times, by Wilson and Hilferty's approximation
 * (1931): a failure of a test at it is a fault, since its draws are seeded.
 */
export function chiSquareBound(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * Math.pow(1 - spread + 3.719 * Math.sqrt(spread), 3);
}
