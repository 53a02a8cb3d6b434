import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { appendDurably } from "./appendDurably";
import { diskError, nodeDisk, replaceFile } from "./disk";

/** `remove` bytes at `at` become `insert`, as data/lineFile.ts gives it. */
export interface FileSplice {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

/** The bytes of a file; none where there is no file. Throws DiskError. */
export function fileBytes(path: string): Uint8Array {
  try {
    return existsSync(path) ? readFileSync(path) : new Uint8Array();
  } catch (error) {
    throw diskError(error, path);
  }
}

/**
 * Changes a place of a file that others may write too, and waits until it is on disk. `known` is what the file held when the splice was made:
 * where it holds anything else now, nothing is written and the answer is false. What goes to the end is appended, and cut off again when the
 * disk takes only a part of it; any other splice writes the whole file beside and renames it, so that a crash leaves the old one or the new.
 * Throws DiskError.
 */
export function spliceFile(path: string, known: Uint8Array, splice: FileSplice, disk = nodeDisk): boolean {
  const { at, remove, insert } = splice;
  if (Buffer.compare(fileBytes(path), known) !== 0) return false;
  if (at < known.length || remove > 0) {
    const content = Buffer.concat([known.subarray(0, at), insert, known.subarray(at + remove)]);
    const real = realpathSync(path);
    replaceFile(real, content, disk, statSync(real).mode & 0o777);
    return true;
  }
  return appendDurably(path, (_, size) => (size === known.length ? insert : null), disk);
}
