import {
  closeSync,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** The few calls through which runs are written. Tests put a failing one in its place. */
export interface Disk {
  readonly open: (path: string, flags: string, mode?: number) => number;
  readonly write: (file: number, bytes: Uint8Array, offset: number, position: number) => number;
  readonly sync: (file: number) => void;
  readonly truncate: (file: number, bytes: number) => void;
  readonly close: (file: number) => void;
  readonly rename: (from: string, to: string) => void;
}

export const nodeDisk: Disk = {
  open: openSync,
  write: (file, bytes, offset, position) => writeSync(file, bytes, offset, bytes.length - offset, position),
  sync: (file) => fdatasyncSync(file),
  truncate: ftruncateSync,
  close: closeSync,
  rename: renameSync,
};

/** A write that did not happen: its message is one sentence for a person. */
export class DiskError extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
    this.name = "DiskError";
  }
}

/** What an operating system's error means for a person. */
export function diskError(error: unknown, path: string): DiskError {
  if (error instanceof DiskError) return error;
  const code = errorCode(error);
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full: free some space and resume",
    EDQUOT: "the disk quota is used up: free some space and resume",
    EACCES: "there is no permission to write there: change the permissions or choose another folder",
    EPERM: "the system does not permit it: close programs that hold the file, or change its permissions",
    EROFS: "the disk is read-only: choose a project folder that can be written",
    ENOENT: "its folder is missing",
    EMFILE: "too many files are open: close other programs",
    EFBIG: "the file would be larger than the file system allows",
    EIO: "the disk reports an error: check the disk",
  };
  const detail = error instanceof Error ? error.message : String(error);
  return new DiskError(`Cannot write ${path}: ${reasons[code] ?? detail}.`, code);
}

export function errorCode(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** Writes all bytes at a place of the file, or throws: a short write is how a full disk often shows itself first. */
export function writeAll(disk: Disk, file: number, bytes: Uint8Array, position = 0): void {
  for (let at = 0; at < bytes.length;) {
    const written = disk.write(file, bytes, at, position + at);
    if (written <= 0) throw Object.assign(new Error("the disk took no bytes (ENOSPC)"), { code: "ENOSPC" });
    at += written;
  }
}

/** Writes a whole file and waits until it is on disk. */
export function writeDurably(path: string, bytes: Uint8Array, disk = nodeDisk, mode = 0o666): void {
  try {
    const file = disk.open(path, "w", mode);
    try {
      writeAll(disk, file, bytes);
      disk.sync(file);
    } finally {
      disk.close(file);
    }
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Replaces a file as a whole: it is written beside and renamed, so a reader sees the old content or the new. */
export function replaceFile(path: string, content: string | Uint8Array, disk = nodeDisk, mode = 0o666): void {
  const beside = partialBeside(path);
  try {
    writeDurably(beside, typeof content === "string" ? Buffer.from(content) : content, disk, mode);
    renamePatiently(beside, path, disk);
  } catch (error) {
    rmSync(beside, { force: true });
    throw diskError(error, path);
  }
  syncFolder(dirname(path));
}

/** A file that is written piece by piece beside the one it will replace. */
export interface Replacement {
  readonly write: (text: string | Uint8Array) => void;
  /** Waits until all is on disk, and puts it in the old file's place; where that fails, it is discarded. */
  readonly commit: () => void;
  /** Leaves the old file as it is; after a commit it does nothing. */
  readonly discard: () => void;
}

/** How much text is gathered before it is written. */
const pieceBytes = 2 ** 20;

/**
 * Opens a replacement for a file, as `replaceFile` makes it of a text that is in memory: empty, or with `keep` a copy of what is there,
 * ended by a line break. Throws DiskError.
 */
export function openReplacement(path: string, keep: "keep" | "empty" = "empty"): Replacement {
  const beside = partialBeside(path);
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw diskError(error, path);
    }
  };
  const isKept = keep === "keep" && existsSync(path);
  let [size, gathered, isOpen] = [0, "", true];
  const file = guarded(() => {
    if (isKept) copyFileSync(path, beside);
    return openSync(beside, isKept ? "r+" : "w+");
  });
  const put = (bytes: Uint8Array): void => {
    guarded(() => writeAll(nodeDisk, file, bytes, size));
    size += bytes.length;
  };
  const flush = (): void => {
    if (gathered !== "") put(Buffer.from(gathered));
    gathered = "";
  };
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  const discard = (): void => {
    close();
    rmSync(beside, { force: true });
  };
  if (isKept) {
    size = guarded(() => fstatSync(file).size);
    const last = Buffer.alloc(1);
    if (size > 0 && guarded(() => readSync(file, last, 0, 1, size - 1)) === 1 && last[0] !== 10)
      put(Buffer.from("\n"));
  }
  return {
    write(text) {
      if (typeof text === "string") gathered += text;
      else {
        flush();
        put(text);
      }
      if (gathered.length > pieceBytes) flush();
    },
    commit() {
      try {
        flush();
        guarded(() => {
          nodeDisk.sync(file);
          close();
          renamePatiently(beside, path);
        });
      } catch (error) {
        discard();
        throw error;
      }
      syncFolder(dirname(path));
    },
    discard,
  };
}

/** Ending of files and folders that are still being written; what is left over with it is rubbish. */
export const partialEnding = ".partial";

/** Where this process writes what is to take the place of a file or folder. */
export const partialBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}${partialEnding}`);

/** Renames; on Windows a virus scanner or indexer may hold a new file for a moment, so a refusal is tried again. */
export function renamePatiently(from: string, to: string, disk = nodeDisk): void {
  for (let attempt = 1; ; attempt++) {
    try {
      disk.rename(from, to);
      return;
    } catch (error) {
      const held = ["EPERM", "EACCES", "EBUSY"].includes(errorCode(error));
      if (process.platform !== "win32" || !held || attempt === 10) throw error;
      sleepSync(10 * attempt);
    }
  }
}

/** Makes the names in a folder durable. Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    fsyncSync(file);
  } catch (error) {
    // Some network file systems refuse to sync folders; the files themselves are synced.
    if (!["EINVAL", "EISDIR", "ENOTSUP", "EACCES", "EPERM"].includes(errorCode(error)))
      throw diskError(error, path);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw diskError(error, path);
  }
}

export function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export const machineName = hostname();
