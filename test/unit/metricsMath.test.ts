import assert from "node:assert/strict";
import { bestOfNScore } from "../../extension/algorithms/bestOfN";
import { fitOveroptimization, lawAt } from "../../extension/algorithms/overoptimization";
import { movingAverage } from "../../extension/algorithms/smoothing";

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe("the metrics panel's arithmetic", () => {
  it("the moving average has no bias at its start, leaves values that are not finite out, and is the values at weight 0", () => {
    const smooth = movingAverage(Float64Array.of(2, 4, NaN, 6), 0.5);
    near(smooth[0], 2);
    near(smooth[1], (0.25 * 2 + 0.5 * 4) / 0.75);
    assert.ok(Number.isNaN(smooth[2]));
    near(smooth[3], (0.125 * 2 + 0.25 * 4 + 0.5 * 6) / 0.875);
    assert.deepEqual([...movingAverage(Float64Array.of(3, Infinity, -1), 0)], [3, Infinity, -1]);
    for (const value of movingAverage(new Float64Array(1000).fill(7), 0.999)) near(value, 7, 1e-9);
  });

  it("the best of n is the mean over all subsets", () => {
    const scores = [3, 1, 4, 1, 5, 9, 2, 6];
    for (let n = 1; n <= scores.length; n++) {
      const bests: number[] = [];
      for (let mask = 0; mask < 2 ** scores.length; mask++) {
        const chosen = scores.filter((_, i) => ((mask >> i) & 1) === 1);
        if (chosen.length === n) bests.push(Math.max(...chosen));
      }
      near(bestOfNScore(scores, n), bests.reduce((a, b) => a + b, 0) / bests.length);
    }
    near(bestOfNScore([1, 2, 3], 2), 8 / 3);
    for (const n of [0, 1.5, 4]) assert.throws(() => bestOfNScore([1, 2, 3], n), RangeError);
  });

  it("the law that made the points is found again, with its peak", () => {
    const law = { intercept: 0.3, alpha: 1.2, beta: 0.5, r2: 1, peak: Math.exp(1.2 / 0.5 - 1) };
    const d = Array.from({ length: 40 }, (_, i) => 0.2 * (i + 1));
    const found = fitOveroptimization(
      d,
      d.map((each) => lawAt(law, each)),
    );
    assert.ok(found);
    near(found.intercept, 0.3, 1e-7);
    near(found.alpha, 1.2, 1e-7);
    near(found.beta, 0.5, 1e-7);
    near(found.r2, 1, 1e-9);
    near(found.peak ?? NaN, law.peak, 1e-5);
    const around = [0.99, 1.01].map((share) => lawAt(law, law.peak * share));
    assert.ok(around.every((score) => score < lawAt(law, law.peak)));
    near(lawAt(law, 0), 0.3);
  });

  it("a law that the points do not determine is none, and noise explains little", () => {
    assert.equal(fitOveroptimization([1, 2, 3], [1, 2, 3]), null);
    assert.equal(fitOveroptimization([2, 2, 2, 2, 2], [1, 2, 3, 4, 5]), null);
    assert.equal(fitOveroptimization([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]), null);
    const rising = fitOveroptimization([1, 2, 3, 4, 5, NaN, 0], [1, 2, 3, 4, 5, 9, 9]);
    assert.ok(rising && rising.r2 > 0.999);
    const noise = [1, -1, 1, -1, 1, -1, 1, -1, 1, -1];
    const weak = fitOveroptimization(
      noise.map((_, i) => i + 1),
      noise,
    );
    assert.ok(weak && weak.r2 < 0.5);
  });
});
