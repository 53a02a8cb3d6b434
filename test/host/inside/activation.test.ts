// The bundle runs its files in the order of their names: nothing may have used the extension before this one.
import assert from "node:assert/strict";
import fs from "node:fs";
import { extensions, workspace, type Extension } from "vscode";
import { runsFolder } from "../../../extension/runs/runPaths";
import { writeManyRuns } from "../../support/manyRuns";

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

  it("lists no folder and reads no file of a project with 200 runs", async function () {
    const project = workspace.workspaceFolders?.[0].uri.fsPath ?? "";
    writeManyRuns(project, 200);
    const calls = countCalls(project);
    const start = performance.now();
    try {
      await extension().activate();
    } finally {
      const milliseconds = performance.now() - start;
      // Measured and not judged: a busy machine would fail it.
      if (this.test) this.test.title += ` (in ${milliseconds.toFixed(0)} ms, loading included)`;
      calls.restore();
      fs.rmSync(runsFolder(project), { recursive: true });
    }
    assert.equal(extension().isActive, true);
    assert.deepEqual(calls.made, ["existsSync /runs/active.json"]);
  });
});

/** Names and paths of all calls of node:fs about something in a folder, from now on. */
function countCalls(folder: string) {
  const made: string[] = [];
  const own = fs as unknown as Record<string, unknown>;
  const isPlain = (name: string): boolean => Object.getOwnPropertyDescriptor(own, name)?.writable === true;
  const before = Object.entries(own).filter(([name, value]) => typeof value === "function" && isPlain(name));
  for (const [name, value] of before)
    own[name] = (...given: readonly unknown[]): unknown => {
      const [path] = given;
      // The editor's own extensions look at what lies directly in the folder.
      if (typeof path === "string" && /^.(runs|data|labels|models|rlhf.json)/.test(path.slice(folder.length)))
        made.push(`${name} ${path.slice(folder.length)}`);
      return Reflect.apply(value as () => unknown, fs, given);
    };
  return { made, restore: () => Object.assign(own, Object.fromEntries(before)) };
}
