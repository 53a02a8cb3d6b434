// Runs the tests inside the extension host, once, and counts each of them here.
import assert from "node:assert/strict";
import { skipBecause } from "../../support/skip";
import type { InsideResult } from "../support/insideResults";
import { runInside, type InsideEnd } from "../support/runInside";

describe("inside the extension host", function () {
  this.timeout(420_000);
  let end: InsideEnd | null = null;

  before(async function () {
    const { Test } = await import("mocha");
    const suite = this.test?.parent;
    end = await runInside();
    for (const result of end.tests ?? [])
      suite?.addTest(
        new Test(result.title, function (this: Mocha.Context) {
          repeat(this, result);
        }),
      );
  });

  it("the tests run to their end and write their results", () => {
    assert.ok(end?.tests, `no results were written; exit code ${end?.code}\n${end?.output}`);
    assert.ok(end.tests.length > 0, "there was no test");
    const failed = end.tests.some(({ state }) => state === "failed");
    assert.equal(end.code, failed ? 1 : 0, end.output);
  });
});

/** Passes, fails or is skipped as the test inside did. */
function repeat(context: Mocha.Context, { state, detail }: InsideResult): void {
  if (state === "skipped") skipBecause(context, detail);
  if (state === "failed") throw Object.assign(new Error(detail.split("\n")[0]), { stack: detail });
}
