import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { saysOutOfMemory } from "../../extension/protocol/outOfMemory";
import { skipBecause } from "../support/skip";

describe("the addon without memory", function () {
  this.timeout(120_000);

  it("throws what its functions throw as an error, and the process goes on", function () {
    if (process.platform !== "linux") skipBecause(this, "a process's memory is limited as on Linux");
    if (spawnSync("prlimit", ["--version"]).status !== 0) skipBecause(this, "prlimit is not there");
    const child = spawnSync(process.execPath, [join(__dirname, "../support/addFunction.entry.js")], {
      encoding: "utf8",
    });
    assert.equal(child.status, 0, `${child.signal}: ${child.stderr}`);
    const said = child.stdout.trim();
    assert.match(said, /^thrown: /);
    assert.ok(saysOutOfMemory(said), said);
  });
});
