import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import * as statistics from "../../extension/algorithms/statistics";
import { expectClose } from "../support/expectClose";

const { bootstrapInterval, explainedVariance, maskedMean, mean, pearson, quantile, ranks, spearman } =
  statistics;

describe("statistics", () => {
  it("mean(), variance(), standardDeviation() and standardError() give their examples", () => {
    expectClose(mean([1, 2, 6]), 3);
    expectClose(statistics.variance([1, 2, 6]), 14 / 3);
    expectClose(statistics.standardDeviation([1, 2, 6]), 2.160247);
    expectClose(statistics.standardError([1, 2, 6]), 1.527525); // sample standard deviation √7, over √3
  });
  it("mean() and variance() of nothing, and standardError() of one value, are NaN", () => {
    for (const value of [mean([]), statistics.variance([]), statistics.standardError([1])])
      assert.ok(Number.isNaN(value));
  });
  it("masked statistics see real entries only", () => {
    const values = Float32Array.of(1, 2, 9, NaN);
    const mask = Float32Array.of(1, 1, 0, 0);
    expectClose(maskedMean(values, mask), 1.5);
    expectClose(statistics.maskedVariance(values, mask), 0.25);
    expectClose(statistics.maskedStandardDeviation(values, mask), 0.5);
    assert.throws(() => maskedMean(values, Float32Array.of(1)), /mask has shape/);
  });
  it("explainedVariance() is 1 for perfect values, 0 for their mean, negative for worse", () => {
    const returns = Float32Array.of(1, 2, 4, 100);
    const mask = Float32Array.of(1, 1, 1, 0);
    const of = (...values: number[]): number =>
      explainedVariance(Float32Array.of(...values, -5), returns, mask);
    expectClose(of(1, 2, 4), 1);
    expectClose(of(3, 3, 3), 0);
    expectClose(of(1, 2, 3), 0.857143); // by hand: 1 − (2/9)/(14/9)
    expectClose(of(4, 2, 1), 1 - 6 / (14 / 9));
    assert.ok(Number.isNaN(explainedVariance(returns, Float32Array.of(2, 2, 2, 0), mask)));
  });
  it("quantile() is linear between order statistics", () => {
    expectClose(quantile([4, 1, 3, 2], 0.25), 1.75);
    expectClose(
      [0, 0.5, 1].map((q) => quantile([10, -1, 3], q)),
      [-1, 3, 10],
    );
    assert.ok(Number.isNaN(quantile([], 0.5)));
    assert.throws(() => quantile([1], 1.1), RangeError);
  });
  it("pearson() and spearman() give their examples and handle ties", () => {
    expectClose(pearson([1, 2, 3], [1, 2, 4]), 0.981981);
    expectClose(spearman([1, 2, 3], [1, 9, 4]), 0.5);
    expectClose(spearman([1, 2, 3, 4], [10, 20, 1000, 2000]), 1);
    expectClose(spearman([1, 2, 2, 3], [4, 3, 2, 1]), -0.948683); // ranks 1 2.5 2.5 4: −4.5/√(4.5·5)
    assert.ok(Number.isNaN(pearson([1, 1], [1, 2])));
    assert.throws(() => pearson([1], [1, 2]), RangeError);
  });
  it("ranks() share the mean rank of ties", () => {
    assert.deepEqual(ranks([5, 1, 5]), [2.5, 1, 2.5]);
    assert.deepEqual(ranks([3, 3, 3, 1]), [3, 3, 3, 1]);
    assert.deepEqual(ranks([]), []);
  });
  it("bootstrapInterval() of a mean is close to the normal interval, and repeats with its seed", () => {
    const rng = createRng(11);
    const items = Array.from({ length: 400 }, () => rng.normal());
    const run = (): [number, number] =>
      bootstrapInterval(items, mean, { rng: createRng(3), resamples: 2000 });
    const [low, high] = run();
    const half = 1.96 * statistics.standardError(items);
    expectClose([low, high], [mean(items) - half, mean(items) + half], 0.012);
    assert.deepEqual(run(), [low, high]);
  });
  it("bootstrapInterval() is wider when items come in clusters of the same", () => {
    const rng = createRng(12);
    const items = Array.from({ length: 50 }, (_, i) => ({ prompt: `p${i}`, value: rng.normal() })).flatMap(
      (item) => new Array<typeof item>(8).fill(item),
    );
    const statistic = (sample: { value: number }[]): number => mean(sample.map((item) => item.value));
    const options = { rng: createRng(4), resamples: 1000 };
    const [low, high] = bootstrapInterval(items, statistic, options);
    const [clusterLow, clusterHigh] = bootstrapInterval(items, statistic, {
      ...options,
      cluster: (item) => item.prompt,
    });
    const widening = (clusterHigh - clusterLow) / (high - low);
    expectClose(widening, Math.sqrt(8), 0.15); // eight copies of each value count as one
  });
  it("bootstrapInterval() leaves out resamples without a number and is NaN for nothing", () => {
    assert.deepEqual(bootstrapInterval([], mean, { rng: createRng(1), resamples: 10 }), [NaN, NaN]);
    assert.deepEqual(
      bootstrapInterval([1], () => NaN, { rng: createRng(1), resamples: 10 }),
      [NaN, NaN],
    );
  });
});
