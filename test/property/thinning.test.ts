import assert from "node:assert/strict";
import fc from "fast-check";
import type { Series } from "../../extension/charts/series";
import { thinned } from "../../extension/charts/thinning";

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) },
  fc.constantFrom(NaN, Infinity, -Infinity),
);
const curve = fc
  .array(fc.tuple(fc.double({ min: 0, max: 10, noNaN: true }), value), { maxLength: 300 })
  .map((points): Series => {
    const sorted = [...points].sort((a, b) => a[0] - b[0]);
    return { x: Float64Array.from(sorted, ([x]) => x), y: Float64Array.from(sorted, ([, y]) => y) };
  });
const range = fc
  .tuple(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0.1, max: 8, noNaN: true }))
  .map(([from, wide]) => [from, from + wide] as const);

/** By column of pixels, the finite values of a curve between two places. */
function columns({ x, y }: Series, from: number, to: number, pixels: number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  x.forEach((place, i) => {
    if (place < from || place > to || !Number.isFinite(y[i])) return;
    const column = Math.floor((place - from) * (pixels / (to - from)));
    found.set(column, [...(found.get(column) ?? []), y[i]]);
  });
  return found;
}

const ends = (values: readonly number[]): readonly number[] => [
  values[0],
  Math.min(...values),
  Math.max(...values),
  values[values.length - 1],
];

describe("thinned()", () => {
  it("keeps the first, least, most and last value of each column of pixels, and little more", () => {
    fc.assert(
      fc.property(curve, range, fc.integer({ min: 1, max: 12 }), (all, [from, to], pixels) => {
        const few = thinned(all, from, to, pixels);
        const [before, after] = [all, few].map((each) => columns(each, from, to, pixels));
        assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
        for (const [column, values] of before) assert.deepEqual(ends(after.get(column) ?? []), ends(values));
        const faults = all.y.filter((each) => !Number.isFinite(each)).length;
        // A gap parts a column in two, each with four values.
        assert.ok(few.x.length <= 5 * (pixels + 1) + 2 + 5 * faults);
      }),
    );
  });

  it("keeps the order, a gap in each column that has one, and what a line needs to reach the edges", () => {
    fc.assert(
      fc.property(curve, range, fc.integer({ min: 1, max: 12 }), (all, [from, to], pixels) => {
        const few = thinned(all, from, to, pixels);
        few.x.forEach((x, i) => assert.ok(i === 0 || x >= few.x[i - 1]));
        const gaps = ({ x, y }: Series): Set<number> =>
          new Set(
            [...x]
              .filter((place, i) => place >= from && place <= to && !Number.isFinite(y[i]))
              .map((place) => Math.floor((place - from) * (pixels / (to - from)))),
          );
        assert.deepEqual([...gaps(few)].sort(), [...gaps(all)].sort());
        const outside = ({ x }: Series): (number | undefined)[] => [
          x.findLast((place) => place < from),
          x.find((place) => place > to),
        ];
        assert.deepEqual(outside(few), outside(all));
      }),
    );
  });
});
