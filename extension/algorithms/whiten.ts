import { expectShape } from "./shape";

/**
 * Shifts and scales the real entries to mean 0 and variance 1.
 *
 *   x ← (x − mean)/√(variance + 1e-8)      variance = mean of (x − mean)², population form
 *
 * values, mask  same size, any shape  mask 1 = real entry, 0 = padding
 * result        same size             0 where the mask is 0
 *
 * Source: the whitening of advantages in the code released with Ziegler et al. 2019; not stated by Ouyang et al. 2022.
 * Throws RangeError when the sizes differ.
 *
 * Example: 1 2 3 with mask 1 1 1 gives −1.224745 0 1.224745
 */
export function whiten(values: Float32Array, mask: Float32Array): Float32Array {
  const { mean, factor } = maskedScale(values, mask);
  return values.map((value, i) => (mask[i] === 0 ? 0 : (value - mean) * factor));
}

/**
 * Scales the real entries to variance 1 about their mean, and keeps that mean.
 *
 *   x ← (x − mean)/√(variance + 1e-8) + mean
 *
 * Shapes, source and errors as for `whiten`.
 *
 * Example: 1.2, 1.3, … 2.0 begins 0.0508 0.4381 0.8254
 */
export function scaleToUnitVariance(values: Float32Array, mask: Float32Array): Float32Array {
  const { mean, factor } = maskedScale(values, mask);
  return values.map((value, i) => (mask[i] === 0 ? 0 : (value - mean) * factor + mean));
}

function maskedScale(
  values: Float32Array,
  mask: Float32Array,
): { readonly mean: number; readonly factor: number } {
  expectShape([mask.length], [values.length], "mask");
  const real = values.filter((_, i) => mask[i] !== 0);
  let sum = 0;
  for (const value of real) sum += value;
  const mean = sum / real.length;
  let squares = 0;
  for (const value of real) squares += (value - mean) * (value - mean);
  return { mean, factor: 1 / Math.sqrt(squares / real.length + 1e-8) };
}
