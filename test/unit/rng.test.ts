import assert from "node:assert/strict";
import { createRng, rngFromState } from "../../extension/algorithms/rng";
import { expectClose } from "../support/expectClose";

const draws = (rng: ReturnType<typeof createRng>, n: number): number[] =>
  Array.from({ length: n }, () => rng.uniform());

describe("rng", () => {
  it("xoshiro128** gives the sequence of its published definition", () => {
    // Source: the first words of the authors' own implementation from state 1, 2, 3, 4; a uniform takes two.
    const rng = rngFromState({ key: [0, 0, 0, 0], words: [1, 2, 3, 4] });
    assert.equal(rng.uniform(), (11520 >>> 5) * 2 ** -27);
    assert.equal(rng.uniform(), ((5927040 >>> 5) * 2 ** 26 + (70819200 >>> 6)) * 2 ** -53);
  });
  it("createRng() draws the same from the same seed, and never changes", () => {
    assert.deepEqual(draws(createRng(7), 5), draws(createRng(7), 5));
    assert.notDeepEqual(draws(createRng(7), 5), draws(createRng(8), 5));
    assert.notDeepEqual(draws(createRng(1), 5), draws(createRng(1 + 2 ** 32), 5));
    // Pinned, because a stored run must replay.
    assert.deepEqual(createRng(1).split("rollout 1").state(), {
      key: [2779077620, 4024048617, 149779438, 744825331],
      words: [4034323036, 1678224415, 3622251380, 4152649893],
    });
  });
  it("uniform() is uniform: mean, variance and 16 bins", () => {
    const values = draws(createRng(2), 160_000);
    const bins = new Array<number>(16).fill(0);
    for (const value of values) bins[Math.floor(value * 16)]++;
    expectClose(values.reduce((a, b) => a + b) / values.length, 0.5, 0.004);
    expectClose(values.reduce((a, b) => a + (b - 0.5) ** 2, 0) / values.length, 1 / 12, 0.002);
    const chi2 = bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    assert.ok(chi2 < 37.7, `chi² ${chi2}: beyond the 0.1 % point with 15 degrees of freedom`);
    assert.ok(values.every((value) => value >= 0 && value < 1));
  });
  it("integer() gives every number equally often and refuses other ranges", () => {
    const rng = createRng(3);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 70_000; i++) counts[rng.integer(7)]++;
    const chi2 = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    assert.ok(chi2 < 22.5, `chi² ${chi2}: beyond the 0.1 % point with 6 degrees of freedom`);
    for (const n of [0, -1, 1.5, NaN, 2 ** 32 + 1]) assert.throws(() => rng.integer(n), RangeError);
    assert.equal(rng.integer(1), 0);
  });
  it("normal() has the moments of the normal distribution", () => {
    const rng = createRng(4);
    const values = Array.from({ length: 200_000 }, () => rng.normal());
    const moment = (k: number): number => values.reduce((sum, x) => sum + x ** k, 0) / values.length;
    expectClose(moment(1), 0, 0.01);
    expectClose(moment(2), 1, 0.015);
    expectClose(moment(3), 0, 0.04);
    expectClose(moment(4), 3, 0.03);
  });
  it("shuffle() gives each of the orders equally often and leaves its argument alone", () => {
    const rng = createRng(5);
    const items = ["a", "b", "c"];
    const counts = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      const order = rng.shuffle(items).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.deepEqual(items, ["a", "b", "c"]);
    assert.equal(counts.size, 6);
    const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    assert.ok(chi2 < 20.5, `chi² ${chi2}: beyond the 0.1 % point with 5 degrees of freedom`);
  });
  it("split() streams differ by name, path and seed, and are uncorrelated", () => {
    const root = createRng(6);
    const paths = [
      root,
      root.split("a"),
      root.split("b"),
      root.split(""),
      root.split("a").split("b"),
      root.split("b").split("a"),
      root.split("ab"),
      createRng(9).split("a"),
    ];
    const first = paths.map((rng) => rng.state().words.join());
    assert.equal(new Set(first).size, paths.length);
    const n = 50_000;
    const [x, y] = [createRng(6).split("iteration 1"), createRng(6).split("iteration 2")].map((rng) =>
      draws(rng, n),
    );
    const correlation = (12 * x.reduce((sum, value, i) => sum + (value - 0.5) * (y[i] - 0.5), 0)) / n;
    expectClose(correlation, 0, 0.02);
  });
  it("createRng() and rngFromState() refuse what is not theirs", () => {
    for (const seed of [-1, 0.5, NaN, 2 ** 53]) assert.throws(() => createRng(seed), RangeError);
    const key = [1, 2, 3, 4];
    for (const words of [
      [0, 0, 0, 0],
      [1, 2, 3],
      [1, 2, 3, -1],
      [1, 2, 3, 2 ** 32],
      [1, 2, 3, 0.5],
    ])
      assert.throws(() => rngFromState({ key, words }), RangeError);
  });
});
