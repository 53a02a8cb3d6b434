import assert from "node:assert/strict";
import fc from "fast-check";
import {
  agreementRate,
  agreementRateWithTies,
  comparePairs,
  kendallTau,
  noiseCeiling,
  pairwiseAgreement,
} from "../../extension/algorithms/agreement";
import { createRng } from "../../extension/algorithms/rng";
import golden from "../golden/reliability.json";
import { expectClose } from "../support/expectClose";
import { expectGolden } from "../support/expectGolden";

type Case<T> = [T, T, number | null];

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
  it("comparePairs() tells the five cases apart", () => {
    const zero = { alike: 0, opposite: 0, tiedByBoth: 0, tiedByFirst: 0, tiedBySecond: 0 };
    assert.deepEqual(comparePairs([0, 1, 1], [0, 0, 1]), {
      ...zero,
      alike: 1,
      tiedByFirst: 1,
      tiedBySecond: 1,
    });
    assert.deepEqual(comparePairs([0, 0], [5, 5]), { ...zero, tiedByBoth: 1 });
    assert.deepEqual(comparePairs([2, 9], [3, 1]), { ...zero, opposite: 1 });
    assert.deepEqual(comparePairs([], []), zero);
    assert.throws(() => comparePairs([1], [1, 2]), RangeError);
  });
  it("agreement leaves ties out, or counts them as a third answer", () => {
    // [a b] c against a [b c]: ab tied by the first, bc by the second, ac alike.
    const counts = comparePairs([0, 0, 1], [0, 1, 1]);
    assert.equal(agreementRate(counts), 1);
    assert.equal(agreementRateWithTies(counts), 1 / 3);
    const allTied = comparePairs([0, 0], [0, 0]);
    assert.ok(Number.isNaN(agreementRate(allTied)));
    assert.equal(agreementRateWithTies(allTied), 1);
    assert.ok(Number.isNaN(agreementRateWithTies(comparePairs([0], [0]))));
  });
  it("kendallTau() gives the published example and another implementation's values", () => {
    // Source: the documentation of scipy.stats.kendalltau.
    expectClose(kendallTau(comparePairs([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])), -0.4714045207910316, 1e-12);
    for (const [x, y, expected] of golden.tau as Case<number[]>[])
      expectGolden(kendallTau(comparePairs(x, y)), expected);
  });
  it("kendallTau() is the same from either side, 1 against itself and -1 against its reverse", () => {
    const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })));
    fc.assert(
      fc.property(places, (both) => {
        const [x, y] = [both.map(([a]) => a), both.map(([, b]) => b)];
        const tau = kendallTau(comparePairs(x, y));
        assert.ok(Object.is(tau, kendallTau(comparePairs(y, x))));
        assert.ok(Number.isNaN(tau) || Math.abs(tau) <= 1 + 1e-12);
        const itself = kendallTau(comparePairs(x, x));
        assert.ok(new Set(x).size < 2 ? Number.isNaN(itself) : Math.abs(itself - 1) < 1e-12);
        const reverse = x.map((a) => -a);
        if (new Set(x).size > 1) expectClose(kendallTau(comparePairs(x, reverse)), -1);
      }),
    );
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
