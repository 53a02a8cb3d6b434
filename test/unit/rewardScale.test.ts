import assert from "node:assert/strict";
import { totalStandardDeviation, withinGroupStandardDeviation } from "../../extension/algorithms/rewardScale";
import { createRng } from "../../extension/algorithms/rng";
import { expectClose } from "../support/expectClose";

describe("rewardScale", () => {
  it("both deviations give their examples", () => {
    // By hand: within (1 + 1 + 4 + 4)/2 = 5; in total the mean is 7 and the variance (36 + 16 + 9 + 49)/4 = 27.5.
    expectClose(
      withinGroupStandardDeviation([
        [1, 3],
        [10, 14],
      ]),
      Math.sqrt(5),
    );
    expectClose(
      totalStandardDeviation([
        [1, 3],
        [10, 14],
      ]),
      Math.sqrt(27.5),
    );
  });
  it("withinGroupStandardDeviation() finds the spread within prompts whatever lies between them", () => {
    const rng = createRng(8);
    const groups = Array.from({ length: 4000 }, () => {
      const prompt = 10 * rng.normal();
      return Float32Array.from({ length: 4 }, () => prompt + 0.7 * rng.normal());
    });
    expectClose(withinGroupStandardDeviation(groups), 0.7, 0.02);
    expectClose(totalStandardDeviation(groups), Math.sqrt(100.49), 0.03);
  });
  it("withinGroupStandardDeviation() leaves out single scores", () => {
    expectClose(withinGroupStandardDeviation([[1, 3], [99], []]), Math.SQRT2);
    assert.ok(Number.isNaN(withinGroupStandardDeviation([[1], [2]])));
  });
});
