import assert from "node:assert/strict";
import { stageBlocks } from "../../extension/host/configStages";
import { taskWords } from "../../extension/host/taskWords";

describe("tasks and stages of rlhf.json", () => {
  it("taskWords() are the command line's words", () => {
    assert.deepEqual(taskWords({ stage: "sft" }), ["sft"]);
    assert.deepEqual(
      taskWords({ type: "rlhf", stage: "ppo", tiny: true, set: ["ppo.klCoef=0.2", "seed=2"] }),
      ["ppo", "--tiny", "--set=ppo.klCoef=0.2", "--set=seed=2"],
    );
    assert.deepEqual(taskWords({ stage: "pipeline", tiny: false }), ["pipeline"]);
  });
  it("taskWords() refuses definitions that are none, so that nothing else of the command line can be called", () => {
    const wrong: readonly Readonly<Record<string, unknown>>[] = [
      {},
      { stage: "dpo" },
      { stage: "export" },
      { stage: ["sft"] },
      { stage: "sft", set: "seed=1" },
      { stage: "sft", set: [1] },
      { stage: "sft", tiny: "yes" },
    ];
    for (const definition of wrong) assert.equal(taskWords(definition), null, JSON.stringify(definition));
  });
  it("stageBlocks() finds the stages' blocks, in half-written files too", () => {
    const text = '{\n  "seed": 1,\n  "ppo": {},\n  "sft": {"epochs": 2},\n  "model": {}, "rm": ';
    const found = stageBlocks(text).map(({ stage, offset }) => [stage, text.slice(offset, offset + 5)]);
    assert.deepEqual(found, [
      ["sft", '"sft"'],
      ["ppo", '"ppo"'],
    ]);
    assert.deepEqual(stageBlocks(""), []);
    assert.deepEqual(stageBlocks("[]"), []);
  });
});
