import { readSync } from "node:fs";
import { appendDurably } from "./appendDurably";

/** Adds a line to a file that people may edit too, and waits until it is on disk. A last line without its end gets one first. Throws DiskError. */
export function appendLine(path: string, line: string): void {
  appendDurably(path, (file, size) => {
    const last = Buffer.alloc(1);
    if (size > 0) readSync(file, last, 0, 1, size - 1);
    const isOpen = size > 0 && last[0] !== 10;
    return Buffer.from(`${isOpen ? "\n" : ""}${line}\n`);
  });
}
