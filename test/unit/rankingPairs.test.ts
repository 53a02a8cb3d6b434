import assert from "node:assert/strict";
import { rankingPairs } from "../../extension/algorithms/rankingPairs";

const shown = (tiers: string[][], ties?: "drop" | "soft"): string[] =>
  rankingPairs(tiers, ties).map(
    ({ winner, loser, target }) => `${winner}${target === 1 ? ">" : "="}${loser}`,
  );

describe("rankingPairs", () => {
  it("rankingPairs() drops the tied pair of the example", () => {
    assert.deepEqual(shown([["r3"], ["r1", "r4"], ["r2"]]), ["r3>r1", "r3>r4", "r3>r2", "r1>r2", "r4>r2"]);
  });
  it("rankingPairs() keeps a tie at target ½ when it is soft", () => {
    const tiers = [["r3"], ["r1", "r4"], ["r2"]];
    assert.deepEqual(shown(tiers, "soft"), ["r3>r1", "r3>r4", "r3>r2", "r1=r4", "r1>r2", "r4>r2"]);
    assert.equal(
      rankingPairs(tiers, "soft").find((pair) => pair.winner === "r1" && pair.loser === "r4")?.target,
      0.5,
    );
  });
  it("rankingPairs() of K = 9 without ties gives 36 comparisons", () => {
    assert.equal(rankingPairs([..."abcdefghi"].map((id) => [id])).length, 36);
  });
  it("rankingPairs() of one tier or nothing is empty", () => {
    assert.deepEqual(rankingPairs([["a", "b", "c"]]), []);
    assert.deepEqual(rankingPairs([]), []);
  });
  it("rankingPairs() refuses an id that stands twice", () => {
    assert.throws(() => rankingPairs([["a"], ["a"]]), /response a stands in the ranking twice/);
  });
});
