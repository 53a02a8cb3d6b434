import assert from "node:assert/strict";
import { progressOf } from "../../extension/protocol/progressColumns";
import { absent } from "../../extension/protocol/metricColumns";

const columns = (iterations: readonly number[], values: Readonly<Record<string, readonly number[]>>) => ({
  iterations: Float64Array.from(iterations),
  values: Object.fromEntries(
    Object.entries(values).map(([name, column]) => [name, Float64Array.from(column)]),
  ),
});

describe("progress of a run", () => {
  it("counts PPO's episodes, sampled tokens and seconds; iteration 0 trains on nothing", () => {
    const seconds = {
      "time/rolloutSeconds": [1, 2, 3],
      "time/scoringSeconds": [0, 1, 1],
      "time/updateSeconds": [0, 4, NaN],
    };
    const { values } = progressOf(
      { stage: "ppo", config: { ppo: { episodes: 8 } } },
      columns([0, 1, 2], { "response/length": [5, 10, 20], ...seconds }),
    );
    assert.deepEqual([...values["progress/episodes"]], [0, 8, 16]);
    assert.deepEqual([...values["progress/tokens"]], [0, 80, 240]);
    assert.deepEqual([...values["time/wallSeconds"]], [1, 8, 8]);
  });

  it("counts a supervised run's tokens and seconds, and leaves out what a stage does not report", () => {
    const { values } = progressOf(
      { stage: "sft", config: { sft: { stepsPerIteration: 10 } } },
      columns([0, 1, 2], { "data/tokens": [absent, 100, 50], "time/stepSeconds": [absent, 0.5, 0.25] }),
    );
    assert.deepEqual([...values["progress/tokens"]], [0, 100, 150]);
    assert.deepEqual([...values["time/wallSeconds"]], [0, 5, 7.5]);
    assert.ok(!("progress/episodes" in values));
    const empty = progressOf({ stage: "sft", config: {} }, columns([0], { "loss/validation": [1] }));
    assert.deepEqual(Object.keys(empty.values), []);
  });

  it("goes on from the rows that it has counted, and from fewer when a log was cut back", () => {
    const run = { stage: "sft", config: { sft: { stepsPerIteration: 1 } } } as const;
    const tokens = [1, 2, absent, 4, 5];
    const upTo = (rows: number, last = 5) =>
      columns([0, 1, 2, 3, 4].slice(0, rows), { "data/tokens": [...tokens.slice(0, rows - 1), last] });
    const first = progressOf(run, upTo(3));
    const whole = progressOf(run, upTo(5), first, 2);
    assert.deepEqual([...whole.values["progress/tokens"]], [1, 3, 3, 7, 12]);
    const again = progressOf(run, upTo(4, 10), whole, 3);
    assert.deepEqual([...again.values["progress/tokens"]], [1, 3, 3, 13]);
  });
});
