import assert from "node:assert/strict";
import { withEnd } from "../../extension/trainer/stages/scorers";

const end = 9;

describe("withEnd()", () => {
  it("leaves a response that has its end", () => {
    const ended = { prompt: [1, 2], response: [3, end] };
    assert.deepEqual(withEnd(ended, end, 4), ended);
  });

  it("gives a response that was cut off its end", () => {
    assert.deepEqual(withEnd({ prompt: [1, 2], response: [3, 4] }, end, 5).response, [3, 4, end]);
  });

  it("puts the end in the last token's place where the context is full", () => {
    assert.deepEqual(withEnd({ prompt: [1, 2], response: [3, 4] }, end, 4).response, [3, end]);
  });
});
