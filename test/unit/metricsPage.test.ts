import assert from "node:assert/strict";
import { thinned } from "../../extension/charts/thinning";
import { factorText, numberText } from "../../extension/charts/numberText";
import { seriesOf } from "../../extension/charts/series";
import { stretchesOf } from "../../extension/charts/stretches";
import { firstView } from "../../extension/protocol/metricsMessages";
import { absent } from "../../extension/protocol/metricColumns";
import { frontierOf } from "../../webviews/metrics/frontier";
import { csvOf } from "../../webviews/metrics/csv";
import {
  aligned,
  bandOf,
  faultsOf,
  linesOf,
  middleRange,
  nearest,
  readingsAt,
} from "../../webviews/metrics/lines";
import { healthyText, isOutside, rowOf } from "../../webviews/metrics/numbers";
import { placeAfter } from "../../webviews/metrics/places";
import {
  axesOf,
  chartGroups,
  checkpointFor,
  groupKeys,
  iterationAt,
  reduce,
  type Page,
} from "../../webviews/metrics/state";
import { chartSvg } from "../../webviews/metrics/svg";
import { aboutOf, columnsOf, metricTextExamples, ppoRun, runId, stateOf } from "../support/metricStates";

const texts = metricTextExamples();
const score = "objective/score";
const kl = "objective/klPolicyReference";
const numbers = (values: readonly number[]): Float64Array => Float64Array.from(values);
const run = (n: number, values: Readonly<Record<string, readonly number[]>>, settings = {}) => ({
  about: aboutOf(n, { settings }),
  columns: columnsOf(values),
});
const pageOf = (page: Partial<Page> = {}): Page => ({
  ...{ state: stateOf([run(1, { [score]: [1, 2, 3] })]), zoom: { x: null, y: {} }, chosen: null, ...page },
});

describe("lines of the metrics page", () => {
  it("along the iteration a column is drawn as it is; absent rows are left out; along KL the points are sorted", () => {
    const one = run(1, {
      [score]: [1, NaN, 3],
      [kl]: [4, 1, absent],
      "loss/validation": [absent, 5, absent],
    });
    assert.equal(seriesOf(one.columns, score, "iteration")?.y, one.columns.values[score]);
    assert.deepEqual(seriesOf(one.columns, "loss/validation", "iteration"), {
      x: numbers([1]),
      y: numbers([5]),
    });
    assert.deepEqual(seriesOf(one.columns, score, "sqrtKl"), { x: numbers([1, 2]), y: numbers([NaN, 1]) });
    assert.equal(seriesOf(one.columns, score, "tokens"), null);
    assert.equal(seriesOf(one.columns, "no/such", "iteration"), null);
  });

  it("smoothing is on the full data with the raw line behind; hidden runs have no lines; β stands beside the KL", () => {
    const runs = [run(1, { [score]: [0, 4] }), run(2, { [score]: [1, 1] })];
    const lines = linesOf(runs, score, { ...firstView, smoothing: 0.5, hidden: [runId(2)] });
    assert.deepEqual(
      lines.map(({ role }) => role),
      ["raw", "smooth"],
    );
    assert.deepEqual([...lines[1].y], [0, 2 / 0.75]);
    const both = linesOf([run(1, { [kl]: [1], "objective/klCoef": [0.2] })], kl, firstView);
    assert.deepEqual(
      both.map(({ role }) => role),
      ["values", "coefficient"],
    );
  });

  it("a group's mean and band are over all of its runs, hidden ones too, and over those that have a value", () => {
    const runs = [
      run(1, { [score]: [1, 5, NaN] }, { seed: "1" }),
      run(2, { [score]: [3, 1] }, { seed: "1" }),
      run(3, { [score]: [7] }, { seed: "2" }),
    ];
    const view = { ...firstView, groupBy: "seed" };
    const lines = linesOf(runs, score, view);
    assert.deepEqual(
      lines.map(({ label }) => label).filter((_, i) => i % 3 === 2),
      ["seed = 1 (2)", "seed = 2 (1)"],
    );
    assert.deepEqual([...lines[2].y], [2, 3, NaN]);
    assert.deepEqual([...lines[0].y], [3, 5, NaN]);
    assert.deepEqual([...lines[1].y], [1, 1, NaN]);
    assert.deepEqual(linesOf(runs, score, { ...view, hidden: [runId(1), runId(2)] }), lines);
    const apart = bandOf([
      { x: numbers([0, 2]), y: numbers([1, 3]) },
      { x: numbers([1, 2]), y: numbers([5, 7]) },
    ]);
    assert.deepEqual([...apart.x], [0, 1, 2]);
    assert.deepEqual([...apart.mean], [1, 5, 5]);
  });

  it("lines share their places: a value that is not finite is a gap, a place that a line has not is none", () => {
    const long = { x: numbers([0, 1, 2]), y: numbers([1, NaN, 3]) };
    const short = { x: numbers([0, 1]), y: numbers([5, 6]) };
    assert.deepEqual(aligned([long, short], false).ys, [
      [1, null, 3],
      [5, 6, undefined],
    ]);
    assert.equal(aligned([short], false).ys[0], short.y, "clean columns are handed on");
    assert.deepEqual(aligned([{ x: numbers([0, 1]), y: numbers([-1, 2]) }], true).ys, [[null, 2]]);
    const apart = aligned(
      [
        { x: numbers([0, 2]), y: numbers([1, 2]) },
        { x: numbers([1]), y: numbers([9]) },
      ],
      false,
    );
    assert.deepEqual(
      [[...apart.x], apart.ys],
      [
        [0, 1, 2],
        [
          [1, undefined, 2],
          [undefined, 9, undefined],
        ],
      ],
    );
  });

  it("the tooltip's values are the nearest of each run, the highest first, NaN before all", () => {
    const runs = [run(1, { [score]: [1, 2] }), run(2, { [score]: [5, 6, 7] }), run(3, { [score]: [0, NaN] })];
    const readings = readingsAt(linesOf(runs, score, firstView), 1.1);
    assert.deepEqual(
      readings.map(({ line, value }) => [line.run, value]),
      [
        [runId(3), NaN],
        [runId(2), 6],
        [runId(1), 2],
      ],
    );
    assert.deepEqual(faultsOf(linesOf(runs, score, firstView)), [1]);
    assert.deepEqual(
      [0.4, 0.5, 0.6, -9, 99].map((x) => nearest(numbers([0, 1, 2]), x)),
      [0, 0, 1, 0, 2],
    );
    assert.equal(nearest(numbers([]), 1), -1);
  });

  it("the range without outliers is that of the middle nine tenths in view", () => {
    const y = Float64Array.from({ length: 101 }, (_, i) => i);
    y[50] = 1e9;
    const x = Float64Array.from({ length: 101 }, (_, i) => i);
    assert.deepEqual(middleRange([{ x, y }], 0, 100), [5, 96]);
    assert.equal(middleRange([{ x, y }], 200, 300), null);
  });

  it("a table and an SVG keep a spike of one iteration among 100,000", () => {
    const y = new Float64Array(100_000).fill(1);
    y[54_321] = 99;
    y[777] = NaN;
    const x = Float64Array.from(y, (_, i) => i);
    const stretches = stretchesOf({ x, y }, 100, null);
    assert.equal(stretches.length, 100);
    assert.deepEqual(
      stretches.filter(({ most }) => most === 99).map(({ from, to }) => [from, to]),
      [[54_000, 54_999]],
    );
    assert.equal(stretches[0].faults, 1);
    const small = thinned({ x, y }, 0, 99_999, 700);
    assert.ok(small.x.length < 3000 && small.y.includes(99) && small.y.includes(NaN));
    assert.deepEqual(
      stretchesOf({ x: numbers([1, 2, 3]), y: numbers([4, 5, 6]) }, 100, [2, 3]).map(({ last }) => last),
      [5, 6],
    );
  });

  it("CSV quotes what RFC 4180 asks for; an SVG says names as text", () => {
    const line = { label: 'a "b", c', role: "values" as const, x: numbers([0, 2]), y: numbers([1, NaN]) };
    const other = { label: "d", role: "raw" as const, x: numbers([1]), y: numbers([0.1]) };
    assert.equal(
      csvOf("iteration", [line, other]),
      'iteration,"a ""b"", c",d raw\r\n0,1,\r\n1,,0.1\r\n2,NaN,\r\n',
    );
    const hostile = {
      ...run(1, { [score]: [1, 2, NaN, 3] }),
      about: aboutOf(1, { name: "</text><script>" }),
    };
    const palette = {
      lines: ["#123456"],
      text: "t",
      quiet: "q",
      grid: "g",
      fault: "#ff0000",
      mark: "m",
      background: "b",
    };
    const svg = chartSvg({
      ...{ name: score, lines: linesOf([hostile], score, firstView), axis: "iteration", isLog: false },
      ...{ ignoreOutliers: false, x: null, y: null, marks: [], palette },
    });
    assert.ok(svg.includes("&lt;/text&gt;&lt;script&gt;") && !svg.includes("<script"));
    assert.equal(svg.match(/#ff0000/g)?.length, 1, "one mark where a value is not finite");
    assert.equal(svg.match(/M\d[^"]*?M\d/g)?.length, 1, "a gap");
  });

  it("a factor with a sign stands in brackets", () => {
    assert.deepEqual([1.5, -8.5531, 0].map(factorText), ["1.5", "(−8.553)", "0"]);
  });

  it("values are said with four digits, and as outside of their healthy range when they are", () => {
    assert.deepEqual([0, 1, -0.12345, 12345678, 0.00001, NaN].map(numberText), [
      "0",
      "1",
      "−0.1235",
      "1.23e7",
      "1.00e−5",
      "NaN",
    ]);
    assert.equal(healthyText(texts, rowOf(kl)), "healthyBetween −0.5 25 {2} {3} {4}");
    assert.deepEqual(
      [24, 26, NaN].map((value) => isOutside(rowOf(kl), value)),
      [false, true, true],
    );
    assert.equal(rowOf("no/such"), null);
  });
});

describe("the metrics page's state", () => {
  it("nothing is shown before the host has said anything; a hydration begins anew", () => {
    assert.equal(reduce(null, { type: "resetZoom" }), null);
    const state = stateOf([run(1, { [score]: [1] })]);
    const page = reduce(pageOf({ zoom: { x: [0, 1], y: {} } }), {
      type: "hydrate",
      version: 1,
      texts: {},
      state,
    });
    assert.deepEqual(page, { state, zoom: { x: null, y: {} }, chosen: null });
  });

  it("zooms along the axis for all charts and upwards for one, moves along, and goes back", () => {
    let page = reduce(pageOf(), { type: "zoom", x: [1, 2], y: null });
    page = reduce(page, { type: "zoom", x: null, y: { name: score, range: [0, 9] } });
    assert.deepEqual(page?.zoom, { x: [1, 2], y: { [score]: [0, 9] } });
    page = reduce(page, { type: "pan", by: -0.5 });
    assert.deepEqual(page?.zoom.x, [0.5, 1.5]);
    const log = reduce(page, { type: "view", change: { log: true } });
    assert.deepEqual(log?.zoom, { x: [0.5, 1.5], y: {} });
    assert.equal(reduce(page, { type: "view", change: { axis: "kl" } })?.zoom.x, null);
    assert.deepEqual(reduce(page, { type: "resetZoom" })?.zoom, { x: null, y: {} });
  });

  it("a zoom that reaches to the last point goes on with it; one that does not stays", () => {
    const more = { iterations: numbers([3, 4]), values: { [score]: numbers([4, 5]) } };
    const event = {
      type: "delta",
      delta: { type: "columns", id: runId(1), from: 3, columns: more },
    } as const;
    assert.deepEqual(reduce(pageOf({ zoom: { x: [1, 2], y: {} } }), event)?.zoom.x, [3, 4]);
    assert.deepEqual(reduce(pageOf({ zoom: { x: [0, 1], y: {} } }), event)?.zoom.x, [0, 1]);
    assert.equal(reduce(pageOf(), event)?.zoom.x, null);
  });

  it("a chosen point goes with its run", () => {
    const page = reduce(pageOf(), { type: "choose", chosen: { id: runId(1), iteration: 2 } });
    const gone = reduce(page, { type: "delta", delta: { type: "runs", runs: [aboutOf(2)] } });
    assert.equal(gone?.chosen, null);
  });

  it("the first screen of PPO comes first, groups in the catalogue's order, unknown names and no axes", () => {
    const one = run(1, {
      ...{ "policy/loss": [1], [score]: [1], [kl]: [1], "policy/entropy": [1], "new/thing": [1] },
      ...{ "objective/rewardPerSequence": [1], "progress/tokens": [1] },
    });
    assert.deepEqual(chartGroups([one]), [
      { group: null, names: [score, kl, "objective/rewardPerSequence", "policy/entropy"] },
      { group: "policy", names: ["policy/loss"] },
      { group: "new", names: ["new/thing"] },
    ]);
    assert.deepEqual(axesOf([one]), ["iteration", "tokens", "kl", "sqrtKl"]);
    assert.deepEqual(groupKeys([run(1, {}, { seed: "1" }), run(2, {}, { seed: "2", "ppo.klCoef": "0.1" })]), [
      "seed",
      "ppo.klCoef",
    ]);
  });

  it("a point names its iteration on every axis, and the checkpoint that is there for it", () => {
    const one = run(1, { [score]: [1, 2, 3], [kl]: [0, 4, 9] });
    assert.equal(iterationAt(one, "sqrtKl", 2.9), 2);
    assert.equal(iterationAt(one, "iteration", 0.7), 1);
    assert.equal(iterationAt(one, "tokens", 1), null);
    assert.deepEqual(
      [5, 20, 27].map((at) => checkpointFor([10, 20], at)),
      [null, 20, 20],
    );
  });

  it("keys go from value to value and stay inside", () => {
    const places = numbers([0, 2, 5, 9]);
    const go = (key: string, from: number | null, far = false): number | null =>
      placeAfter(key, far, places, from);
    assert.deepEqual(
      [go("ArrowRight", null), go("ArrowRight", 2), go("ArrowRight", 9), go("ArrowLeft", null)],
      [0, 5, 9, 9],
    );
    assert.deepEqual([go("ArrowLeft", 5, true), go("Home", 5), go("End", 0), go("x", 0)], [0, 0, 9, null]);
  });
});

describe("the view of over-optimisation", () => {
  const ppo = (rows: number) => {
    const d = Array.from({ length: rows }, (_, i) => 0.1 * (i + 1));
    const values = {
      [score]: d.map((each) => each * (2 - 1.5 * Math.log(each))),
      [kl]: d.map((each) => each * each),
    };
    return { about: aboutOf(1, { startScores: [1, 2, 3, 4, 5, 6, 7, 8] }), columns: columnsOf(values) };
  };
  const evaluation = (n: number, at: number, value: number) => ({
    about: aboutOf(n, { stage: "evaluate" }),
    columns: columnsOf({ [score]: [value], [kl]: [at * at] }),
  });

  it("finds the law, the best of n of the start, and the law's peak as where to stop", () => {
    const found = frontierOf([ppo(30)], texts);
    assert.ok(found?.law && found.stop);
    assert.ok(found.law.r2 > 0.999999 && Math.abs(found.law.beta - 1.5) < 1e-6);
    assert.equal(found.stop.by, "law");
    assert.ok(Math.abs(found.stop.at - Math.exp(2 / 1.5 - 1)) < 1e-5);
    const best = found.lines.find(({ key }) => key === "best of n");
    assert.deepEqual(best && [best.x[0], best.y[0], best.x.length], [0, 4.5, 3]);
  });

  it("held-out scores come before the law; without a bend nothing says to stop; few points are no frontier", () => {
    const found = frontierOf([ppo(30), evaluation(2, 1, 0.5), evaluation(3, 2, 0.4)], texts);
    assert.deepEqual(found?.stop, { at: 1, by: "heldOut", score: 0.5 });
    assert.equal(frontierOf([ppo(5)], texts)?.stop, null, "a peak far beyond the points is a guess");
    assert.equal(frontierOf([ppo(2)], texts), null);
    // A score that is measured and not rewarded rises for twenty iterations and falls for ten.
    const { about, columns } = ppo(30);
    const measuring = (values: (i: number) => number) => ({
      about,
      columns: {
        ...columns,
        values: {
          ...columns.values,
          "objective/heldOutScore": Float64Array.from({ length: 30 }, (_, i) => values(i)),
        },
      },
    });
    const over = frontierOf([measuring((i) => Math.min(i, 40 - i))], texts);
    assert.equal(over?.lines.find(({ role }) => role === "heldOut")?.y.length, 30);
    assert.ok(over.stop !== null);
    const { at, by, score: best } = over.stop;
    // The best window of three is iterations 19 to 21, whose √KL are 2.0, 2.1 and 2.2.
    assert.deepEqual([by, best], ["heldOut", (19 + 20 + 19) / 3]);
    assert.ok(Math.abs(at - 2.1) < 1e-12);
    assert.equal(
      frontierOf([measuring((i) => i)], texts)?.stop,
      null,
      "it still rises, whatever the law says",
    );
    assert.equal(
      frontierOf([ppoRun(1, 40)], texts)?.lines.some(({ role }) => role === "curve"),
      true,
    );
  });
});
