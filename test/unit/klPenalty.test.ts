import assert from "node:assert/strict";
import { penalizeKl } from "../../extension/algorithms/klPenalty";
import { expectClose } from "../support/expectClose";

const example = {
  logprobs: Float32Array.of(-1, -2),
  referenceLogprobs: Float32Array.of(-1.5, -1),
  scores: [3],
  responseMask: Float32Array.of(1, 1),
  rows: 1,
  columns: 2,
  klCoef: 0.1,
};

describe("klPenalty", () => {
  it("penalizeKl() gives the example of its description", () => {
    const { rewards, klPerSequence } = penalizeKl(example);
    expectClose(rewards, [-0.05, 3.1]);
    expectClose(klPerSequence, [-0.5]);
  });
  it("penalizeKl() puts each score at its own row's last real token", () => {
    const { rewards, klPerSequence } = penalizeKl({
      ...example,
      logprobs: Float32Array.of(-1, -1, NaN, -1, -1, -1),
      referenceLogprobs: Float32Array.of(-2, -3, NaN, -1, -1, -1),
      scores: Float32Array.of(10, 20),
      responseMask: Float32Array.of(1, 1, 0, 1, 1, 1),
      rows: 2,
      columns: 3,
      klCoef: 2,
    });
    expectClose(rewards, [-2, 10 - 4, 0, 0, 0, 20]);
    expectClose(klPerSequence, [3, 0]);
  });
  it("penalizeKl() with β = 0 leaves the score alone", () => {
    expectClose(penalizeKl({ ...example, klCoef: 0 }).rewards, [0, 3]);
  });
  it("penalizeKl() refuses an empty response and other shapes", () => {
    assert.throws(() => penalizeKl({ ...example, responseMask: Float32Array.of(0, 0) }), /no token/);
    assert.throws(() => penalizeKl({ ...example, scores: [1, 2] }), /scores has shape/);
    assert.throws(() => penalizeKl({ ...example, logprobs: Float32Array.of(1) }), /logprobs has shape/);
    assert.throws(
      () => penalizeKl({ ...example, referenceLogprobs: Float32Array.of(1) }),
      /referenceLogprobs has shape/,
    );
  });
});
