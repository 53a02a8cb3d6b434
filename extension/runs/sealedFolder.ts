import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Problem, isProblem } from "../protocol/problem";
import { isPlainFileName } from "../protocol/runFormat";
import {
  diskError,
  errorCode,
  makeFolder,
  nodeDisk,
  partialBeside,
  partialEnding,
  renamePatiently,
  syncFolder,
  writeDurably,
  type Disk,
} from "./disk";
import { checkpointFiles } from "./runPaths";

/**
 * A folder of files that appears as a whole or not at all, with a file `sha256` of their sums in the format of `sha256sum --check`.
 * Checkpoints and models are such folders.
 */
export type Files = Readonly<Record<string, Uint8Array>>;

const sumsFile = checkpointFiles.sums;

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes the files beside, waits until they are on disk, then renames. An existing folder is replaced only when `replace` says so. */
export function writeSealedFolder(
  folder: string,
  files: Files,
  options: { readonly replace: boolean; readonly disk?: Disk },
): void {
  const disk = options.disk ?? nodeDisk;
  const beside = partialBeside(folder);
  rmSync(beside, { recursive: true, force: true });
  makeFolder(beside);
  try {
    for (const [name, bytes] of Object.entries(files)) writeDurably(join(beside, name), bytes, disk);
    writeDurably(join(beside, sumsFile), Buffer.from(sums(files)), disk);
    syncFolder(beside);
    moveInPlace(beside, folder, options.replace, disk);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw diskError(error, folder);
  }
  syncFolder(dirname(folder));
}

function sums(files: Files): string {
  const lines = Object.keys(files)
    .sort()
    .map((name) => `${sha256Hex(files[name])}  ${name}\n`);
  return lines.join("");
}

/** A folder cannot be renamed over another, so the old one steps aside first and is removed last; removePartials brings it back. */
function moveInPlace(beside: string, folder: string, replace: boolean, disk: Disk): void {
  const old = join(dirname(folder), `.${basename(folder)}${asideEnding}`);
  if (replace && existsSync(folder)) renamePatiently(folder, old, disk);
  renamePatiently(beside, folder, disk);
  rmSync(old, { recursive: true, force: true });
}

/** All files of a sealed folder, each with the content it was written with, or one sentence naming what is missing or altered. */
export function readSealedFolder(folder: string): Files | Problem {
  const list = readSums(folder);
  if (isProblem(list)) return list;
  const files: Record<string, Uint8Array> = {};
  for (const [name, sum] of list) {
    const bytes = readWhole(join(folder, name));
    if (isProblem(bytes)) return bytes;
    if (sha256Hex(bytes) !== sum)
      return new Problem("altered", `${join(folder, name)} was altered or is damaged (its SHA-256 differs).`);
    files[name] = bytes;
  }
  return files;
}

function readSums(folder: string): readonly (readonly [name: string, sum: string])[] | Problem {
  const path = join(folder, sumsFile);
  const bytes = readWhole(path);
  if (isProblem(bytes)) return bytes;
  const lines = Buffer.from(bytes)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  const pairs: (readonly [string, string])[] = [];
  for (const line of lines) {
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (match === null || !isPlainFileName(match[2]))
      return new Problem(
        "altered",
        `${path} was altered or is damaged (a line is not a sum and a file name).`,
      );
    pairs.push([match[2], match[1]]);
  }
  return pairs.length > 0 ? pairs : new Problem("altered", `${path} is empty.`);
}

export function readWhole(path: string): Uint8Array | Problem {
  try {
    return readFileSync(path);
  } catch (error) {
    return readProblem(error, path);
  }
}

export function readText(path: string): string | Problem {
  try {
    return readFileSync(path).toString("utf8");
  } catch (error) {
    return readProblem(error, path);
  }
}

/** What a failed read means for a person. */
export function readProblem(error: unknown, path: string): Problem {
  const code = errorCode(error);
  if (code === "ENOENT" || code === "ENOTDIR") return new Problem("missing", `${path} is missing.`);
  if (code === "EACCES" || code === "EPERM")
    return new Problem("disk", `${path} cannot be read: there is no permission.`);
  if (code === "EISDIR") return new Problem("malformed", `${path} is a folder, and a file was expected.`);
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem("disk", `${path} cannot be read: ${detail}.`);
}

const asideEnding = `.old${partialEnding}`;

/** Removes what writers that died have left in a folder, and brings back what had stepped aside for something that never came. */
export function removePartials(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(".") || !name.endsWith(partialEnding)) continue;
    const original = join(folder, name.slice(1, -asideEnding.length));
    if (name.endsWith(asideEnding) && !existsSync(original)) renamePatiently(join(folder, name), original);
    else rmSync(join(folder, name), { recursive: true, force: true });
  }
}
