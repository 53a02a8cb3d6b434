import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { isProblem, Problem } from "../protocol/problem";
import { diskError, errorCode } from "../runs/disk";
import type { Wheel } from "./chooseWheel";
import { get, shownUrl, unreachable } from "./packageIndex";

/** Fetches a wheel into a file. What does not have the index's hash is a problem, and the file is worth nothing then. */
export async function fetchWheel(
  wheel: Wheel,
  file: string,
  signal: AbortSignal,
  onProgress: (bytes: number, total: number) => void,
): Promise<Problem | null> {
  if (wheel.sha256 === null)
    return new Problem(
      "refused",
      `The package index gives no hash for ${wheel.name}, so that it cannot be trusted.`,
    );
  const response = await get(wheel.url, signal);
  if (isProblem(response)) return response;
  if (response.body === null) return new Problem("connectionLost", `${shownUrl(wheel.url)} gave nothing.`);
  const total = wheel.size ?? (Number(response.headers.get("content-length")) || 0);
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      onProgress(Math.min(bytes, total - 1), total);
      done(null, chunk);
    },
  });
  try {
    // The DOM's type and Node's of the same stream differ in name alone.
    const body = Readable.fromWeb(response.body as unknown as ReadableStream);
    await pipeline(body, counted, createWriteStream(file), { signal });
  } catch (error) {
    const isDisk = ["ENOSPC", "EDQUOT", "EIO", "EACCES", "EROFS", "EFBIG"].includes(errorCode(error));
    return isDisk
      ? new Problem("disk", diskError(error, file).message)
      : unreachable(wheel.url, error, signal);
  }
  if (hash.digest("hex") !== wheel.sha256)
    return new Problem(
      "altered",
      `${wheel.name} came with another hash than the package index says; it was thrown away.`,
    );
  onProgress(total, total);
  return null;
}
