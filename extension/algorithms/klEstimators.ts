import { expm1 } from "./exactMath";
import { expectShape } from "./shape";

/**
 * Schulman's estimators of KL(π‖π_ref), one value for each sampled token.
 *
 *   Δ = log π(y_t) − log π_ref(y_t),  y ~ π
 *   k1 = Δ                    unbiased, high variance
 *   k2 = Δ²/2                 biased, low variance
 *   k3 = e^{−Δ} − 1 + Δ       unbiased, low variance, never negative
 *
 * logprobs, referenceLogprobs, result  same size, nats
 *
 * Source: Schulman 2020, "Approximating KL Divergence".
 * Throws RangeError when the sizes differ.
 *
 * Example: log π = −1, log π_ref = −1.5 gives k1 = 0.5, k2 = 0.125, k3 = 0.106531
 */
export function klEstimates(
  estimator: "k1" | "k2" | "k3",
  logprobs: ArrayLike<number>,
  referenceLogprobs: ArrayLike<number>,
): Float64Array {
  expectShape([referenceLogprobs.length], [logprobs.length], "referenceLogprobs");
  const formula = { k1, k2, k3 }[estimator];
  return Float64Array.from(logprobs, (logprob, i) => formula(logprob - referenceLogprobs[i]));
}

const k1 = (delta: number): number => delta;
const k2 = (delta: number): number => (delta * delta) / 2;
const k3 = (delta: number): number => expm1(-delta) + delta;
