import assert from "node:assert/strict";
import {
  atLeast,
  differenceOfProportions,
  wilsonInterval,
  winRate,
} from "../../extension/algorithms/proportions";
import { expectClose } from "../support/expectClose";

const numbers = ({ value, low, high }: { value: number; low: number; high: number }): number[] => [
  value,
  low,
  high,
];

describe("proportions", () => {
  it("wilsonInterval() gives the published intervals", () => {
    // Source: Newcombe 1998, "Two-sided confidence intervals for the single proportion", Table I, method 3.
    expectClose(numbers(wilsonInterval(81, 263)), [81 / 263, 0.2553, 0.3662], 5e-5);
    expectClose(numbers(wilsonInterval(15, 148)), [15 / 148, 0.0624, 0.1605], 5e-5);
    expectClose(numbers(wilsonInterval(0, 20)), [0, 0, 0.1611], 5e-5);
    expectClose(numbers(wilsonInterval(1, 29)), [1 / 29, 0.0061, 0.1718], 5e-5);
  });
  it("wilsonInterval() of nothing is NaN, and impossible counts are refused", () => {
    assert.ok(numbers(wilsonInterval(0, 0)).every(Number.isNaN));
    assert.throws(() => wilsonInterval(3, 2), RangeError);
    assert.throws(() => wilsonInterval(-1, 2), RangeError);
    assert.throws(() => wilsonInterval(NaN, 2), RangeError);
  });
  it("winRate() counts a tie as one half", () => {
    expectClose(winRate({ wins: 6, ties: 4, losses: 2 }).value, 2 / 3);
    assert.deepEqual(winRate({ wins: 0, ties: 10, losses: 0 }), wilsonInterval(5, 10));
  });
  it("differenceOfProportions() gives the published intervals", () => {
    // Source: Newcombe 1998, "Interval estimation for the difference", Table II, method 10: (a) 56/70 − 48/80, (b) 9/10 − 3/10.
    const a = differenceOfProportions({ successes: 56, n: 70 }, { successes: 48, n: 80 });
    expectClose(numbers(a), [0.2, 0.0524, 0.3339], 5e-5);
    const b = differenceOfProportions({ successes: 9, n: 10 }, { successes: 3, n: 10 });
    expectClose(numbers(b), [0.6, 0.1705, 0.809], 5e-5);
  });
  it("atLeast() gives its example, and the binomial distribution where all are alike", () => {
    expectClose(atLeast(2, [1 / 2, 1 / 2, 1 / 6]), 1 / 3, 1e-12);
    expectClose(atLeast(8, new Array<number>(10).fill(0.5)), 56 / 1024, 1e-12);
    assert.deepEqual([atLeast(0, []), atLeast(-1, [0.3]), atLeast(1, []), atLeast(2, [1, 1])], [1, 1, 0, 1]);
    expectClose(atLeast(20, new Array<number>(20).fill(1 / 24)) * 24 ** 20, 1, 1e-12);
  });
});
