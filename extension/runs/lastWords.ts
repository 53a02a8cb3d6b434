import { readFileSync } from "node:fs";
import { isProblem } from "../protocol/problem";
import { readStatus } from "./runFolder";
import type { RunPaths } from "./runPaths";

/** Why a run's trainer has ended, for a person: the reason in its status, else the last line of its log. */
export function lastWords(paths: RunPaths): string {
  const status = readStatus(paths);
  if (isProblem(status)) return status.message;
  if (status.reason !== null && status.state !== "queued") return status.reason;
  return readLog(paths.log).trim().split("\n").at(-1) || "the trainer ended without a word";
}

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
