import assert from "node:assert/strict";
import { gae } from "../../extension/algorithms/gae";
import { expectClose } from "../support/expectClose";

// Source: computed independently with numpy from the equations; λ = 0 and λ = 1 also by hand.
const rewards = Float32Array.of(-0.01, 0.02, -0.03, 1);
const values = Float32Array.of(0.5, 0.4, 0.3, 0.2);
const one = { rewards, values, responseMask: Float32Array.of(1, 1, 1, 1), rows: 1, columns: 4, gamma: 1 };

describe("gae", () => {
  it("gae() gives the known advantages and returns at λ = 0.95", () => {
    const { advantages, returns } = gae({ ...one, lambda: 0.95 });
    expectClose(advantages, [0.382575, 0.5185, 0.63, 0.8]);
    expectClose(returns, [0.882575, 0.9185, 0.93, 1]);
  });
  it("gae() gives the known advantages at λ = 1 and λ = 0", () => {
    expectClose(gae({ ...one, lambda: 1 }).advantages, [0.48, 0.59, 0.67, 0.8]);
    expectClose(gae({ ...one, lambda: 0 }).advantages, [-0.11, -0.08, -0.13, 0.8]);
  });
  it("gae() discounts with γ, not with λ", () => {
    // By hand: δ = 0 + 0.5·2 − 1 = 0 and 1 − 2 = −1; Â = 0 + 0.5·0.25·(−1), −1.
    const input = {
      rewards: Float32Array.of(0, 1),
      values: Float32Array.of(1, 2),
      responseMask: Float32Array.of(1, 1),
    };
    const { advantages } = gae({ ...input, rows: 1, columns: 2, gamma: 0.5, lambda: 0.25 });
    expectClose(advantages, [-0.125, -1]);
  });
  it("gae() gives the example of its description", () => {
    const input = {
      rewards: Float32Array.of(0, 0, 1),
      values: Float32Array.of(0.5, 0.5, 0.5),
      responseMask: Float32Array.of(1, 1, 1),
    };
    expectClose(
      gae({ ...input, rows: 1, columns: 3, gamma: 1, lambda: 0.95 }).advantages,
      [0.45125, 0.475, 0.5],
    );
  });
  it("gae() stops at the last real token, and padding may hold anything", () => {
    const padded = {
      rewards: Float32Array.of(-0.01, 0.02, -0.03, 1, 9, NaN, 5, 5, 5, 5, 5, 5),
      values: Float32Array.of(0.5, 0.4, 0.3, 0.2, 7, NaN, 1, 1, 1, 1, 1, 1),
      responseMask: Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    };
    const { advantages, returns } = gae({ ...padded, rows: 2, columns: 6, gamma: 1, lambda: 0.95 });
    expectClose(advantages, [0.382575, 0.5185, 0.63, 0.8, 0, 0, 0, 0, 0, 0, 0, 0]);
    expectClose(returns, [0.882575, 0.9185, 0.93, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
  it("gae() refuses a mask with a hole and other shapes", () => {
    assert.throws(
      () => gae({ ...one, lambda: 1, responseMask: Float32Array.of(1, 0, 1, 1) }),
      /row 0: expected ones/,
    );
    assert.throws(() => gae({ ...one, lambda: 1, responseMask: Float32Array.of(1, 1, 0.5, 0) }), RangeError);
    assert.throws(() => gae({ ...one, lambda: 1, columns: 3 }), /rewards has shape \[4\], expected \[3\]/);
    assert.throws(() => gae({ ...one, lambda: 1, values: Float32Array.of(1) }), /values has shape/);
  });
});
