import assert from "node:assert/strict";
import { scaleToUnitVariance, whiten } from "../../extension/algorithms/whiten";
import { expectClose } from "../support/expectClose";

const ones = (n: number): Float32Array => new Float32Array(n).fill(1);
const matrix = Float32Array.from({ length: 9 }, (_, i) => 1.2 + 0.1 * i);

describe("whiten", () => {
  it("scaleToUnitVariance() gives the known first row, population variance, mean kept", () => {
    // Source: the worked 3×3 example published with the implementation details of RLHF with PPO (Huang et al. 2023).
    expectClose(scaleToUnitVariance(matrix, ones(9)).subarray(0, 3), [0.0508, 0.4381, 0.8254], 5e-5);
  });
  it("whiten() gives the same less the mean of 1.6", () => {
    expectClose(whiten(matrix, ones(9)).subarray(0, 3), [-1.5492, -1.1619, -0.7746], 5e-5);
  });
  it("whiten() gives the example of its description", () => {
    expectClose(whiten(Float32Array.of(1, 2, 3), ones(3)), [-1.224745, 0, 1.224745]);
  });
  it("whiten() and scaleToUnitVariance() see real entries only and leave 0 elsewhere", () => {
    const values = Float32Array.of(1, 1e9, 2, NaN, 3);
    const mask = Float32Array.of(1, 0, 1, 0, 1);
    expectClose(whiten(values, mask), [-1.224745, 0, 0, 0, 1.224745]);
    expectClose(scaleToUnitVariance(values, mask), [0.775255, 0, 2, 0, 3.224745]);
  });
  it("whiten() of equal entries is 0, not NaN", () => {
    expectClose(whiten(Float32Array.of(5, 5), ones(2)), [0, 0]);
    expectClose(whiten(Float32Array.of(5, 5), new Float32Array(2)), [0, 0]);
    assert.throws(() => whiten(Float32Array.of(5, 5), ones(3)), /mask has shape/);
  });
});
