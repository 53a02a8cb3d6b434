import { fstatSync, readFileSync, readSync } from "node:fs";
import type { Problem } from "../protocol/problem";
import { isProblem } from "../protocol/problem";
import { DiskError, diskError, errorCode, nodeDisk, writeAll, type Disk } from "./disk";

const newline = 10;

/**
 * An append-only file of lines. A line is one write and is on disk when `append` returns. A torn last line (its writer died) was never
 * acknowledged and is cut off on opening; so is what a failed append left behind.
 */
export class RunLog {
  private readonly file: number;
  private length: number;

  constructor(
    private readonly path: string,
    private readonly disk: Disk = nodeDisk,
  ) {
    try {
      this.file = openForUpdate(path, disk);
      this.length = fstatSync(this.file).size;
      const whole = wholeLinesEnd(this.file, this.length);
      if (whole < this.length) this.cut(whole);
    } catch (error) {
      throw diskError(error, path);
    }
  }

  /** Bytes of whole lines. */
  get bytes(): number {
    return this.length;
  }

  /** Appends lines (without their line ends) with one write and waits until they are on disk; all or nothing. */
  append(...lines: readonly string[]): void {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    try {
      writeAll(this.disk, this.file, bytes, this.length);
      this.disk.sync(this.file);
      this.length += bytes.length;
    } catch (error) {
      try {
        this.cut(this.length);
      } catch {
        // The torn line stays; readers ignore it and the next opening cuts it.
      }
      throw diskError(error, this.path);
    }
  }

  /** Cuts the file back to `bytes`, the end of some line, as recorded in a checkpoint. */
  cutTo(bytes: number): void {
    if (bytes > this.length) {
      const sentence = `${this.path} is shorter (${this.length} bytes) than its checkpoint says (${bytes}): it was altered; branch from the checkpoint instead.`;
      throw new DiskError(sentence, "ALTERED");
    }
    try {
      this.cut(bytes);
    } catch (error) {
      throw diskError(error, this.path);
    }
  }

  dispose(): void {
    this.disk.close(this.file);
  }

  private cut(bytes: number): void {
    this.disk.truncate(this.file, bytes);
    this.disk.sync(this.file);
    this.length = bytes;
  }
}

/** Not opened for appending: Windows cannot shorten a file opened so. The run's lock keeps other writers away. */
function openForUpdate(path: string, disk: Disk): number {
  try {
    return disk.open(path, "r+");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return disk.open(path, "w+");
  }
}

function wholeLinesEnd(file: number, length: number): number {
  const chunk = Buffer.alloc(65536);
  for (let end = length; end > 0;) {
    const start = Math.max(0, end - chunk.length);
    const read = readSync(file, chunk, 0, end - start, start);
    const at = chunk.subarray(0, read).lastIndexOf(newline);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

export interface LogContent<T> {
  readonly values: readonly T[];
  /** Lines that could not be read, except a broken last one, which is a writer's death and no one's fault. */
  readonly problems: readonly Problem[];
  /** Bytes up to the end of the last whole line: where a follower goes on reading. */
  readonly bytes: number;
}

/** Reads a log from byte `from` on, a line end; a missing file is an empty log. */
export function readLog<T>(
  path: string,
  parse: (line: string, where: string) => T | Problem,
  from = 0,
): LogContent<T> {
  const content = readLogBytes(path).subarray(from);
  const end = content.lastIndexOf(newline) + 1;
  const lines = content.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
  const values: T[] = [];
  const problems: Problem[] = [];
  lines.forEach((line, index) => {
    const value = parse(line, from === 0 ? `${path}, line ${index + 1}` : path);
    if (!isProblem(value)) values.push(value);
    else if (index < lines.length - 1) problems.push(value);
  });
  return { values, problems, bytes: from + end };
}

function readLogBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
