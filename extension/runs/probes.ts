import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../protocol/problem";
import { replaceFile } from "./disk";
import { labelsFolder } from "./labelFiles";
import { readText } from "./sealedFolder";

/** The project's probes, which belong into Git beside its labels. */
export const probesFile = (project: string) => join(labelsFolder(project), "probes.json");

/** Their text, empty where there is no file. */
export function readProbesText(project: string): string | Problem {
  const file = probesFile(project);
  return existsSync(file) ? readText(file) : "";
}

/** Replaces the file as a whole, so that a reader never sees half of it. Throws DiskError. */
export function writeProbesText(project: string, text: string): void {
  replaceFile(probesFile(project), text);
}
