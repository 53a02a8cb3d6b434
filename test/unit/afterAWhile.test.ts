import assert from "node:assert/strict";
import { mock } from "node:test";
import { afterAWhile } from "../../extension/host/afterAWhile";

describe("afterAWhile", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("acts once for all who ask in its time, and those who never pause do not put it off", () => {
    let acts = 0;
    const { ask } = afterAWhile(2000, () => acts++);
    for (let i = 0; i < 60; i++) {
      ask();
      mock.timers.tick(100);
    }
    assert.equal(acts, 3);
    mock.timers.tick(10_000);
    assert.equal(acts, 3);
  });

  it("does not act any more once it is disposed of", () => {
    const later = afterAWhile(10, () => assert.fail("acted"));
    later.ask();
    later.dispose();
    mock.timers.tick(100);
  });
});
