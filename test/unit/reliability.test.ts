import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cohenKappa,
  krippendorffAlpha,
  krippendorffAlphaOrdinal,
} from "../../extension/algorithms/reliability";
import golden from "../golden/reliability.json";
import { expectClose } from "../support/expectClose";
import { expectGolden } from "../support/expectGolden";

type Label = number | null;

/** Units from a table with a row for each labeler, null where one is missing. */
function unitsOf(table: readonly (readonly Label[])[]): number[][] {
  return table[0].map((_, unit) => table.map((row) => row[unit]).filter((label) => label !== null));
}
const named = (units: readonly (readonly number[])[]): string[][] =>
  units.map((labels) => labels.map(String));

// Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve units, missing values.
const published = unitsOf(
  [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
  ].map((row) => row.split(" ").map((label) => (label === "." ? null : Number(label)))),
);

describe("reliability", () => {
  it("krippendorffAlpha() gives its example, the published one and another implementation's values", () => {
    const example = ["aa", "ab", "bb"].map((labels) => [...labels]);
    expectClose(krippendorffAlpha(example), 0.444444);
    expectClose(krippendorffAlpha(named(published)), 0.743, 5e-4);
    for (const [table, nominal] of golden.alpha as [Label[][], Label, Label][])
      expectGolden(krippendorffAlpha(named(unitsOf(table))), nominal);
  });
  it("krippendorffAlphaOrdinal() gives its example, the published one and another implementation's values", () => {
    // By hand: middles 1.5, 3.5, 5 of n = 3, 1, 2; 1 - 5·(2·4)/(2·(3·4 + 6·12.25 + 2·2.25)) = 1 - 40/180.
    const example = [
      [1, 1],
      [1, 2],
      [3, 3],
    ];
    expectClose(krippendorffAlphaOrdinal(example), 1 - 40 / 180);
    expectClose(krippendorffAlphaOrdinal(published), 0.815, 5e-4);
    for (const [table, , ordinal] of golden.alpha as [Label[][], Label, Label][])
      expectGolden(krippendorffAlphaOrdinal(unitsOf(table)), ordinal);
  });
  it("alpha is 1 for perfect agreement, ignores units with one label, and is undefined without variation", () => {
    expectClose(krippendorffAlpha([["a", "a", "a"], ["b", "b"], ["c"]]), 1);
    expectClose(krippendorffAlphaOrdinal([[1, 1, 1], [7, 7], [3]]), 1);
    for (const units of [[["a", "a"], ["a", "a"], ["b"]], [["a"]], []])
      assert.ok(Number.isNaN(krippendorffAlpha(units)));
    for (const units of [
      [
        [4, 4],
        [4, 4, 4],
      ],
      [[1], [2]],
      [],
    ])
      assert.ok(Number.isNaN(krippendorffAlphaOrdinal(units)));
  });
  it("alpha depends on no order, and the ordinal one on no distance of scores", () => {
    const units = fc.array(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(units, (all) => {
        const same = (a: number, b: number): boolean =>
          Number.isNaN(a) ? Number.isNaN(b) : Math.abs(a - b) < 1e-9 && a <= 1;
        const turned = [...all].reverse().map((labels) => [...labels].reverse());
        assert.ok(same(krippendorffAlpha(named(all)), krippendorffAlpha(named(turned))));
        const ordinal = krippendorffAlphaOrdinal(all);
        assert.ok(same(ordinal, krippendorffAlphaOrdinal(turned)));
        assert.ok(same(ordinal, krippendorffAlphaOrdinal(all.map((labels) => labels.map((x) => x ** 3)))));
        assert.ok(same(ordinal, krippendorffAlphaOrdinal(all.map((labels) => labels.map((x) => -x)))));
      }),
    );
  });
  it("cohenKappa() gives the textbook example and another implementation's values", () => {
    // 50 applications, two readers: 20 both yes, 5 yes/no, 10 no/yes, 15 both no; p_o = 0.7, p_e = 0.5·0.6 + 0.5·0.4 = 0.5.
    const cells: readonly [string, number][] = [
      ["yy", 20],
      ["yn", 5],
      ["ny", 10],
      ["nn", 15],
    ];
    const all = cells.flatMap(([cell, count]) => new Array<string>(count).fill(cell));
    const [first, second] = [0, 1].map((reader) => all.map((cell) => cell[reader]));
    expectClose(cohenKappa(first, second), 0.4, 1e-12);
    for (const [x, y, expected] of golden.kappa as [number[], number[], Label][])
      expectGolden(cohenKappa(x.map(String), y.map(String)), expected);
  });
  it("cohenKappa() is undefined of nothing and where both give one label, 0 where one of them does", () => {
    assert.ok(Number.isNaN(cohenKappa([], [])));
    assert.ok(Number.isNaN(cohenKappa(["a", "a"], ["a", "a"])));
    assert.equal(cohenKappa(["a", "a"], ["a", "b"]), 0);
    assert.equal(cohenKappa(["a", "b"], ["b", "a"]), -1);
    assert.throws(() => cohenKappa(["a"], []), RangeError);
  });
});
