import { existsSync } from "node:fs";
import { encodeJson } from "../protocol/codec";
import { parseInspection, type Inspection } from "../protocol/inspectionFormat";
import type { Problem } from "../protocol/problem";
import { replaceFile } from "./disk";
import type { RunPaths } from "./runPaths";
import { readText } from "./sealedFolder";

/** What was found out about a run's reward model; null before anybody has looked. */
export function readInspection({ inspection }: RunPaths): Inspection | null | Problem {
  if (!existsSync(inspection)) return null;
  const text = readText(inspection);
  return typeof text === "string" ? parseInspection(text, inspection) : text;
}

/** Throws DiskError. */
export function writeInspection({ inspection }: RunPaths, content: Inspection): void {
  replaceFile(inspection, `${encodeJson(content)}\n`);
}
