import { existsSync } from "node:fs";
import { join } from "node:path";
import { decodeText, listOf, object, string } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { runsFolder } from "./runPaths";
import { readText } from "./sealedFolder";

const queueFile = object({ runs: listOf(string) });

/** Ids of the runs that wait for their turn, in order. */
export function readQueue(project: string): readonly string[] {
  const path = join(runsFolder(project), "queue.json");
  if (!existsSync(path)) return [];
  const text = readText(path);
  const queue = isProblem(text) ? text : decodeText(queueFile, text, path);
  return isProblem(queue) ? [] : queue.runs;
}
