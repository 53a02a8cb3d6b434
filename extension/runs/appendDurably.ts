import { existsSync, fstatSync } from "node:fs";
import { dirname } from "node:path";
import { diskError, makeFolder, nodeDisk, syncFolder, writeAll } from "./disk";

/**
 * Adds bytes to the end of a file that others may write too, and waits until they are on disk; the file and its folder are made where they
 * are missing. `bytesFor` says what to add to the open file of `size` bytes, or null for nothing, which is the answer false then. What the
 * disk has taken of a write that fails is cut off again. Throws DiskError.
 */
export function appendDurably(
  path: string,
  bytesFor: (file: number, size: number) => Uint8Array | null,
  disk = nodeDisk,
): boolean {
  makeFolder(dirname(path));
  const isNew = !existsSync(path);
  try {
    const file = disk.open(path, isNew ? "wx+" : "r+");
    try {
      const { size } = fstatSync(file);
      const bytes = bytesFor(file, size);
      if (bytes === null) return false;
      try {
        writeAll(disk, file, bytes, size);
        disk.sync(file);
      } catch (error) {
        disk.truncate(file, size);
        throw error;
      }
    } finally {
      disk.close(file);
    }
  } catch (error) {
    throw diskError(error, path);
  }
  if (isNew) syncFolder(dirname(path));
  return true;
}
