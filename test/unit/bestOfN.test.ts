import assert from "node:assert/strict";
import { bestOfNKl } from "../../extension/algorithms/bestOfN";
import { expectClose } from "../support/expectClose";

describe("bestOfN", () => {
  it("bestOfNKl() gives the known values", () => {
    expectClose(
      [1, 2, 4, 8, 16, 64, 256].map(bestOfNKl),
      [0, 0.1931, 0.6363, 1.2044, 1.8351, 3.1745, 4.5491],
      5e-5,
    );
  });
  it("bestOfNKl() refuses n below 1 and fractions", () => {
    for (const n of [0, -2, 1.5, NaN]) assert.throws(() => bestOfNKl(n), RangeError);
  });
});
