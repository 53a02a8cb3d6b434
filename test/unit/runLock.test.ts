import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isProblem, type Problem } from "../../extension/protocol/problem";
import { machineName } from "../../extension/runs/disk";
import { isAlive, isLocked, processStart, takeLock, type HeldLock } from "../../extension/runs/runLock";

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

describe("runLock", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rlhf lock "));
    path = join(folder, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (lock: object): void =>
    writeFileSync(
      path,
      JSON.stringify({ formatVersion: 1, processStart: null, machine: machineName, ...lock }),
    );
  const taken = (): HeldLock => {
    const lock = takeLock(path);
    if (isProblem(lock)) throw new Error(lock.message);
    return lock;
  };
  const refused = (): Problem => {
    const lock = takeLock(path);
    assert.ok(isProblem(lock), "taken");
    return lock;
  };

  it("takeLock() gives the lock to one of two, and to the other once it is free", () => {
    const first = taken();
    assert.ok(isLocked(path));
    const problem = refused();
    assert.equal(problem.problem, "locked");
    assert.equal(problem.message, `The run in ${folder} is being written by process ${process.pid}: stop it there first, or attach to it.`); // prettier-ignore
    first.release();
    assert.ok(!isLocked(path));
    taken().release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("a lock whose process has ended gives way", () => {
    write({ pid: deadProcess() });
    assert.ok(!isLocked(path));
    const lock = taken();
    assert.equal((JSON.parse(readFileSync(path, "utf8")) as { pid: number }).pid, process.pid);
    lock.release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it("of many processes that see one stale lock, never two have it", async function () {
    this.timeout(60_000);
    const log = join(folder, "log");
    for (let round = 0; round < 4; round++) {
      write({ pid: deadProcess() });
      const moment = String(Date.now() + 400);
      const program = join(__dirname, "../support/lockRacer.entry.js");
      const racers = Array.from({ length: 6 }, () => spawn(process.execPath, [program, path, log, moment]));
      await Promise.all(racers.map((racer) => once(racer, "exit")));
    }
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    assert.ok(lines.length >= 8, `${lines.length} lines`);
    for (let i = 0; i < lines.length; i += 2) {
      const [has, leaves] = [lines[i], lines[i + 1]];
      assert.match(has, /has it$/, lines.join("\n"));
      assert.equal(leaves, has.replace("has", "leaves"), lines.join("\n"));
    }
    assert.deepEqual(readdirSync(folder), ["log"]);
  });

  it("a lock whose process number is another process by now gives way", () => {
    assert.notEqual(processStart(process.pid), null);
    write({ pid: process.pid, processStart: "some other time" });
    assert.ok(!isLocked(path));
    taken().release();
    write({ pid: process.pid, processStart: processStart(process.pid) });
    assert.equal(refused().problem, "locked");
    // Where a system does not tell when a process started, its number alone counts.
    write({ pid: process.pid });
    assert.equal(refused().problem, "locked");
  });

  it("a lock of another machine is never taken; the sentence says what to do", () => {
    write({ pid: deadProcess(), machine: "elsewhere" });
    const { problem, message } = refused();
    assert.equal(problem, "locked");
    assert.match(message, /on the machine elsewhere; if nothing runs there any more, delete .*lock\.$/);
    assert.ok(existsSync(path));
  });

  it("a lock of a newer format is not taken for stale", () => {
    write({ formatVersion: 2, pid: deadProcess() });
    assert.equal(refused().problem, "newerFormat");
  });

  it("a lock without readable content is being made at this moment, or the trace of a death", () => {
    writeFileSync(path, "");
    assert.match(refused().message, /lock is being made by another process: try again in a few seconds\.$/);
    const longAgo = new Date(new Date().getTime() - 60_000);
    utimesSync(path, longAgo, longAgo);
    taken().release();
    writeFileSync(path, '{"formatVersion":1,"pid":0}');
    utimesSync(path, longAgo, longAgo);
    taken().release();
  });

  it("release() leaves a lock alone that is not ours any more", () => {
    const lock = taken();
    write({ pid: process.pid, machine: "elsewhere" });
    lock.release();
    assert.ok(existsSync(path));
  });

  it("isAlive() tells a living process from one that has ended", () => {
    assert.ok(isAlive(process.pid));
    assert.ok(isAlive(process.ppid));
    assert.ok(!isAlive(deadProcess()));
  });
});
