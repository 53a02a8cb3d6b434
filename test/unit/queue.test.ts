import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isProblem } from "../../extension/protocol/problem";
import { changeQueue, readQueue } from "../../extension/runs/queue";
import { takeLock } from "../../extension/runs/runLock";

const [a, b, c] = ["1a2b", "3c4d", "5e6f"].map((end) => `ppo-20260131T120000Z-${end}`);

describe("the queue of runs", () => {
  let project: string;
  beforeEach(() => void (project = mkdtempSync(join(tmpdir(), "rlhf-queue-"))));
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  it("keeps the order, on disk, and a run stands in it once", () => {
    assert.deepEqual(readQueue(project), []);
    changeQueue(project, () => [a, b]);
    assert.deepEqual(
      changeQueue(project, (queue) => [c, ...queue, c]),
      [c, a, b],
    );
    assert.deepEqual(readQueue(project), [c, a, b]);
    assert.match(readFileSync(join(project, "runs", "queue.json"), "utf8"), /"formatVersion"/);
  });

  it("is empty when its file is damaged, of a newer format or names something that is no run", () => {
    mkdirSync(join(project, "runs"));
    for (const text of [
      "",
      "{",
      '{"formatVersion":99,"runs":[]}',
      '{"formatVersion":1,"runs":["../../x"]}',
    ]) {
      writeFileSync(join(project, "runs", "queue.json"), text);
      assert.deepEqual(readQueue(project), [], text);
    }
    assert.deepEqual(
      changeQueue(project, (queue) => [...queue, a]),
      [a],
    );
  });

  it("gives way to another that holds its lock, and changes nothing", () => {
    changeQueue(project, () => [a]);
    const lock = takeLock(join(project, "runs", "queue.lock"));
    assert.ok(!isProblem(lock));
    const refused = changeQueue(project, () => []);
    assert.ok(isProblem(refused) && refused.problem === "locked");
    assert.deepEqual(readQueue(project), [a]);
    lock.release();
    assert.deepEqual(
      changeQueue(project, () => []),
      [],
    );
  });
});
