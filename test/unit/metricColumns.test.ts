import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { withSlots } from "../../extension/host/metricsMemory";
import { encodeJson } from "../../extension/protocol/codec";
import {
  absent,
  appendColumns,
  noColumns,
  rowsFrom,
  type MetricColumns,
} from "../../extension/protocol/metricColumns";
import {
  applyMetricsDelta,
  type MetricsAction,
  type MetricsDelta,
} from "../../extension/protocol/metricsMessages";
import { isProblem } from "../../extension/protocol/problem";
import {
  parseHostMessage,
  parsePageMessage,
  webviewProtocolVersion,
} from "../../extension/protocol/webviewProtocol";
import { followColumns } from "../../extension/runs/followColumns";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import {
  asJson,
  aboutOf,
  columnsOf,
  metricTextExamples,
  ppoRun,
  runId,
  stateOf,
} from "../support/metricStates";

const columnsFrom = (rows: readonly (readonly [number, Readonly<Record<string, number>>])[]): MetricColumns =>
  rows.reduce(
    (before, [iteration, values]) =>
      appendColumns(before, before.iterations.length, {
        iterations: Float64Array.of(iteration),
        values: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, Float64Array.of(value)]),
        ),
      }),
    noColumns,
  );

describe("columns of metrics", () => {
  let project: string;
  let log: string;
  beforeEach(() => {
    project = temporaryProject();
    log = join(project, "metrics.jsonl");
  });
  afterEach(() => removeProject(project));
  const line = (iteration: number, values: object): string => `${encodeJson({ iteration, ...values })}\n`;
  const plain = ({ iterations, values }: MetricColumns): unknown => ({
    iterations: [...iterations],
    values: Object.fromEntries(Object.entries(values).map(([name, column]) => [name, [...column]])),
  });

  it("a log is followed from where it stopped; NaN is kept, and what was not reported is absent", () => {
    assert.deepEqual(plain(followColumns(log).columns), { iterations: [], values: {} });
    writeFileSync(log, line(0, { a: 1, warnings: ["odd"] }) + line(1, { a: NaN, b: -Infinity }) + '{"iterat');
    const first = followColumns(log);
    assert.deepEqual(plain(first.columns), {
      iterations: [0, 1],
      values: { a: [1, NaN], b: [absent, -Infinity] },
    });
    appendFileSync(log, `ion":2,"a":3}\nno JSON\n{"iteration":"x","a":1}\n`);
    const second = followColumns(log, first);
    assert.equal(second.kept, 2);
    assert.deepEqual(plain(second.columns), {
      iterations: [0, 1, 2],
      values: { a: [1, NaN, 3], b: [absent, -Infinity, absent] },
    });
    assert.deepEqual([...first.columns.iterations], [0, 1], "what was read before is as it was");
    assert.deepEqual(followColumns(log, second).kept, 3, "nothing is new");
  });

  it("a log that was cut back is read anew, and one that is gone is empty", () => {
    writeFileSync(log, [0, 1, 2, 3].map((i) => line(i, { a: i })).join(""));
    const before = followColumns(log);
    const [first] = readFileSync(log, "utf8").split("\n");
    truncateSync(log, first.length + 1);
    for (const i of [1, 2, 3, 4]) appendFileSync(log, line(i, { a: 10 * i }));
    const now = followColumns(log, before);
    assert.equal(now.kept, 0);
    assert.deepEqual(plain(now.columns), { iterations: [0, 1, 2, 3, 4], values: { a: [0, 10, 20, 30, 40] } });
    rmSync(log);
    assert.deepEqual(plain(followColumns(log, now).columns), { iterations: [], values: {} });
  });

  it("a log larger than what is read at once comes out whole", () => {
    const rows = 60_000;
    const text = Array.from({ length: rows }, (_, i) =>
      line(i, { "objective/score": i / 7, "policy/entropy": 3, name: `${i}`.padEnd(120, "x") }),
    );
    writeFileSync(log, text.join(""));
    const { columns } = followColumns(log);
    assert.equal(columns.iterations.length, rows);
    assert.ok(columns.iterations.every((value, i) => value === i));
    assert.ok(columns.values["objective/score"].every((value, i) => value === i / 7));
  });

  it("columns that grow row by row hold what was put in, in a fitting room", () => {
    const rows = fc.array(fc.tuple(fc.nat(), fc.dictionary(fc.constantFrom("a", "b", "c"), fc.double())), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(rows, (made) => {
        const { iterations, values } = columnsFrom(made);
        assert.deepEqual(
          [...iterations],
          made.map(([iteration]) => iteration),
        );
        for (const [name, column] of Object.entries(values))
          assert.deepEqual(
            [...column],
            made.map(([, row]) => (Object.hasOwn(row, name) ? row[name] : absent)),
          );
      }),
      { numRuns: 200 },
    );
    const thousand = columnsFrom(Array.from({ length: 1000 }, (_, i) => [i, { a: i }] as const));
    assert.ok(thousand.iterations.buffer.byteLength <= 8 * 2048);
    assert.equal(rowsFrom(thousand, 999).values.a.buffer.byteLength, 8, "a message holds its rows alone");
  });

  it("rows that are cut back and written anew change nothing for who holds the old ones", () => {
    const old = columnsFrom([
      [0, { a: 0 }],
      [1, { a: 1 }],
      [2, { a: 2 }],
    ]);
    const now = appendColumns(old, 1, { iterations: Float64Array.of(1), values: { a: Float64Array.of(9) } });
    assert.deepEqual([...old.values.a], [0, 1, 2]);
    assert.deepEqual([...now.values.a], [0, 9]);
  });

  it("a run keeps its colour whoever else is shown, and gets the first free one", () => {
    const first = withSlots({}, ["a", "b", "c"]);
    assert.deepEqual(first, { a: 0, b: 1, c: 2 });
    assert.equal(withSlots(first, ["c", "a"]), first);
    const second = withSlots(first, ["c", "d"]);
    assert.deepEqual([second.c, second.d], [2, 0]);
    assert.deepEqual(new Set(Object.values(withSlots(second, ["a", "c", "d"]))).size, 3);
  });
});

describe("messages of the metrics page", () => {
  const columns = columnsOf({ "objective/score": [1, NaN, -Infinity] });
  const about = aboutOf(1, {
    ...{ settings: { seed: "1" }, live: { klCoef: "0.1" }, checkpoints: [1], startScores: [0.5] },
    ...{
      interventions: [{ iteration: 1, key: "klCoef", old: "0.1", new: "0.2", who: "ann" }],
      pins: [{ iteration: 1, note: "x" }],
    },
    health: [
      {
        rule: "r",
        severity: "warning",
        sentence: "s",
        evidence: { metric: "m", from: 0, to: 2 },
        remedy: null,
      },
    ],
  });
  const state = stateOf([{ about, columns }]);
  const deltas: readonly MetricsDelta[] = [
    { type: "runs", runs: [about, aboutOf(2)] },
    { type: "columns", id: runId(1), from: 3, columns },
  ];
  const id = runId(1);
  const actions: readonly MetricsAction[] = [
    { type: "command", id, command: "pause" },
    { type: "set", id, key: "klCoef", value: "0.2" },
    { type: "branch", id, iteration: 2 },
    { type: "rollBack", id, iteration: 2 },
    { type: "pin", id, iteration: 2, note: "n" },
    { type: "unpin", id, index: 0 },
    { type: "rollouts", id, iteration: 2 },
    { type: "remedy", id, rule: "r" },
    { type: "view", view: { ...state.view, smoothing: 0.9 } },
    { type: "copyMarkdown", id },
    { type: "save", name: "x", kind: "csv", content: "1" },
    { type: "openReport", id },
    { type: "exportEvents", ids: [id] },
  ];

  it("good ones are taken as they are, columns as the same memory, and columns as JSON, too", () => {
    const version = webviewProtocolVersion;
    const hydrate = { type: "hydrate", version, texts: metricTextExamples(), state };
    const read = parseHostMessage("metrics", hydrate);
    assert.deepEqual(read, hydrate);
    assert.ok(!isProblem(read) && read.type === "hydrate");
    assert.equal(read.state.runs[0].columns.iterations, columns.iterations);
    assert.deepEqual(parseHostMessage("metrics", asJson(hydrate)), hydrate);
    for (const delta of deltas)
      assert.deepEqual(parseHostMessage("metrics", { type: "delta", delta }), { type: "delta", delta });
    for (const action of actions)
      assert.deepEqual(parsePageMessage("metrics", { type: "action", action }), { type: "action", action });
  });

  it("columns of different lengths, other ids and wild settings are refused", () => {
    const uneven = { iterations: Float64Array.of(1, 2), values: { a: Float64Array.of(1) } };
    for (const delta of [
      { type: "columns", id, from: 0, columns: uneven },
      { type: "columns", id: "../x", from: 0, columns },
      { type: "columns", id, from: 0, columns: { iterations: new Float32Array(1), values: {} } },
      { type: "columns", id, from: -1, columns },
    ])
      assert.ok(isProblem(parseHostMessage("metrics", { type: "delta", delta })), JSON.stringify(delta));
    for (const action of [
      { type: "view", view: { ...state.view, smoothing: 1 } },
      { type: "command", id, command: "delete" },
      { type: "save", name: "x", kind: "exe", content: "1" },
      { type: "rollouts", id: "ppo", iteration: 1 },
    ])
      assert.ok(isProblem(parsePageMessage("metrics", { type: "action", action })), JSON.stringify(action));
  });

  it("messages of any content never throw", () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true, withBigInt: true }), (content) => {
        for (const type of ["hydrate", "delta", "action"]) {
          const message = {
            type,
            version: webviewProtocolVersion,
            texts: content,
            state: content,
            delta: content,
            action: content,
          };
          parseHostMessage("metrics", message);
          parsePageMessage("metrics", message);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("a delta grows one run and leaves the others the same; runs come and go; rows behind a hole are not taken", () => {
    const before = stateOf([ppoRun(1, 3), ppoRun(2, 3)]);
    const grown = applyMetricsDelta(before, { type: "columns", id: runId(1), from: 3, columns });
    assert.deepEqual([...grown.runs[0].columns.values["objective/score"]].slice(3), [1, NaN, -Infinity]);
    assert.equal(grown.runs[1], before.runs[1]);
    const hole = applyMetricsDelta(before, { type: "columns", id: runId(1), from: 9, columns });
    assert.equal(hole.runs[0], before.runs[0]);
    const other = applyMetricsDelta(before, { type: "runs", runs: [aboutOf(2), aboutOf(3)] });
    assert.deepEqual(
      other.runs.map(({ about: { id: each } }) => each),
      [runId(2), runId(3)],
    );
    assert.equal(other.runs[0].columns, before.runs[1].columns);
    assert.equal(other.runs[1].columns.iterations.length, 0);
  });
});
