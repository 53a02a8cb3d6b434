import assert from "node:assert/strict";
import { krippendorffAlpha, noiseCeiling, pairwiseAgreement } from "../../extension/algorithms/agreement";
import { createRng } from "../../extension/algorithms/rng";
import { expectClose } from "../support/expectClose";

const ranking = (item: string, labeler: string, ...tiers: string[]) => ({
  item,
  labeler,
  tiers: tiers.map((tier) => tier.split(" ")),
});

describe("agreement", () => {
  it("pairwiseAgreement() counts the pairs two labelers order alike", () => {
    const rankings = [ranking("1", "a", "x", "y", "z"), ranking("1", "b", "y", "x", "z")];
    assert.deepEqual(pairwiseAgreement(rankings), { comparisons: 3, agreements: 2, rate: 2 / 3 });
  });
  it("pairwiseAgreement() leaves out ties, other items, a labeler with himself and unknown responses", () => {
    const rankings = [
      ranking("1", "a", "x y", "z"), // x = y
      ranking("1", "b", "x", "y", "z"), // agrees on x>z, y>z
      ranking("1", "c", "z", "x", "w"), // against a on x>z, against b on x>z
      ranking("1", "a", "z", "x"), // the same labeler again: compared with b and c only
      ranking("2", "a", "z", "x"),
    ];
    const expected = { comparisons: 2 + 1 + 1 + 1 + 1, agreements: 2 + 0 + 0 + 0 + 1 };
    assert.deepEqual(pairwiseAgreement(rankings), { ...expected, rate: 0.5 });
  });
  it("pairwiseAgreement() of single rankings is NaN", () => {
    assert.ok(Number.isNaN(pairwiseAgreement([ranking("1", "a", "x", "y")]).rate));
  });
  it("krippendorffAlpha() gives its example and the published nominal example", () => {
    expectClose(
      krippendorffAlpha([
        ["a", "a"],
        ["a", "b"],
        ["b", "b"],
      ]),
      0.444444,
    );
    // Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers, missing values, α = 0.743.
    const rows = [
      "1 2 3 3 2 1 4 1 2 . . .",
      "1 2 3 3 2 2 4 1 2 5 . 3",
      ". 3 3 3 2 3 4 2 2 5 1 .",
      "1 2 3 3 2 4 4 1 2 5 1 .",
    ];
    const columns = rows.map((row) => row.split(" "));
    const units = columns[0].map((_, i) => columns.map((row) => row[i]).filter((label) => label !== "."));
    expectClose(krippendorffAlpha(units), 0.743, 5e-4);
  });
  it("krippendorffAlpha() is 1 for perfect agreement and ignores units with one label", () => {
    expectClose(krippendorffAlpha([["a", "a", "a"], ["b", "b"], ["c"]]), 1);
    assert.ok(
      Number.isNaN(
        krippendorffAlpha([
          ["a", "a"],
          ["a", "a"],
        ]),
      ),
    );
    assert.ok(Number.isNaN(krippendorffAlpha([["a"]])));
  });
  it("noiseCeiling() of the paper's labelers is about 80 %", () => {
    expectClose(noiseCeiling(0.726), 0.8014, 5e-4);
  });
  it("noiseCeiling() agrees with simulated labelers", () => {
    // Two labelers and an all-knowing judge on normal differences of standard deviation 2.
    const rng = createRng(17);
    let [alike, right] = [0, 0];
    const n = 200_000;
    for (let i = 0; i < n; i++) {
      const d = 2 * rng.normal();
      const p = 1 / (1 + Math.exp(-d));
      const [first, second] = [rng.uniform() < p, rng.uniform() < p];
      if (first === second) alike++;
      if (first === d > 0) right++;
    }
    expectClose(noiseCeiling(alike / n), right / n, 0.006);
  });
  it("noiseCeiling() has the right ends and rises between them", () => {
    assert.equal(noiseCeiling(0.5), 0.5);
    assert.equal(noiseCeiling(0.3), 0.5);
    assert.equal(noiseCeiling(1), 1);
    assert.ok(Number.isNaN(noiseCeiling(NaN)));
    const ceilings = [0.51, 0.6, 0.7, 0.8, 0.9, 0.99].map(noiseCeiling);
    assert.deepEqual(
      ceilings,
      [...ceilings].sort((a, b) => a - b),
    );
  });
});
