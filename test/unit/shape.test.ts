import assert from "node:assert/strict";
import { expectShape, rowLengths } from "../../extension/algorithms/shape";

describe("shape", () => {
  it("expectShape() prints both shapes", () => {
    assert.throws(() => expectShape([2, 3], [2, 4], "logits"), {
      name: "RangeError",
      message: "logits has shape [2, 3], expected [2, 4]",
    });
    assert.throws(() => expectShape([2], [2, 1], "x"), RangeError);
    expectShape([2, 3], [2, 3], "logits");
    expectShape([], [], "scalar");
  });
  it("rowLengths() counts the ones before the zeros of each row", () => {
    assert.deepEqual(
      rowLengths(Float32Array.of(1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1), 4, 3, "mask"),
      [2, 1, 0, 3],
    );
  });
});
