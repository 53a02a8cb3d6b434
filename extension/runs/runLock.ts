import { execFileSync } from "node:child_process";
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { encodeJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { parseRunLock, runFormatVersion, type RunLock } from "../protocol/runFormat";
import { diskError, errorCode, machineName } from "./disk";

/** The lock of a run: one process writes it. A lock whose process is gone is stale and gives way. */
export interface HeldLock {
  readonly release: () => void;
}

const attempts = 20;
/** Milliseconds between two looks at a lock that somebody holds. */
const step = 10;

/** Waits some milliseconds. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Takes the lock, or says who has it; one that is held for moments only is worth some patience, during which this process stands still. */
export function takeLock(path: string, patienceMilliseconds = 0): HeldLock | Problem {
  for (let waited = 0; ; waited += step) {
    const lock = tryLock(path);
    if (!isProblem(lock) || waited >= patienceMilliseconds) return lock;
    pause(step);
  }
}

function tryLock(path: string): HeldLock | Problem {
  const own = encodeJson({
    formatVersion: runFormatVersion,
    pid: process.pid,
    processStart: processStart(process.pid),
    machine: machineName,
  } satisfies RunLock);
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) pause(attempt);
    if (createWhole(path, own)) return { release: () => release(path, own) };
    const seen = readLockText(path);
    if (seen === null) continue;
    const holder = lockHolder(path, seen);
    if (holder !== null) return holder;
    removeStale(path, seen);
  }
  return new Problem("locked", `${path} changes hands all the time: another program takes and leaves it.`);
}

/** Whether a living process writes the run of this lock. */
export function isLocked(path: string): boolean {
  const seen = readLockText(path);
  return seen !== null && lockHolder(path, seen) !== null;
}

/** Creates the file with its whole content at once, or reports that it is there. */
function createWhole(path: string, content: string): boolean {
  const beside = `${path}.${process.pid}`;
  try {
    writeFileSync(beside, content);
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    // File systems without hard links: exclusive creation, whose moment without content lockHolder allows for.
    if (["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP", "EMLINK", "UNKNOWN"].includes(errorCode(error)))
      return createExclusively(path, content);
    throw diskError(error, path);
  } finally {
    rmSync(beside, { force: true });
  }
}

function createExclusively(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw diskError(error, path);
  }
}

function readLockText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** The living holder as a problem, or null when the lock is stale. */
function lockHolder(path: string, text: string): Problem | null {
  const lock = parseRunLock(text, path);
  if (isProblem(lock)) return lock.problem === "newerFormat" ? lock : unreadableHolder(path);
  if (lock.machine !== machineName) {
    const sentence = `The run is locked by process ${lock.pid} on the machine ${lock.machine}; if nothing runs there any more, delete ${path}.`;
    return new Problem("locked", sentence);
  }
  const start = processStart(lock.pid);
  if (!isAlive(lock.pid)) return null;
  if (start !== null && lock.processStart !== null && start !== lock.processStart) return null;
  return new Problem(
    "locked",
    `The run in ${dirname(path)} is being written by process ${lock.pid}: stop it there first, or attach to it.`,
  );
}

/** A lock without readable content is either being made this moment or the trace of a death. */
function unreadableHolder(path: string): Problem | null {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined || new Date().getTime() - modified > 5000) return null;
  return new Problem("locked", `${path} is being made by another process: try again in a few seconds.`);
}

/**
 * Only who holds the guard removes, and only the very lock that was seen to be stale: its owner is dead, so that between the look and the
 * removal nobody else can have put another in its place. A guard that outlived its maker goes after a while.
 */
function removeStale(path: string, seen: string): void {
  const guard = `${path}.removing`;
  if (!createExclusively(guard, "")) {
    const made = statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (new Date().getTime() - made > 5000) rmSync(guard, { force: true });
    return;
  }
  try {
    if (readLockText(path) === seen) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function release(path: string, own: string): void {
  if (readLockText(path) === own) rmSync(path, { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended but was not yet collected by its parent still has a number.
    return process.platform !== "linux" || !["Z", "X"].includes(linuxStat(pid)[0]);
  } catch (error) {
    return errorCode(error) === "EPERM" || errorCode(error) === "EACCES";
  }
}

/** When a process started, in its system's own words, so that a process number used again is not mistaken; null where unknown. */
export function processStart(pid: number): string | null {
  try {
    if (process.platform === "linux") return linuxProcessStart(pid);
    const [command, ...options] =
      process.platform === "win32"
        ? ["powershell", "-NoProfile", "-Command", `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]
        : ["ps", "-o", "lstart=", "-p", String(pid)];
    const environment = { ...process.env, LC_ALL: "C", TZ: "UTC" };
    const said = execFileSync(command, options, { env: environment, stdio: ["ignore", "pipe", "ignore"] });
    return said.toString().trim() || null;
  } catch {
    return null;
  }
}

/** Field 22 of /proc/PID/stat counts clock ticks since boot, so the boot's id belongs to it. */
function linuxProcessStart(pid: number): string {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${boot}:${linuxStat(pid)[19]}`;
}

/** Fields of /proc/PID/stat from the third (state) on; the name in the second may hold spaces and brackets. */
function linuxStat(pid: number): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
