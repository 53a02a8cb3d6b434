import { nodeDisk, type Disk } from "../../extension/runs/disk";

const full = (): Error => Object.assign(new Error("no space left on device"), { code: "ENOSPC" });

/** A disk with room for so many more bytes: the write that fills it is short, those after it fail. */
export interface FullDisk extends Disk {
  room: number;
}

export function fullDisk(room: number): FullDisk {
  const disk: FullDisk = {
    ...nodeDisk,
    room,
    write: (file, bytes, offset, position) => {
      if (disk.room <= 0) throw full();
      const part = bytes.subarray(0, Math.min(bytes.length, offset + disk.room));
      const written = nodeDisk.write(file, part, offset, position);
      disk.room -= written;
      return written;
    },
  };
  return disk;
}

/** A disk whose nth call fails, and all after it: where the system stopped taking anything. */
export function failingDisk(nth: number): Disk & { readonly calls: () => number } {
  let calls = 0;
  const failing =
    <A extends readonly unknown[], R>(call: (...words: A) => R): ((...words: A) => R) =>
    (...words) => {
      if (++calls >= nth) throw full();
      return call(...words);
    };
  return {
    calls: () => calls,
    open: failing(nodeDisk.open),
    write: failing(nodeDisk.write),
    sync: failing(nodeDisk.sync),
    truncate: failing(nodeDisk.truncate),
    rename: failing(nodeDisk.rename),
    close: nodeDisk.close,
  };
}
