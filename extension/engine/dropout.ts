import { counterUniforms } from "../algorithms/counterRng";

/**
 * Factors of inverted dropout: 0 with probability `rate`, else 1/(1−rate), drawn from a counter-based generator, so that the same seed gives
 * the same factors on every backend. Source: Srivastava et al. 2014, scaled at training time.
 */
export function dropoutFactors(shape: readonly number[], rate: number, seed: number): Float32Array {
  const factors = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const kept = 1 / (1 - rate);
  const uniform = counterUniforms(seed, 0);
  for (let i = 0; i < factors.length; i++) factors[i] = uniform(i) < rate ? 0 : kept;
  return factors;
}
