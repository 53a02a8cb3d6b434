import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerAt: number;
}

const [endSignature, entrySignature] = [0x06054b50, 0x02014b50];
/** The end record and the longest comment that may follow it. */
const longestEnd = 22 + 0xffff;

/**
 * The files of a zip archive, read from its central directory (PKWARE's APPNOTE 4.3.12 and 4.3.16). Archives beyond 4 GiB (zip64) are
 * not read. Throws where it is no such archive.
 */
export async function zipEntries(path: string): Promise<readonly ZipEntry[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = await readAt(file, Math.max(0, size - longestEnd), Math.min(size, longestEnd));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--;
    if (end < 0) throw new Error(`${path} is no zip archive`);
    const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    const entries: ZipEntry[] = [];
    for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === entrySignature;) {
      const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
      entries.push({
        name: directory.toString("utf8", at + 46, nameEnd),
        isDeflated: directory.readUInt16LE(at + 10) === 8,
        packedBytes: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        headerAt: directory.readUInt32LE(at + 42),
      });
      at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return entries;
  } finally {
    await file.close();
  }
}

/** Writes the entries under a folder, under their own names; one that would leave the folder is refused. */
export async function unzip(
  path: string,
  entries: readonly ZipEntry[],
  folder: string,
  signal: AbortSignal,
  onProgress: (bytes: number, total: number) => void,
): Promise<void> {
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const file = await open(path);
  try {
    for (const { name, isDeflated, packedBytes, bytes, headerAt } of entries) {
      if (name.startsWith("/") || /(^|[\\/])\.\.([\\/]|$)|:/.test(name))
        throw new Error(`${path} holds the name ${name}`);
      const header = await readAt(file, headerAt, 30);
      const start = headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      const target = join(folder, name);
      mkdirSync(dirname(target), { recursive: true });
      let written = 0;
      const count = async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          written += chunk.length;
          onProgress(done + written, total);
          yield chunk;
        }
      };
      const output = createWriteStream(target);
      if (packedBytes === 0) output.end();
      else {
        const packed = createReadStream(path, { start, end: start + packedBytes - 1 });
        await (isDeflated
          ? pipeline(packed, createInflateRaw(), count, output, { signal })
          : pipeline(packed, count, output, { signal }));
      }
      if (written !== bytes) throw new Error(`${name} in ${path} is not whole`);
      done += bytes;
    }
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
