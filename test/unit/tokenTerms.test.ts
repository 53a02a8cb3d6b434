import assert from "node:assert/strict";
import { probability, rewardSum, scaledScore, tokenTerms } from "../../extension/algorithms/tokenTerms";
import { expectClose } from "../support/expectClose";

const constants = {
  ...{ klCoef: 0.1, scoreDivisor: 2, missingEndPenalty: 1, gamma: 1, lambda: 0.5, clipRange: 0.2 },
};
/** By hand: kl 0.5 and −1, score′ 3/2, rewards −0.05 and 1.6, δ 0.45 and 0.6, Â 0.75 and 0.6. */
const input = {
  ...{ logprobs: [-1, -2], referenceLogprobs: [-1.5, -1], values: [0.5, 1], rewards: [-0.05, 1.6] },
  ...{ advantages: [0.75, -0.6], ratiosAfter: [1.3, 1.3], score: 3, endReached: true },
};

describe("the terms of the objective, token by token", () => {
  it("follow the equations", () => {
    const [first, last] = tokenTerms(input, constants);
    expectClose([first.kl, last.kl], [0.5, -1], 1e-12);
    expectClose([first.score, last.score], [0, 1.5], 1e-12);
    expectClose([first.reward, last.reward], [-0.05, 1.6], 1e-12);
    expectClose([first.delta, last.delta], [-0.05 + 1 - 0.5, 0.6], 1e-12);
    expectClose([first.estimate, last.estimate], [0.45 + 0.5 * 0.6, 0.6], 1e-12);
    assert.deepEqual([last.nextValue, last.nextEstimate], [0, 0]);
  });

  it("the clip binds where a step would gain by going further, and never where it loses", () => {
    const [gains, loses] = tokenTerms(input, constants);
    expectClose([gains.plainLoss, gains.clippedLoss, gains.loss], [-0.975, -0.9, -0.9], 1e-12);
    expectClose([loses.plainLoss, loses.clippedLoss, loses.loss], [0.78, 0.72, 0.78], 1e-12);
    const [low] = tokenTerms({ ...input, ratiosAfter: [0.5, 1] }, constants);
    expectClose([low.clippedRatio, low.loss], [0.8, -0.375], 1e-12);
  });

  it("a score is divided, and pays for a missing end", () => {
    assert.equal(scaledScore(3, true, constants), 1.5);
    assert.equal(scaledScore(3, false, constants), 0.5);
    assert.ok(Number.isNaN(scaledScore(3, true, { ...constants, scoreDivisor: null })));
  });

  it("rewards add up to score′ less β times the KL, or it is told", () => {
    const sum = rewardSum(input, constants);
    expectClose([sum.rewards, sum.objective, sum.kl, sum.score], [1.55, 1.55, -0.5, 1.5], 1e-12);
    assert.equal(sum.agrees, true);
    assert.equal(rewardSum({ ...input, rewards: [-0.05, 1.60005] }, constants).agrees, false);
    assert.equal(rewardSum({ ...input, endReached: false }, constants).agrees, false);
    assert.equal(rewardSum(input, { ...constants, klCoef: 0.1001 }).agrees, false);
    assert.equal(rewardSum({ ...input, score: NaN }, constants).agrees, false);
  });

  it("what is unknown is not judged", () => {
    assert.equal(rewardSum(input, { ...constants, klCoef: null }).agrees, null);
    assert.equal(rewardSum(input, { ...constants, scoreDivisor: null }).agrees, null);
    expectClose(probability(Math.log(0.25)), 0.25, 1e-12);
  });
});
