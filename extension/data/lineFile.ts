// A file of lines as bytes, so that changing one line leaves every other byte as it was.

/** Where the lines of a file stand. A line ends with "\n", "\r\n" or "\r", the last one perhaps with nothing. */
export interface LineFile {
  readonly bytes: Uint8Array;
  /** First byte of each line; a byte order mark belongs to no line. */
  readonly starts: readonly number[];
  /** The byte behind the last of each line, its line end apart. */
  readonly ends: readonly number[];
}

/** `remove` bytes at `at` become `insert`. */
export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

const [newline, carriageReturn] = [10, 13];
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

export function lineFile(bytes: Uint8Array): LineFile {
  const [starts, ends]: [number[], number[]] = [[], []];
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const hasReturns = bytes.includes(carriageReturn);
  for (let start = hasMark ? 3 : 0; start < bytes.length;) {
    const end = hasReturns ? endOfLine(bytes, start) : bytes.indexOf(newline, start);
    starts.push(start);
    ends.push(end < 0 ? bytes.length : end);
    if (end < 0) break;
    start = end + (bytes[end] === carriageReturn && bytes[end + 1] === newline ? 2 : 1);
  }
  return { bytes, starts, ends };
}

function endOfLine(bytes: Uint8Array, start: number): number {
  for (let i = start; i < bytes.length; i++)
    if (bytes[i] === newline || bytes[i] === carriageReturn) return i;
  return -1;
}

/** The text of a line, counted from 0. */
export function lineText({ bytes, starts, ends }: LineFile, line: number): string {
  return utf8.decode(bytes.subarray(starts[line], ends[line]));
}

/**
 * The splice that puts `texts` in place of `count` lines from `line` on; `count` 0 inserts before that line, or at the end of the file where
 * there is no such line. Line ends are those of the neighbours, and a file without an end of its last line stays one.
 */
export function spliceLines(file: LineFile, line: number, count: number, texts: readonly string[]): Splice {
  const { bytes, starts, ends } = file;
  const [lines, size] = [starts.length, bytes.length];
  const lineEnd = lineEndNear(file, line);
  const spliced = (at: number, to: number, text: string): Splice => ({
    ...{ at, remove: to - at, insert: new TextEncoder().encode(text) },
  });
  const after = line + count;
  const isOpen = lines > 0 && ends[lines - 1] === size;
  if (count > 0 && texts.length > 0) return spliced(starts[line], ends[after - 1], texts.join(lineEnd));
  if (count > 0) {
    // Of a last line without an end, the end before it goes too.
    if (after === lines && isOpen && line > 0) return spliced(ends[line - 1], size, "");
    return spliced(starts[line], after < lines ? starts[after] : size, "");
  }
  const inserted = texts.join(lineEnd);
  if (texts.length === 0) return spliced(size, size, "");
  if (line < lines) return spliced(starts[line], starts[line], inserted + lineEnd);
  return spliced(size, size, isOpen ? lineEnd + inserted : inserted + lineEnd);
}

/** The line end in use at a place: that of the line before, else of the next one. */
function lineEndNear({ bytes, starts, ends }: LineFile, line: number): string {
  for (const neighbour of [line - 1, line]) {
    const end = ends[neighbour];
    if (end === undefined || end === bytes.length) continue;
    return utf8.decode(bytes.subarray(end, starts[neighbour + 1] ?? bytes.length));
  }
  const last = ends.length - 2;
  return last >= 0 ? utf8.decode(bytes.subarray(ends[last], starts[last + 1])) : "\n";
}

/** The bytes after a splice. */
export function spliced(bytes: Uint8Array, { at, remove, insert }: Splice): Uint8Array {
  const result = new Uint8Array(bytes.length - remove + insert.length);
  result.set(bytes.subarray(0, at));
  result.set(insert, at);
  result.set(bytes.subarray(at + remove), at + insert.length);
  return result;
}
