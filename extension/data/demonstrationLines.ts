import { decodeText } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { lineFile, lineText, spliceLines, spliced, type LineFile, type Splice } from "./lineFile";
import { repeatedId } from "./parseRecords";
import { recordDecoders } from "./recordDecoders";
import type { Demonstration } from "./records";

/** A file of demonstrations line by line. Lines count from 0 here, and from 1 in sentences. */
export interface DemonstrationLines {
  readonly file: LineFile;
  /** The record of each line; null for one that is blank or cannot be read. */
  readonly records: readonly (Demonstration | null)[];
  /** Lines that are neither blank nor a demonstration with an id of its own. */
  readonly problems: ReadonlySet<number>;
  readonly lineOfId: ReadonlyMap<string, number>;
}

const decode = recordDecoders.demonstrations;

/** The lines of a file's bytes; those that `before` has too, at its beginning and end, are not decoded again. */
export function demonstrationLines(bytes: Uint8Array, before?: DemonstrationLines): DemonstrationLines {
  const file = lineFile(bytes);
  return linesOf(file, before, before === undefined ? [0, 0] : commonLines(before.file, file));
}

/** The lines after a change of `count` lines at `line`, and the splice of bytes that makes it. */
export function changedLines(
  before: DemonstrationLines,
  line: number,
  count: number,
  texts: readonly string[],
): { readonly lines: DemonstrationLines; readonly splice: Splice } {
  const splice = spliceLines(before.file, line, count, texts);
  const file = lineFile(spliced(before.file.bytes, splice));
  return { splice, lines: linesOf(file, before, [line, before.records.length - line - count]) };
}

/** `head` and `tail` are how many lines of `before` stand at the beginning and the end of the file as they were. */
function linesOf(
  file: LineFile,
  before: DemonstrationLines | undefined,
  [head, tail]: readonly [number, number],
): DemonstrationLines {
  const count = file.starts.length;
  const records: (Demonstration | null)[] = [];
  for (let line = 0; line < count; line++) {
    const known = line < head ? line : line >= count - tail ? line - count : null;
    records.push(known === null ? recordOf(lineText(file, line)) : (before?.records.at(known) ?? null));
  }
  const lineOfId = new Map<string, number>();
  const problems = new Set<number>();
  records.forEach((record, line) => {
    if (record === null ? !isBlank(file, line) : lineOfId.has(record.id)) problems.add(line);
    else if (record !== null) lineOfId.set(record.id, line);
  });
  return { file, records, problems, lineOfId };
}

function recordOf(text: string): Demonstration | null {
  const record = text.trim() === "" ? null : decodeText(decode, text, "");
  return isProblem(record) ? null : record;
}

function isBlank(file: LineFile, line: number): boolean {
  return file.ends[line] === file.starts[line] || lineText(file, line).trim() === "";
}

/** How many lines at the beginning, and how many of the rest at the end, hold the same bytes in both. */
function commonLines(before: LineFile, after: LineFile): readonly [number, number] {
  const most = Math.min(before.starts.length, after.starts.length);
  let head = 0;
  while (head < most && isSameLine(before, head, after, head)) head++;
  let tail = 0;
  const [b, a] = [before.starts.length - 1, after.starts.length - 1];
  while (tail < most - head && isSameLine(before, b - tail, after, a - tail)) tail++;
  return [head, tail];
}

function isSameLine(a: LineFile, i: number, b: LineFile, j: number): boolean {
  const [from, to] = [a.starts[i], b.starts[j]];
  const length = a.ends[i] - from;
  if (b.ends[j] - to !== length) return false;
  for (let k = 0; k < length; k++) if (a.bytes[from + k] !== b.bytes[to + k]) return false;
  return true;
}

/** Why a line gives no demonstration, in the sentence that training says too; null where it gives one. */
export function lineProblem(lines: DemonstrationLines, line: number, where: string): string | null {
  if (!lines.problems.has(line)) return null;
  const place = `${where}, line ${line + 1}`;
  const record = decodeText(decode, lineText(lines.file, line), place);
  if (isProblem(record)) return record.message;
  return repeatedId(place, (lines.lineOfId.get(record.id) ?? line) + 1);
}

/**
 * The lines to list, the newest first: those whose prompt, response, author or id holds every word of the query, whatever its case; of a
 * line that cannot be read, its text.
 */
export function findLines(
  { file, records, problems }: DemonstrationLines,
  { query, problemsOnly }: { readonly query: string; readonly problemsOnly: boolean },
): readonly number[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  for (let line = records.length - 1; line >= 0; line--) {
    const record = records[line];
    if (problemsOnly ? !problems.has(line) : record === null && !problems.has(line)) continue;
    if (words.length > 0) {
      const text = (record === null ? lineText(file, line) : searched(record)).toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
    }
    found.push(line);
  }
  return found;
}

const searched = ({ id, prompt, response, author }: Demonstration): string =>
  `${prompt}\n${response}\n${author ?? ""}\n${id}`;

/** A place in a file that is to hold other lines: those that are there now, and those to come. */
export interface LineEdit {
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Where the lines of an edit stand now: at its place, else at the one other place that holds them, for lines may have come in above. Null
 * where they are gone, or where there are several.
 */
export function placeOfEdit({ file }: DemonstrationLines, { line, before }: LineEdit): number | null {
  const count = file.starts.length;
  if (before.length === 0) return Math.min(line, count);
  const holds = (at: number): boolean =>
    at + before.length <= count && before.every((text, i) => lineText(file, at + i) === text);
  if (holds(line)) return line;
  let found: number | null = null;
  for (let at = 0; at + before.length <= count; at++) {
    if (!holds(at)) continue;
    if (found !== null) return null;
    found = at;
  }
  return found;
}
