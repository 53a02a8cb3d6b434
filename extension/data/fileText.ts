import { Problem } from "../protocol/problem";
import { readWindows1252, repairMojibake } from "./windows1252";

export interface FileText {
  readonly text: string;
  /** What had to be done to read it, in sentences. */
  readonly notes: readonly string[];
}

/**
 * A file's bytes as text: UTF-8, UTF-16 with a byte order mark, else Windows-1252, in which old files in Western languages are written.
 * A problem for what is no text; compressed files are the caller's to unpack.
 */
export function fileText({
  name,
  bytes,
}: {
  readonly name: string;
  readonly bytes: Uint8Array;
}): FileText | Problem {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    return new Problem("unsupported", `${name} is compressed by gzip: unpack it first.`);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] < 0x09)
    return new Problem(
      "unsupported",
      `${name} is a zip archive, or an office document in one: unpack it, or save it as CSV.`,
    );
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (isLittle || isBig)
    return { text: new TextDecoder(isLittle ? "utf-16le" : "utf-16be").decode(bytes), notes: [] };
  if (bytes.subarray(0, 65_536).includes(0))
    return new Problem("unsupported", `${name} is no text file: import JSON lines, JSON, CSV or plain text.`);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), notes: [] };
  } catch {
    return {
      text: readWindows1252(bytes),
      notes: ["The file is not UTF-8, so it was read as Windows-1252."],
    };
  }
}

/** Texts with what a wrong character set did to them undone, and a note of how many that were. */
export function repairedTexts(texts: readonly string[]): {
  readonly texts: readonly string[];
  readonly notes: readonly string[];
} {
  const repaired = texts.map(repairMojibake);
  const count = repaired.filter((text, i) => text !== texts[i]).length;
  const note = `${count} texts had been read in a wrong character set ("â€™" for "’") and were repaired.`;
  return { texts: repaired, notes: count === 0 ? [] : [note] };
}
