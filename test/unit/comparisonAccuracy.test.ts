import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import { comparisonInputs, type RankedSequences } from "../../extension/trainer/rewardModel";
import { comparisonAccuracy } from "../../extension/trainer/rewardModelAccuracy";
import { expectClose } from "../support/expectClose";

const item = (id: string, k: number, pairs: RankedSequences["pairs"]): RankedSequences => ({
  id,
  sequences: Array.from({ length: k }, () => ({ prompt: [1], response: [2] })),
  pairs,
});
const pair = (winner: number, loser: number, target = 1) => ({ winner, loser, target });

describe("the reward model's comparisons", () => {
  it("comparisonAccuracy() gives the values worked out by hand", () => {
    // Scores 2 1 0 / 5 6: 2 > 1 and 1 > 0 right, a tie left out; 5 > 6 wrong.
    const items = [item("a", 3, [pair(0, 1), pair(1, 2), pair(0, 2, 0.5)]), item("b", 2, [pair(0, 1)])];
    const found = comparisonAccuracy(items, Float32Array.of(2, 1, 0, 5, 6), createRng(1));
    expectClose(found.accuracy, 2 / 3);
    expectClose(found.margin, (1 + 1 - 1) / 3);
    expectClose(found.scoreMean, 14 / 5);
    expectClose(found.scoreStd, Math.sqrt(66 / 5 - (14 / 5) ** 2));
    // −log σ: d = 1 gives 0.3132617, d = −1 gives 1.3132617; a tie at d = 2 gives (0.1269280 + 2.1269280)/2.
    const first = (0.3132617 + 0.3132617 + (0.126928 + 2.126928) / 2) / 3;
    expectClose(found.loss, (first + 1.3132617) / 2, 1e-6);
    assert.ok(
      found.low >= 0 && found.low <= found.accuracy && found.high >= found.accuracy && found.high <= 1,
    );
  });

  it("comparisonAccuracy() takes a target below ½ as a preference for the second", () => {
    const found = comparisonAccuracy([item("a", 2, [pair(0, 1, 0)])], Float32Array.of(1, 3), createRng(1));
    assert.deepEqual([found.accuracy, found.margin], [1, 2]);
    expectClose(found.loss, 0.126928, 1e-6);
  });

  it("comparisonAccuracy() is NaN where there is nothing to compare", () => {
    const found = comparisonAccuracy([item("a", 2, [pair(0, 1, 0.5)])], Float32Array.of(1, 3), createRng(1));
    assert.ok([found.accuracy, found.low, found.high, found.margin].every(Number.isNaN));
    assert.ok(Number.isNaN(comparisonAccuracy([], new Float32Array(), createRng(1)).loss));
  });

  it("comparisonInputs() counts each prompt the same, whatever its number of pairs, and none without pairs", () => {
    const batch = [
      item("a", 3, [pair(0, 1), pair(1, 2), pair(0, 2)]),
      item("b", 2, []),
      item("c", 2, [pair(1, 0, 0.5)]),
    ];
    const { winners, losers, targets, weights } = comparisonInputs(batch);
    assert.deepEqual([...winners.data], [0, 1, 0, 6]);
    assert.deepEqual([...losers.data], [1, 2, 2, 5]);
    assert.deepEqual([...targets.data], [1, 1, 1, 0.5]);
    expectClose(weights.data, [1 / 6, 1 / 6, 1 / 6, 1 / 2]);
  });
});
