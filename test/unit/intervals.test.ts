import assert from "node:assert/strict";
import { differenceFrom, figureOf, overSeeds } from "../../extension/algorithms/comparedFigures";
import {
  batchMeans,
  differenceOfEstimates,
  meanInterval,
  studentPoint,
} from "../../extension/algorithms/intervals";
import type { Estimate } from "../../extension/algorithms/proportions";
import golden from "../golden/intervals.json";
import { cellExample, figureExample } from "../support/compareStates";
import { expectClose } from "../support/expectClose";

const numbers = ({ value, low, high }: Estimate): number[] => [value, low, high];
type Case = [number[], number[]];

describe("intervals of means", () => {
  it("studentPoint() is scipy's", () => {
    for (const [degrees, expected] of golden.student) expectClose(studentPoint(degrees), expected, 1e-9);
    assert.ok(Number.isNaN(studentPoint(0)));
    assert.throws(() => studentPoint(1.5), RangeError);
  });
  it("meanInterval() and batchMeans() are scipy's of the values and of the batches", () => {
    for (const [values, expected] of golden.means as Case[])
      expectClose(numbers(meanInterval(values)), expected, 1e-9);
    for (const [values, expected] of golden.batchMeans as Case[])
      expectClose(numbers(batchMeans(values)), expected, 1e-9);
    expectClose(numbers(batchMeans([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])), [3, 1.036757, 4.963243], 1e-6);
  });
  it("too few values have a mean and no interval", () => {
    assert.deepEqual(numbers(meanInterval([2])), [2, NaN, NaN]);
    assert.deepEqual(numbers(batchMeans([1, 2, 3, 6])), [3, NaN, NaN]);
    assert.ok(Number.isNaN(batchMeans([]).value));
  });
  it("batchMeans() is wider than independent values would have it where neighbours resemble each other", () => {
    const [curve] = (golden.batchMeans as Case[])[7];
    const width = ({ low, high }: Estimate): number => high - low;
    assert.ok(width(batchMeans(curve)) > 2 * width(meanInterval(curve)));
  });
  it("differenceOfEstimates() joins two intervals", () => {
    const [a, b] = [
      { value: 3, low: 2, high: 5 },
      { value: 1, low: 0.5, high: 2 },
    ];
    expectClose(numbers(differenceOfEstimates(a, b)), [2, 0.585786, 4.061553], 1e-6);
  });
});

describe("figures compared", () => {
  const of = (value: number, spread: number) =>
    figureExample(value, { low: value - spread, high: value + spread });
  it("a difference is better or worse by the metric's direction, and not clear within its interval", () => {
    assert.deepEqual(differenceFrom(of(3, 1), of(1, 0.5), "higher"), { value: 2, verdict: "better" });
    assert.deepEqual(differenceFrom(of(3, 1), of(1, 0.5), "lower"), { value: 2, verdict: "worse" });
    assert.deepEqual(differenceFrom(of(1, 0.5), of(3, 1), "neutral"), { value: -2, verdict: "lower" });
    assert.deepEqual(differenceFrom(of(3, 2), of(1, 2), "higher"), { value: 2, verdict: "unclear" });
    assert.deepEqual(differenceFrom(of(3, 2), of(3, 0), "higher"), { value: 0, verdict: "equal" });
    assert.equal(differenceFrom(of(NaN, 1), of(1, 1), "higher"), null);
  });
  it("without an interval the sign decides", () => {
    assert.equal(differenceFrom(of(3, NaN), of(1, 0.5), "lower")?.verdict, "worse");
  });
  it("the best figure follows the direction", () => {
    const cell = cellExample(1);
    assert.equal(figureOf(cell, "best", "higher"), cell.most);
    assert.equal(figureOf(cell, "best", "lower"), cell.least);
    assert.equal(figureOf(cell, "best", "neutral"), null);
    assert.equal(figureOf(null, "final", "higher"), null);
  });
  it("seeds are averaged where each of them has the figure", () => {
    const cells = [null, cellExample(1), cellExample(3)];
    expectClose(
      numbers(overSeeds({ cells, direction: "higher" }, [1, 2], "final") as Estimate),
      [2, -10.706205, 14.706205],
      1e-6,
    );
    assert.equal(overSeeds({ cells, direction: "higher" }, [0, 1], "final"), null);
  });
});
