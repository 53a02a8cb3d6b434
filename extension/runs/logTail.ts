import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { errorCode } from "./disk";

/** How far a log of JSON lines has been read. */
export interface LogMark {
  /** Bytes of whole lines read. */
  readonly bytes: number;
  /** The last whole line with its end, as read: while it still stands there, what was read before holds. */
  readonly lastLine: string;
}

export const logStart: LogMark = { bytes: 0, lastLine: "" };

/** Bytes read at once, so that a log of any size is read through a small window. */
const windowBytes = 1 << 23;

/**
 * Gives the whole lines behind `mark` to `take`, piece by piece, one character a byte, so that lengths are offsets. A log that was cut back, as a
 * resumed run's is, is given from its beginning, after `restart`. Returns the new mark; null where there is no log.
 */
export function readLogTail(
  path: string,
  mark: LogMark,
  restart: () => void,
  take: (lines: string) => void,
): LogMark | null {
  const file = openLog(path);
  if (file === null) return null;
  try {
    const size = fstatSync(file).size;
    const { bytes, lastLine } = mark;
    const stands = bytes <= size && readPiece(file, bytes - lastLine.length, lastLine.length) === lastLine;
    if (!stands) restart();
    return readOn(file, size, stands ? mark : logStart, take);
  } finally {
    closeSync(file);
  }
}

function readOn(file: number, size: number, mark: LogMark, take: (lines: string) => void): LogMark {
  let now = mark;
  let wanted = windowBytes;
  while (now.bytes < size) {
    const piece = readPiece(file, now.bytes, Math.min(wanted, size - now.bytes));
    const end = piece.lastIndexOf("\n") + 1;
    if (end === 0) {
      // A line that is not whole yet, or one that is longer than the window.
      if (now.bytes + piece.length >= size || piece === "") break;
      wanted *= 2;
      continue;
    }
    const lines = piece.slice(0, end);
    take(lines);
    now = { bytes: now.bytes + end, lastLine: lines.slice(lines.lastIndexOf("\n", end - 2) + 1) };
  }
  return now;
}

function openLog(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

function readPiece(file: number, from: number, length: number): string {
  const bytes = Buffer.allocUnsafe(length);
  const read = readSync(file, bytes, 0, length, from);
  return bytes.toString("latin1", 0, read);
}
