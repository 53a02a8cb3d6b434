import { sigmoid } from "./exactMath";

/** Predictions of about the same confidence: their mean, and how often they were right. NaN in a bin without any. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  readonly predicted: number;
  readonly observed: number;
}

/**
 * How far the probabilities that a reward model implies can be believed. Its favourite of two responses is the one it scores higher; it
 * predicts that people prefer the favourite with p = σ(|d|), d = r(chosen) − r(rejected), and is right where d > 0.
 *
 *   error = Σ_b n_b/n·|observed_b − predicted_b|          over `bins` equal bins of p in ½ … 1
 *
 * Pairs that are scored alike predict ½ and count one half. Folding at ½ leaves nothing to the order in which a pair is written down.
 *
 * margins  d of each decided pair, reward-model units (nats of log-odds)
 *
 * Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 3 (expected calibration error), of the folded probability.
 *
 * Example: margins 0.1 0.1 −0.1 2 in 2 bins give bins of 3 and 1 pairs, predicted 0.524979 and 0.880797, observed 0.666667 and 1, error 0.136066
 */
export function calibration(
  margins: readonly number[],
  bins = 10,
): { readonly bins: readonly CalibrationBin[]; readonly error: number } {
  const width = 0.5 / bins;
  const filled = Array.from({ length: bins }, (_, b) => {
    const inBin = margins.filter(
      (d) => Math.min(bins - 1, Math.floor((sigmoid(Math.abs(d)) - 0.5) / width)) === b,
    );
    const sum = (of: (d: number) => number): number => inBin.reduce((total, d) => total + of(d), 0);
    return {
      from: 0.5 + b * width,
      to: 0.5 + (b + 1) * width,
      pairs: inBin.length,
      predicted: sum((d) => sigmoid(Math.abs(d))) / inBin.length,
      observed: sum((d) => (d > 0 ? 1 : d < 0 ? 0 : 0.5)) / inBin.length,
    };
  });
  const error = filled
    .filter(({ pairs }) => pairs > 0)
    .reduce((sum, bin) => sum + (bin.pairs / margins.length) * Math.abs(bin.observed - bin.predicted), 0);
  return { bins: filled, error: margins.length === 0 ? NaN : error };
}
