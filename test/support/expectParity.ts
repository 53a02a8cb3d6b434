import { expectClose } from "./expectClose";

/**
 * Fails unless all numbers are within `tolerance` of the expected ones, relative to the largest of these: for gradients and other arrays
 * whose small entries mean little beside the large ones, and which may all be far below 1.
 */
export function expectParity(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-5,
  name = "array",
): void {
  const largest = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const scale = largest > 0 ? largest : 1;
  const scaled = (x: ArrayLike<number>): number[] => Array.from(x, (value) => value / scale);
  expectClose(scaled(actual), scaled(expected), tolerance, name);
}
