import { existsSync } from "node:fs";
import { join } from "node:path";
import { decodeText, encodeJson, integerFrom, listOf, object } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { runFormatVersion, runIdText } from "../protocol/runFormat";
import { makeFolder, replaceFile } from "./disk";
import { takeLock } from "./runLock";
import { runsFolder } from "./runPaths";
import { readText } from "./sealedFolder";

// The runs of a project that wait for their turn, in order. Windows share the file; whoever changes it holds its lock.

const queueFile = (project: string) => join(runsFolder(project), "queue.json");
/** Windows that hear of the same run's end turn to the queue at the same moment, each for some milliseconds. */
const patienceMilliseconds = 500;
const decodeQueue = object({ formatVersion: integerFrom(1, runFormatVersion), runs: listOf(runIdText) });

/** Ids of the waiting runs, first come first; empty where there is no queue or its file is damaged, because a queue can be made anew. */
export function readQueue(project: string): readonly string[] {
  if (!existsSync(queueFile(project))) return [];
  const text = readText(queueFile(project));
  const queue = isProblem(text) ? text : decodeText(decodeQueue, text, queueFile(project));
  return isProblem(queue) ? [] : queue.runs;
}

/**
 * Changes the queue while no other window does; `change` gets it as it is and gives it as it shall be. Returns the new queue, or why another
 * window keeps the lock. Throws DiskError.
 */
export function changeQueue(
  project: string,
  change: (queue: readonly string[]) => readonly string[],
): readonly string[] | Problem {
  makeFolder(runsFolder(project));
  const lock = takeLock(join(runsFolder(project), "queue.lock"), patienceMilliseconds);
  if (isProblem(lock)) return new Problem("locked", "Another window is changing the queue: try again.");
  try {
    const before = readQueue(project);
    const after = [...new Set(change(before))];
    if (after.join() !== before.join())
      replaceFile(queueFile(project), `${encodeJson({ formatVersion: runFormatVersion, runs: after })}\n`);
    return after;
  } finally {
    lock.release();
  }
}
