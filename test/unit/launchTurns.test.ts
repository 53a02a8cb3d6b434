import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LaunchTurns } from "../../extension/runs/launchTurns";

describe("turns to start trainers", () => {
  let project: string;
  beforeEach(() => void (project = mkdtempSync(join(tmpdir(), "rlhf-turns-"))));
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it("one window has a project's turn until the last of its launches has ended", () => {
    const [mine, other] = [new LaunchTurns(), new LaunchTurns()];
    assert.ok(mine.begin(project));
    assert.ok(mine.begin(project));
    assert.ok(!other.begin(project));
    mine.end(project);
    assert.ok(!other.begin(project));
    mine.end(project);
    assert.ok(other.begin(project));
    assert.ok(!mine.begin(project));
    other.end(project);
    assert.ok(!existsSync(join(project, "runs/launch.lock")));
  });

  it("an end without a beginning takes no turn away, and projects do not wait for each other", () => {
    const [mine, other] = [new LaunchTurns(), new LaunchTurns()];
    assert.ok(mine.begin(project));
    other.end(project);
    assert.ok(!other.begin(project));
    const second = join(project, "second");
    assert.ok(other.begin(second));
    other.end(second);
    mine.end(project);
  });
});
