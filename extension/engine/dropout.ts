import { counterUniforms } from "../algorithms/counterRng";

/** A padded batch with a factor for each branch, token and unit: [branches, sequences·length, width]. */
export interface DropoutShape {
  readonly branches: number;
  readonly sequences: number;
  readonly length: number;
  readonly width: number;
}

/**
 * Factors of inverted dropout: 0 with probability `rate`, else 1/(1−rate), drawn from a counter-based generator, so that the same seed gives
 * the same factors on every backend. Of the factors of a whole batch, those of `part.sequences` sequences from `first` on, cut to `part.length` tokens each: a batch that is
 * computed in parts drops what it drops as a whole. What lies beyond the whole batch only pads. Source: Srivastava et al. 2014, scaled at
 * training time.
 */
export function dropoutPart(
  whole: DropoutShape,
  part: { readonly first: number; readonly sequences: number; readonly length: number },
  rate: number,
  seed: number,
): Float32Array {
  const { branches, width } = whole;
  const factors = new Float32Array(branches * part.sequences * part.length * width);
  const factor = factorOf(rate, seed);
  const row = part.length * width;
  for (let branch = 0; branch < branches; branch++)
    for (let b = 0; b < part.sequences; b++) {
      const from = (branch * whole.sequences + part.first + b) * whole.length * width;
      const to = (branch * part.sequences + b) * row;
      for (let i = 0; i < row; i++) factors[to + i] = factor(from + i);
    }
  return factors;
}

function factorOf(rate: number, seed: number): (index: number) => number {
  const kept = 1 / (1 - rate);
  const uniform = counterUniforms(seed, 0);
  return (index) => (uniform(index) < rate ? 0 : kept);
}
