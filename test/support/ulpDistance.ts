const view = new DataView(new ArrayBuffer(8));

/** The place of a double among all doubles, in order. */
function place(x: number): bigint {
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}

/** How many doubles lie between two numbers: 0 when they are the same (+0 and −0 too), NaN when one of them is not a number. */
export function ulpDistance(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  return Math.abs(Number(place(a) - place(b)));
}
