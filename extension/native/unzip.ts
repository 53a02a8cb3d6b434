import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise, type Entry } from "yauzl";

/**
 * Writes those files of a zip archive under a folder that `isWanted` names, under their own names. Throws where it is no such archive, where
 * a file in it is not whole, and where any name in it, wanted or not, would leave the folder (yauzl's `validateFileName`).
 */
export async function unzip(
  path: string,
  isWanted: (name: string) => boolean,
  folder: string,
  signal: AbortSignal,
  onProgress: (bytes: number, total: number) => void,
): Promise<void> {
  const archive = await openPromise(path, { autoClose: false });
  try {
    // All names before the first file: how much it is in all is known then, and nothing is written of an archive that is refused.
    const entries: Entry[] = [];
    for await (const entry of archive.eachEntry())
      if (!entry.fileName.endsWith("/") && isWanted(entry.fileName)) entries.push(entry);
    const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    let done = 0;
    const count = async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        done += chunk.length;
        onProgress(done, total);
        yield chunk;
      }
    };
    for (const entry of entries) {
      const target = join(folder, entry.fileName);
      mkdirSync(dirname(target), { recursive: true });
      const contents = await archive.openReadStreamPromise(entry);
      await pipeline(contents, count, createWriteStream(target), { signal });
    }
  } finally {
    archive.close();
  }
}
