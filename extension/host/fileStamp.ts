import { statSync } from "node:fs";

/** Time, size and number of a file: a file with the same stamp need not be read again. "-" where there is none. */
export function fileStamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "-" : `${stat.mtimeMs}:${stat.size}:${stat.ino}`;
}
