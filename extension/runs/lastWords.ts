import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { settingsAt } from "../protocol/liveFields";
import { saysOutOfMemory, smallerSetting } from "../protocol/outOfMemory";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunStatus } from "../protocol/runFormat";
import { readInterventions, readRun, readStatus } from "./runFolder";
import type { RunPaths } from "./runPaths";

/** How long a process may take to be gone after its socket closed. */
const patienceMilliseconds = 5000;
const lookMilliseconds = 20;

/** A run's status once the connection to its trainer has closed: as the process ends, its socket closes a moment before it is gone. */
export async function statusAfterEnd(paths: RunPaths): Promise<RunStatus | Problem> {
  for (let waited = 0; ; waited += lookMilliseconds) {
    const status = readStatus(paths);
    const goesOn = !isProblem(status) && (status.state === "running" || status.state === "paused");
    if (!goesOn || waited >= patienceMilliseconds) return status;
    await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
  }
}

/**
 * Why a run's trainer has ended, for a person: the reason in its status; of one that could give none, what the signal that ended it (null
 * where nobody saw it) and its log tell; else the last line of its log.
 */
export function lastWords(paths: RunPaths, signal: NodeJS.Signals | null): string {
  const status = readStatus(paths);
  if (isProblem(status)) return status.message;
  const { state, reason } = status;
  if (state === "interrupted" || (state === "queued" && signal !== null))
    return silentEnd(paths, status, signal);
  if (reason !== null && state !== "queued") return reason;
  return endOfLog(paths.log).at(-1) ?? "the trainer ended without a word";
}

/** Native libraries end a process by these when something is amiss in it, as when it gets no memory. */
const breakdowns: readonly NodeJS.Signals[] = ["SIGABRT", "SIGBUS", "SIGILL", "SIGSEGV", "SIGTRAP"];

/** Signals that somebody sent on purpose, or that nothing is known of. */
const isStrange = (signal: NodeJS.Signals | null): boolean =>
  signal !== null && signal !== "SIGKILL" && !breakdowns.includes(signal);

/** What is known of a trainer that ended without a reason in its status, and how to go on. */
function silentEnd(paths: RunPaths, { iteration, reason }: RunStatus, signal: NodeJS.Signals | null): string {
  const why = causeOf(endOfLog(paths.log).findLast(saysOutOfMemory), reason, signal);
  const run = readRun(paths.folder);
  if (isProblem(run)) return why;
  const { manifest } = run;
  const settings = settingsAt(manifest, readInterventions(paths).values, iteration + 1);
  const smaller = isStrange(signal) ? null : smallerSetting(manifest.stage, settings);
  return smaller === null
    ? `${why}; go on with: rlhf resume ${manifest.id}`
    : `${why}; in smaller parts it may fit: rlhf resume ${manifest.id} --set ${smaller}`;
}

/** `said` is the log's last line on memory. */
function causeOf(said: string | undefined, reason: string | null, signal: NodeJS.Signals | null): string {
  if (said !== undefined) return `its trainer process ran out of memory (${said})`;
  if (signal === null) return reason ?? "the trainer ended without a word";
  if (signal === "SIGKILL")
    return "its trainer process was killed (SIGKILL), as the system does when memory runs short";
  return isStrange(signal)
    ? `its trainer process was ended (${signal})`
    : `its trainer process broke down (${signal}), as it does when a library gets no memory`;
}

/** As much of a log is read as what a process says when it breaks down. */
const endBytes = 1 << 15;

/** The last lines of a log, those of its last trainer alone, which begins with its state. */
function endOfLog(path: string): readonly string[] {
  const lines = readEnd(path)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.slice(lines.findLastIndex((line) => /^\S+ (queued|running)$/.test(line)) + 1);
}

function readEnd(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, endBytes));
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}
