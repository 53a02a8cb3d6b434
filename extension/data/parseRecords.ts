import { decodeText } from "../protocol/codec";
import { jsonFault } from "../protocol/jsonFault";
import { isProblem } from "../protocol/problem";
import { endOfText } from "../tokenizer/tokenizer";
import { recordDecoders } from "./recordDecoders";
import type { PretrainingDocument, RecordKind, RecordOf } from "./records";
import { filledLines, plainText, type TextLine } from "./textLines";

/** Why a line gives no record: one sentence that names the file, the line and the field. */
export interface RecordProblem {
  /** 1 is the first line of the file. */
  readonly line: number;
  readonly message: string;
}

/** What a file holds; a malformed line never keeps the others from being read. */
export interface ParsedRecords<T> {
  readonly records: readonly T[];
  readonly problems: readonly RecordProblem[];
}

/**
 * The records of one of a project's own files: one JSON object a line, or plain text where `where`, the file's name for the sentences,
 * says that a file of pretraining text is not JSON lines.
 */
export function parseRecords<K extends RecordKind>(
  kind: K,
  text: string,
  where: string,
): ParsedRecords<RecordOf[K]>;
export function parseRecords(
  kind: RecordKind,
  text: string,
  where: string,
): ParsedRecords<RecordOf[RecordKind]> {
  if (text.trim() === "" || text === "\ufeff")
    return { records: [], problems: [{ line: 1, message: `${where} is empty: it should hold ${kind}.` }] };
  if (kind === "pretraining" && !/\.jsonl?$/i.test(where))
    return { records: splitDocuments(text), problems: [] };
  return parseLines(kind, filledLines(text), where, /[\r\n]\s*$/.test(text));
}

/** Documents of a plain text: parted by "<|endoftext|>" where it stands in the text, else by blank lines. */
export function splitDocuments(text: string): PretrainingDocument[] {
  const plain = plainText(text);
  const parts = plain.includes(endOfText) ? plain.split(endOfText) : plain.split(/\n[ \t]*\n/);
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => ({ text: part }));
}

/** The sentence of a line whose id an earlier line has. */
export function repeatedId(place: string, earlier: number): string {
  return `${place}: the id already stands in line ${earlier}; give each record its own.`;
}

function parseLines<K extends RecordKind>(
  kind: K,
  lines: readonly TextLine[],
  where: string,
  isEnded: boolean,
): ParsedRecords<RecordOf[K]> {
  const records: RecordOf[K][] = [];
  const problems: RecordProblem[] = [];
  const lineOfId = new Map<string, number>();
  for (const { line, text } of lines) {
    const place = `${where}, line ${line}`;
    const record = decodeText(recordDecoders[kind], text, place);
    if (isProblem(record)) {
      const isCut = !isEnded && line === lines[lines.length - 1].line && jsonFault(text) !== null;
      const message = isCut
        ? `${record.message} The file seems to be cut off: copy it again, or delete this line.`
        : record.message;
      problems.push({ line, message });
      continue;
    }
    const earlier = "id" in record ? lineOfId.get(record.id) : undefined;
    if ("id" in record && earlier === undefined) lineOfId.set(record.id, line);
    if (earlier === undefined) records.push(record);
    else problems.push({ line, message: repeatedId(place, earlier) });
  }
  return { records, problems };
}
