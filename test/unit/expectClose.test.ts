import assert from "node:assert/strict";
import { expectClose } from "../support/expectClose";
import { ulpDistance } from "../support/ulpDistance";

describe("expectClose", () => {
  it("expectClose() accepts what is within the tolerance", () => {
    expectClose(1 + 5e-7, 1);
    expectClose([1, 2], Float32Array.of(1, 2));
    expectClose(1e6 + 0.5, 1e6);
  });
  it("expectClose() refuses a sign flip, an error of 1 %, NaN and another size", () => {
    assert.throws(() => expectClose(-0.5, 0.5));
    assert.throws(() => expectClose(1.01, 1));
    assert.throws(() => expectClose(NaN, 1));
    assert.throws(() => expectClose(NaN, NaN));
    assert.throws(() => expectClose([1], [1, 2]));
  });
  it("ulpDistance() counts doubles, across zero too", () => {
    assert.equal(ulpDistance(1, 1 + 2 ** -52), 1);
    assert.equal(ulpDistance(-5e-324, 5e-324), 2);
    assert.equal(ulpDistance(0, -0), 0);
    assert.ok(Number.isNaN(ulpDistance(NaN, 1)));
  });
});
