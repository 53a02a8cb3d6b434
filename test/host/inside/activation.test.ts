// The bundle runs its files in the order of their names: nothing may have used the extension before this one.
import assert from "node:assert/strict";
import { extensions, type Extension } from "vscode";

/** The extension as it is installed, or a failure. */
function extension(): Extension<unknown> {
  const found = extensions.getExtension<unknown>("rlhf-workbench.rlhf-workbench");
  assert.ok(found, "the extension is not installed");
  return found;
}

describe("activation", () => {
  it("does not happen before something of the extension is used, even with a project open", () => {
    assert.equal(extension().isActive, false);
  });

  it("happens when asked for", async function () {
    const start = performance.now();
    await extension().activate();
    // Measured and not judged: a busy machine would fail it.
    if (this.test) this.test.title += ` (in ${(performance.now() - start).toFixed(0)} ms, loading included)`;
    assert.equal(extension().isActive, true);
  });
});
