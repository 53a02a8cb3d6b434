import assert from "node:assert/strict";
import { editDistance, nearestWord } from "../../extension/protocol/nearest";

describe("nearest", () => {
  it("editDistance() counts insertions, deletions and exchanges", () => {
    const known: readonly [string, string, number][] = [
      ["kitten", "sitting", 3],
      ["saturday", "sunday", 3],
      ["klCoeff", "klCoef", 1],
      ["", "abc", 3],
      ["abc", "", 3],
      ["same", "same", 0],
    ];
    for (const [from, to, distance] of known) assert.equal(editDistance(from, to), distance, `${from} ${to}`);
  });
  it("nearestWord() forgives the case and takes the first of equals", () => {
    assert.equal(nearestWord("KLCOEF", ["seed", "klCoef"]), "klCoef");
    assert.equal(nearestWord("x", ["a", "b"]), "a");
    assert.throws(() => nearestWord("x", []), RangeError);
  });
});
