import { isObject, parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { recordSieve } from "./convertRecords";
import {
  isJsonList,
  isJsonName,
  isTableName,
  jsonLineRows,
  jsonListRows,
  tableRows,
  type FileRow,
} from "./fileRows";
import { fileText, repairedTexts } from "./fileText";
import type { DataRecord, RecordKind } from "./records";
import { openRowImport, rowReader, strings, type ImportOptions, type Refused } from "./rowImport";
import { textDocuments } from "./textDocuments";
import { filledLines, plainText } from "./textLines";

/** What a file gave. Each row that gave no record, or not all of its own, is refused with a reason. */
export interface ImportedRecords {
  /** What was recognised, in words. */
  readonly format: string;
  readonly kind: RecordKind;
  readonly records: readonly DataRecord[];
  readonly refused: readonly Refused[];
  readonly rows: number;
  /** What was done to the texts, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The records of a file of unknown making that is in memory: its format is seen from its content and, for tables, from its name. Records
 * that have no id get one from the file's name and their content, so that importing a file twice gives the same ids. A problem only for
 * what gives no rows at all. Compressed files are unpacked by the caller.
 */
export function importRecords(
  file: { readonly name: string; readonly bytes: Uint8Array },
  kind: RecordKind | "auto",
  options: ImportOptions = {},
): ImportedRecords | Problem {
  const read = fileText(file);
  if (isProblem(read)) return read;
  const { text, notes } = read;
  const name = file.name.replace(/\.gz$/i, "");
  if (text.replace("\ufeff", "").trim() === "") return new Problem("malformed", `${name} is empty.`);
  const imported = importText(name, text, kind, options);
  return isProblem(imported) ? imported : { ...imported, notes: [...notes, ...imported.notes] };
}

function importText(
  name: string,
  text: string,
  kind: RecordKind | "auto",
  options: ImportOptions,
): ImportedRecords | Problem {
  const ofRows = (rows: readonly FileRow[], found?: string): ImportedRecords | Problem =>
    importRows(name, rows, kind, options, found);
  if (isTableName(name)) {
    const { header, rows } = tableRows(text, name);
    return ofRows(rows, tableFound(header));
  }
  const isNamedJson = isJsonName(name);
  if (isJsonList(text)) {
    const rows = jsonListRows(text);
    if (isNamedJson || rows.some(hasRecord)) return ofRows(rows);
  }
  const [first] = filledLines(text);
  if (!isNamedJson && !jsonLineRows([first]).some(hasRecord)) return importPlain(name, text, kind, options);
  const rows = jsonLineRows(filledLines(text));
  const isBrokenList = first.text.trim().startsWith("[") && "reason" in rows[0];
  return rows.some(hasRecord) && !isBrokenList ? ofRows(rows) : noRows(name, text);
}

/** What a table's first row says, where its columns are none that are known. */
export const tableFound = (header: readonly string[]): string => `the first row names ${header.join(", ")}`;

/** What a file of JSON is that holds neither a list nor lines. */
function noRows(name: string, text: string): Problem {
  const parsed = parseJson(plainText(text), name);
  if (isProblem(parsed)) return parsed;
  return new Problem(
    "unsupported",
    `${name} holds one value of JSON, not records: give a list of them, or one a line.`,
  );
}

/** Whether a row of JSON can be a record of some format. */
export function hasRecord(row: FileRow): boolean {
  return "value" in row && (isObject(row.value) || typeof row.value === "string");
}

function importRows(
  name: string,
  rows: readonly FileRow[],
  kind: RecordKind | "auto",
  options: ImportOptions,
  found?: string,
): ImportedRecords | Problem {
  if (rows.length === 0) return noTableRows(name);
  const opened = openRowImport(name, rows, kind, options, found);
  if (isProblem(opened)) return opened;
  const { format, kind: gives, take, end } = opened;
  const taken = take(rows);
  const last = end();
  if (isProblem(last)) return last;
  const records = [...taken.records, ...last.records];
  const refused = [...taken.refused, ...last.refused].sort((a, b) => a.line - b.line);
  return { format, kind: gives, records, refused, rows: rows.length, notes: last.notes };
}

export const noTableRows = (name: string): Problem => new Problem("malformed", `${name} holds no rows.`);

/** Text without records: documents, or a prompt a line where prompts are asked for. Openings are of documents. */
function importPlain(
  name: string,
  text: string,
  kind: RecordKind | "auto",
  { openingWords }: ImportOptions,
): ImportedRecords | Problem {
  if (kind === "prompts" && openingWords === undefined) {
    const rows = filledLines(text).map(({ line, text: content }) => ({ line, value: content.trim() }));
    const format = "plain text, a prompt a line";
    return { format, kind, rows: rows.length, notes: [], ...rowReader(name, strings).take(rows) };
  }
  const { format, texts, refused } = textDocuments(text);
  const repaired = repairedTexts(texts);
  const sieve = recordSieve(name, "pretraining", kind, openingWords);
  const records = sieve.pass(repaired.texts.map((document) => ({ text: document })));
  const notes = sieve.end();
  if (isProblem(notes)) return notes;
  const rows = texts.length + refused.length;
  return { format, kind: sieve.kind, records, refused, rows, notes: [...repaired.notes, ...notes] };
}
