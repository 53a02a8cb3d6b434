import { existsSync, fstatSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { diskError, makeFolder, nodeDisk, syncFolder, writeAll } from "./disk";

/** Adds a line to a file that people may edit too, and waits until it is on disk. A last line without its end gets one first. Throws DiskError. */
export function appendLine(path: string, line: string, disk = nodeDisk): void {
  makeFolder(dirname(path));
  const isNew = !existsSync(path);
  try {
    const file = disk.open(path, isNew ? "wx+" : "r+");
    try {
      const { size } = fstatSync(file);
      const last = Buffer.alloc(1);
      if (size > 0) readSync(file, last, 0, 1, size - 1);
      const isOpen = size > 0 && last[0] !== 10;
      try {
        writeAll(disk, file, Buffer.from(`${isOpen ? "\n" : ""}${line}\n`), size);
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
}
