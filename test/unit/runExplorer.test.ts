import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { RunCache } from "../../extension/host/runCache";
import { isBroken, type BrokenRun, type RunEntry } from "../../extension/host/runEntry";
import { matchesFilter, parseFilter, sortRuns, type RunOrder } from "../../extension/host/runFilter";
import { changedRuns, lookAtRuns } from "../../extension/host/runSnapshot";
import { bestRuns, formatMetric, runDuration, shownValue } from "../../extension/host/runSummary";
import { isProblem } from "../../extension/protocol/problem";
import { followMetrics } from "../../extension/runs/followMetrics";
import { changeMarks } from "../../extension/runs/runFolder";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { metricsText, writeBrokenRuns, writeRun } from "../support/manyRuns";

describe("run explorer", () => {
  let project: string;
  let cache: RunCache;
  beforeEach(() => {
    project = temporaryProject();
    cache = new RunCache();
  });
  afterEach(() => removeProject(project));

  const list = (): readonly (RunEntry | BrokenRun)[] => cache.list(project);
  const runs = (): readonly RunEntry[] => list().filter((entry): entry is RunEntry => !isBroken(entry));
  const entry = (id: string): RunEntry => {
    const found = cache.read(project, id);
    assert.ok(!isBroken(found), "a readable run");
    return found;
  };

  it("lists runs newest first, and folders that are none with their reasons, hiding none", () => {
    for (const minute of [0, 1, 2]) writeRun(project, { stage: "ppo", minute, values: [0, 1] });
    const bad = writeBrokenRuns(project);
    assert.deepEqual(
      runs().map(({ run }) => run.manifest.createdAt.slice(14, 16)),
      ["02", "01", "00"],
    );
    const broken = list().filter(isBroken);
    assert.deepEqual(new Set(broken.map(({ id }) => id)), new Set(bad));
    const reason = (id: string): string => broken.find((one) => one.id === id)?.problem.message ?? "";
    assert.match(reason(bad[0]), /run\.json is not valid JSON/);
    assert.match(reason(bad[1]), /status\.json/);
    assert.match(reason(bad[2]), /format 99.*update/);
    assert.match(reason(bad[3]), /no run id/);
  });

  it("gives the same object while nothing changes, and a new one when a file does", () => {
    const paths = writeRun(project, {
      stage: "ppo",
      minute: 0,
      values: [0, 1],
      iterations: 9,
      state: "stopped",
    });
    const [before] = runs();
    assert.equal(runs()[0], before);
    appendFileSync(paths.metrics, `${metricsText("ppo", 2, 5)}\n`);
    const [after] = runs();
    assert.notEqual(after, before);
    assert.equal(after.run, before.run, "run.json is not read again");
    assert.deepEqual(
      after.summary.points.map(({ value }) => value),
      [0, 1, 5],
    );
  });

  it("takes the run for interrupted when its trainer is gone, though no file has changed", () => {
    const paths = writeRun(project, { stage: "ppo", minute: 0, values: [0], state: "running" });
    const lock = { formatVersion: 1, pid: process.pid, processStart: null, machine: "elsewhere" };
    writeFileSync(paths.lock, JSON.stringify(lock));
    assert.equal(runs()[0].status.state, "running");
    rmSync(paths.lock);
    assert.equal(runs()[0].status.state, "interrupted");
  });

  it("follows a log from where it stopped, and anew when it was cut back", () => {
    const paths = writeRun(project, { stage: "ppo", minute: 0, values: [1, 2, NaN] });
    const names = ["objective/score"];
    const values = (from: ReturnType<typeof followMetrics>): readonly number[] =>
      from.series["objective/score"].map(({ value }) => value);
    const first = followMetrics(paths.metrics, names);
    assert.deepEqual(values(first), [1, 2, NaN]);
    appendFileSync(
      paths.metrics,
      `${metricsText("ppo", 3, -0.5)}\n{"iteration":4,"warnings":1,"objective/sc":3`,
    );
    const second = followMetrics(paths.metrics, names, first);
    assert.deepEqual(values(second), [1, 2, NaN, -0.5]);
    const torn = followMetrics(paths.metrics, ["objective/sc", "warnings"]);
    assert.deepEqual(torn.series, { "objective/sc": [], warnings: [] }, "a torn line says nothing yet");
    const lines = readFileSync(paths.metrics, "utf8").split("\n");
    truncateSync(paths.metrics, lines[0].length + 1);
    appendFileSync(
      paths.metrics,
      [7, 8, 9].map((value, i) => `${metricsText("ppo", i + 1, value)}\n`).join(""),
    );
    assert.deepEqual(values(followMetrics(paths.metrics, names, second)), [1, 7, 8, 9]);
    rmSync(paths.metrics);
    assert.deepEqual(followMetrics(paths.metrics, names, second).series, {});
  });

  it("keeps values at their iterations where lines lack the metric", () => {
    const paths = writeRun(project, { stage: "rm", minute: 0, values: [] });
    const lines = [
      { iteration: 0 },
      { iteration: 1, "accuracy/validation": 0.5 },
      { iteration: 2 },
      { iteration: 3 },
    ];
    writeFileSync(paths.metrics, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    assert.deepEqual(followMetrics(paths.metrics, ["accuracy/validation"]).series["accuracy/validation"], [
      { iteration: 1, value: 0.5 },
    ]);
  });

  it("is not misled by a metric's name inside a warning", () => {
    const paths = writeRun(project, { stage: "ppo", minute: 0, values: [] });
    const line = { iteration: 0, warnings: ['"objective/score":9'], "objective/score": 2 };
    writeFileSync(paths.metrics, `${JSON.stringify(line)}\nnot JSON\n`);
    assert.deepEqual(followMetrics(paths.metrics, ["objective/score"]).series["objective/score"], [
      { iteration: 0, value: 2 },
    ]);
  });

  it("shows no win rate of an evaluation that had nothing to compare with, and the NaN of a run that went wrong", () => {
    writeRun(project, { stage: "evaluate", minute: 0, values: [NaN] });
    writeRun(project, { stage: "ppo", minute: 1, values: [1, NaN] });
    const [ppo, evaluation] = runs().map(({ summary }) => shownValue(summary, "last"));
    assert.deepEqual([ppo, evaluation], [NaN, null]);
  });

  it("shows the last, smallest and largest value", () => {
    writeRun(project, { stage: "ppo", minute: 0, values: [1, -3, NaN, 2] });
    const [{ summary }] = runs();
    assert.deepEqual(
      (["last", "min", "max"] as const).map((which) => shownValue(summary, which)),
      [2, -3, 2],
    );
    assert.equal(formatMetric("objective/score", -0.456), "−0.46");
    assert.equal(formatMetric("objective/score", -0.001), "0.00");
    assert.equal(formatMetric("accuracy/validation", 0.7241), "72.4 %");
    assert.equal(formatMetric("loss/validation", 1.23456), "1.235");
    assert.equal(formatMetric("loss/validation", NaN), "NaN");
  });

  it("stars the best of each stage in the catalogue's direction, never a failed one", () => {
    const id = (stage: "sft" | "rm" | "ppo", minute: number, values: number[], state?: "failed"): string => {
      const made = { stage, minute, values, ...(state ? { state } : {}) };
      return writeRun(project, made).folder.split(/[/\\]/).at(-1) ?? "";
    };
    const low = id("sft", 0, [3, 1.5, 2]);
    id("sft", 1, [3, 1.6]);
    id("sft", 2, [0.1], "failed");
    const high = id("rm", 3, [0.5, 0.8, 0.6]);
    id("rm", 4, [0.7]);
    id("rm", 5, [NaN]);
    id("ppo", 6, []);
    assert.deepEqual(bestRuns(list()), new Set([low, high]));
  });

  it("measures how long a run took", () => {
    writeRun(project, { stage: "ppo", minute: 0, values: [1, 2, 3] });
    writeRun(project, { stage: "ppo", minute: 1, values: [], state: "queued" });
    const [queued, finished] = runs();
    assert.deepEqual([runDuration(queued, 9e15), runDuration(finished, 9e15)], [0, 3000]);
  });

  describe("filter and order", () => {
    const found = (query: string): string[] =>
      list()
        .filter((one) => matchesFilter(parseFilter(query), one, () => ["Reward model"]))
        .map((one) => (isBroken(one) ? "broken" : (one.marks.name ?? "?")));

    beforeEach(() => {
      const made = (stage: "ppo" | "rm", minute: number, values: number[], name: string) => ({
        ...{ stage, minute, values },
        marks: { name },
      });
      writeRun(project, { ...made("ppo", 0, [1], "warm b10"), state: "failed" });
      const tagged = { name: "warm b9", tags: ["Keep", "slow one"], star: true };
      writeRun(project, { ...made("ppo", 1, [3, 2], ""), marks: tagged });
      writeRun(project, made("rm", 2, [0.5, 0.6, 0.7], "cold"));
      writeBrokenRuns(project);
    });

    const cases: readonly (readonly [query: string, names: readonly string[]])[] = [
      ["", ["broken", "broken", "broken", "cold", "warm b9", "warm b10", "broken"]],
      ["WARM", ["warm b9", "warm b10"]],
      ["state:failed stage:ppo", ["warm b10"]],
      ["state:failed,finished -cold", ["warm b9", "warm b10"]],
      ["tag:keep", ["warm b9"]],
      ['tag:"slow one"', ["warm b9"]],
      ["tag:slow-", []],
      ["is:starred", ["warm b9"]],
      ["reward stage:rm", ["cold"]],
      ["state:broken", ["broken", "broken", "broken", "broken"]],
      ["20260102t0302", ["cold"]],
      ["loss:low", []],
    ];
    for (const [query, names] of cases)
      it(`finds ${names.length} with "${query}"`, () => assert.deepEqual(found(query), names));

    const orders: readonly (readonly [RunOrder, readonly string[]])[] = [
      ["newest", ["cold", "warm b9", "warm b10"]],
      ["name", ["cold", "warm b9", "warm b10"]],
      ["duration", ["cold", "warm b9", "warm b10"]],
      ["metric", ["warm b9", "warm b10", "cold"]],
    ];
    for (const [order, names] of orders)
      it(`sorts by ${order}, broken folders last`, () => {
        const input = order === "newest" ? runs() : list();
        const sorted = sortRuns([...input].reverse().reverse(), order, 0);
        const shown = sorted.filter((one): one is RunEntry => !isBroken(one));
        assert.deepEqual(
          shown.map(({ marks }) => marks.name),
          names,
        );
        if (order !== "newest") assert.ok(sorted.slice(3).every(isBroken));
      });
  });

  it("says which lines to draw anew: those that changed, or all when lines come or go", () => {
    const first = writeRun(project, {
      stage: "sft",
      minute: 0,
      values: [3, 2],
      iterations: 9,
      state: "stopped",
    });
    writeRun(project, { stage: "sft", minute: 1, values: [3, 1] });
    writeBrokenRuns(project);
    const look = () => lookAtRuns(project, list(), (entries) => entries);
    const before = look();
    assert.deepEqual(changedRuns(before, look()), []);
    appendFileSync(first.metrics, `${metricsText("sft", 2, 1.5)}\n`);
    const after = look();
    const changes = changedRuns(before, after);
    assert.deepEqual(changes === "all" ? changes : changes.map(({ id }) => id), [runs()[1].id]);
    appendFileSync(first.metrics, `${metricsText("sft", 3, 0.5)}\n`);
    assert.equal(changedRuns(after, look()).length, 2, "the star moves from one to the other");
    writeRun(project, { stage: "sft", minute: 2, values: [] });
    assert.equal(changedRuns(after, look()), "all");
  });

  it("changes one mark and keeps the others, those it does not know too", () => {
    const paths = writeRun(project, { stage: "ppo", minute: 0, values: [1] });
    const pins = [{ iteration: 3, note: "look" }];
    writeFileSync(paths.marks, JSON.stringify({ formatVersion: 1, name: "a", pins, colour: "red" }));
    const { id } = runs()[0];
    assert.ok(!isProblem(changeMarks(paths, { star: true })));
    const file = JSON.parse(readFileSync(paths.marks, "utf8")) as Record<string, unknown>;
    assert.deepEqual([file.name, file.star, file.colour, file.pins], ["a", true, "red", pins]);
    assert.equal(entry(id).marks.star, true);
    const newer = '{"formatVersion":99}';
    writeFileSync(paths.marks, newer);
    assert.ok(isProblem(changeMarks(paths, { star: false })));
    assert.equal(readFileSync(paths.marks, "utf8"), newer, "a newer file is left alone");
    utimesSync(paths.marks, 1, 1);
    assert.equal(entry(id).marks.star, false, "the run is shown all the same");
  });
});
