import assert from "node:assert/strict";
import { changesInForce, checkLiveChange, liveFields } from "../../extension/protocol/liveFields";
import { isProblem } from "../../extension/protocol/problem";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { stages, type Intervention } from "../../extension/protocol/runFormat";

const change = (iteration: number, key: string, value: number): Intervention => ({
  time: "t",
  who: "w",
  iteration,
  changes: [{ key, old: 0, new: value }],
});

describe("liveFields", () => {
  it("every live field is a setting of its stage, and its default may be set live", () => {
    const config = defaultConfig();
    for (const stage of ["pretrain", "sft", "rm", "ppo"] as const) {
      const block: Readonly<Record<string, unknown>> = config[stage];
      assert.ok(liveFields[stage].length > 0);
      for (const key of liveFields[stage])
        assert.equal(checkLiveChange(stage, key, block[key] as number), block[key], `${stage}.${key}`);
    }
    assert.deepEqual(Object.keys(liveFields), [...stages]);
  });

  it("checkLiveChange() refuses what is not live, and says what is", () => {
    const problem = checkLiveChange("ppo", "clipRange", 0.1);
    assert.ok(isProblem(problem) && problem.problem === "invalidValue");
    assert.match(
      problem.message,
      /^ppo\.clipRange cannot change while the run goes on; what can is: klCoef, /,
    );
    const nothing = checkLiveChange("evaluate", "prompts", 1);
    assert.ok(isProblem(nothing) && /what can is: nothing\.$/.test(nothing.message));
    for (const key of ["toString", "__proto__", ""]) assert.ok(isProblem(checkLiveChange("ppo", key, 1)));
  });

  it("checkLiveChange() keeps to the catalogue's types and ranges", () => {
    for (const [key, value, message] of [
      ["klCoef", -1, /^ppo\.klCoef must be a number from 0 to 1000, but is -1\.$/],
      ["klCoef", "0.1", /must be a number from 0 to 1000, but is "0\.1"/],
      ["klCoef", true, /must be a number/],
      ["klCoef", NaN, /must be a number/],
      ["iterations", 1.5, /must be a whole number from 1 to/],
      ["iterations", 0, /must be a whole number from 1 to/],
      ["learningRate", ["a"], /must be a number from 0 to 1/],
    ] as const) {
      const problem = checkLiveChange("ppo", key, value);
      assert.ok(isProblem(problem), `${key} = ${String(value)}`);
      assert.match(problem.message, message);
    }
    assert.equal(checkLiveChange("ppo", "klCoef", 0), 0);
    assert.equal(checkLiveChange("ppo", "iterations", 1), 1);
  });

  it("changesInForce() lets later iterations win, and of one iteration the later line", () => {
    const lines = [
      change(5, "klCoef", 1),
      change(3, "klCoef", 2),
      change(5, "klCoef", 3),
      change(4, "learningRate", 4),
      change(9, "klCoef", 5),
    ];
    assert.deepEqual(changesInForce(lines, 2), {});
    assert.deepEqual(changesInForce(lines, 3), { klCoef: 2 });
    assert.deepEqual(changesInForce(lines, 4), { klCoef: 2, learningRate: 4 });
    assert.deepEqual(changesInForce(lines, 8), { klCoef: 3, learningRate: 4 });
    assert.deepEqual(changesInForce(lines, 9), { klCoef: 5, learningRate: 4 });
  });
});
