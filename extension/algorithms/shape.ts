/**
 * Throws RangeError unless both shapes are the same; the message prints both.
 *
 * Example: expectShape([2, 3], [2, 4], "logits") throws "logits has shape [2, 3], expected [2, 4]"
 */
export function expectShape(actual: readonly number[], expected: readonly number[], name: string): void {
  if (actual.length === expected.length && actual.every((size, axis) => size === expected[axis])) return;
  throw new RangeError(`${name} has shape [${actual.join(", ")}], expected [${expected.join(", ")}]`);
}

/**
 * The number of real tokens at the start of each row of a row-major mask [rows, columns].
 * Throws RangeError when the size differs, an entry is neither 0 nor 1, or a row is not ones, then zeros.
 *
 * Example: 1 1 0 / 1 0 0 gives 2, 1
 */
export function rowLengths(mask: Float32Array, rows: number, columns: number, name: string): number[] {
  expectShape([mask.length], [rows * columns], name);
  return Array.from({ length: rows }, (_, row) => {
    const entries = mask.subarray(row * columns, (row + 1) * columns);
    const firstZero = entries.indexOf(0);
    const length = firstZero < 0 ? columns : firstZero;
    if (entries.every((entry, t) => entry === (t < length ? 1 : 0))) return length;
    throw new RangeError(`${name}, row ${row}: expected ones, then zeros, found ${entries.join(" ")}`);
  });
}
