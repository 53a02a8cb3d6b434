import assert from "node:assert/strict";
import type { Generated } from "../../extension/model/generate";
import { evenPpo, evenSettings, expectSameRun } from "../support/evenPpo";
import { useTestBackend } from "../support/testBackend";

describe("a run on tensorflow and one on wasm", () => {
  after(() => useTestBackend("cpu"));

  it("twenty iterations of PPO-ptx on recorded responses agree to 1e-3", async () => {
    const config = { ...evenSettings, iterations: 20 };
    const recorded: Generated[][] = [];
    await useTestBackend("wasm");
    const expected = await evenPpo(config, (own) => async (...words) => {
      const responses = await own(...words);
      recorded.push(responses);
      return responses;
    });
    assert.equal(recorded.length, 1 + 1 + 20, "of the score's scale, of iteration 0, and of twenty more");
    await useTestBackend("tensorflow");
    const found = await evenPpo(config, () => () => Promise.resolve(recorded.shift() ?? []));
    assert.deepEqual(recorded, []);
    expectSameRun(found, expected, 1e-3);
  });
});
