import assert from "node:assert/strict";

/**
 * The one place of tolerances: fails unless every number is within `tolerance` of the expected one, relative above 1 in size and absolute
 * below. NaN is close to nothing, and sizes must be equal.
 */
export function expectClose(
  actual: number | ArrayLike<number>,
  expected: number | ArrayLike<number>,
  tolerance = 1e-6,
  name = "value",
): void {
  const [found, wanted] = [actual, expected].map((x) => (typeof x === "number" ? [x] : Array.from(x)));
  assert.equal(found.length, wanted.length, `${name}: ${found.length} numbers, expected ${wanted.length}`);
  wanted.forEach((value, i) => {
    const error = Math.abs(found[i] - value) / Math.max(1, Math.abs(value));
    assert.ok(error <= tolerance, `${name}[${i}] is ${found[i]}, expected ${value} within ${tolerance}`);
  });
}
