import assert from "node:assert/strict";
import { withProgress } from "../../extension/protocol/progressColumns";
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
    const { values } = withProgress(
      { stage: "ppo", config: { ppo: { episodes: 8 } } },
      columns([0, 1, 2], { "response/length": [5, 10, 20], ...seconds }),
    );
    assert.deepEqual([...values["progress/episodes"]], [0, 8, 16]);
    assert.deepEqual([...values["progress/tokens"]], [0, 80, 240]);
    assert.deepEqual([...values["time/wallSeconds"]], [1, 8, 8]);
  });

  it("counts a supervised run's tokens and seconds, and leaves out what a stage does not report", () => {
    const { values } = withProgress(
      { stage: "sft", config: { sft: { stepsPerIteration: 10 } } },
      columns([0, 1, 2], { "data/tokens": [absent, 100, 50], "time/stepSeconds": [absent, 0.5, 0.25] }),
    );
    assert.deepEqual([...values["progress/tokens"]], [0, 100, 150]);
    assert.deepEqual([...values["time/wallSeconds"]], [0, 5, 7.5]);
    assert.ok(!("progress/episodes" in values));
    const empty = withProgress({ stage: "sft", config: {} }, columns([0], { "loss/validation": [1] }));
    assert.deepEqual(Object.keys(empty.values), ["loss/validation"]);
  });
});
