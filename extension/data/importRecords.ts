import { isObject, parseJson } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { convertRecords } from "./convertRecords";
import { isJsonList, jsonLineRows, jsonListRows, tableRows, type FileRow } from "./fileRows";
import { fileText, repairedTexts } from "./fileText";
import { oasstTrees, pandaLm, selfInstruct } from "./publishedFormats";
import { recordDecoders } from "./recordDecoders";
import { recordKinds, type DataRecord, type RecordKind } from "./records";
import { namer, oneRecord, type RowFormat } from "./rowFormat";
import { tableFormats } from "./tableFormats";
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

export interface Refused {
  /** Where the row begins; 1 is the first line of the file. */
  readonly line: number;
  readonly reason: string;
}

export interface ImportOptions {
  /** Whether replies that a model wrote count in OpenAssistant's trees; they do unless told. */
  readonly synthetic?: boolean;
  /** Prompts are so many words from the beginning of each text, rather than whole texts. */
  readonly openingWords?: number | undefined;
}

/**
 * The records of a file of unknown making: its format is seen from its content and, for tables, from its name. Records that have no id
 * get one from the file's name and their content, so that importing a file twice gives the same ids. A problem only for what gives no
 * rows at all. Compressed files are unpacked by the caller.
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
  const { openingWords } = options;
  // Openings are of documents: the lines of a plain text are no prompts then.
  const imported = importText(name, text, openingWords === undefined ? kind : "auto", options);
  if (isProblem(imported)) return imported;
  const whole = asKind(name, { ...imported, notes: [...notes, ...imported.notes] }, kind);
  return isProblem(whole) || openingWords === undefined ? whole : asOpenings(name, whole, openingWords);
}

/** Prompts cut to their first words; one that has no word more is left out, for a model is to go on with it. */
function asOpenings(name: string, imported: ImportedRecords, words: number): ImportedRecords | Problem {
  const prompts = imported.records.filter((record) => "id" in record && "text" in record);
  const opening = new RegExp(`^\\s*((?:\\S+\\s+){${words - 1}}\\S+)\\s+\\S`);
  const openings = prompts.flatMap(({ text }) => opening.exec(text)?.[1] ?? []);
  const idOf = namer(name);
  const records = [...new Set(openings)].map((text) => ({ id: idOf(text), text }));
  if (records.length === 0)
    return new Problem("invalidValue", `${name} holds no text of more than ${words} words.`);
  const note = `${prompts.length} texts gave ${records.length} different openings of ${words} words.`;
  return { ...imported, records, notes: [...imported.notes, note] };
}

/** The records as the kind that was asked for; a problem where that gives none of them. */
function asKind(
  name: string,
  imported: ImportedRecords,
  kind: RecordKind | "auto",
): ImportedRecords | Problem {
  if (kind === "auto" || kind === imported.kind) return imported;
  const records = convertRecords(imported.records, kind, namer(name));
  if (records.length === 0)
    return new Problem(
      "invalidValue",
      `${name} holds ${imported.kind}, out of which no ${kind} can be made: leave out --kind, or name another.`,
    );
  const note = `${imported.records.length} ${imported.kind} gave ${records.length} ${kind}.`;
  return { ...imported, kind, records, notes: [...imported.notes, note] };
}

function importText(
  name: string,
  text: string,
  kind: RecordKind | "auto",
  options: ImportOptions,
): ImportedRecords | Problem {
  if (/\.(csv|tsv)$/i.test(name)) {
    const { header, rows } = tableRows(text, name);
    return importRows(name, rows, options, `the first row names ${header.join(", ")}`);
  }
  const isNamedJson = /\.(jsonl?|ndjson)$/i.test(name);
  if (isJsonList(text)) {
    const rows = jsonListRows(text);
    if (isNamedJson || rows.some(hasRecord)) return importRows(name, rows, options);
  }
  const [first] = filledLines(text);
  if (!isNamedJson && !jsonLineRows(first.text).some(hasRecord)) return importPlain(name, text, kind);
  const rows = jsonLineRows(text);
  const isBrokenList = first.text.trim().startsWith("[") && "reason" in rows[0];
  return rows.some(hasRecord) && !isBrokenList ? importRows(name, rows, options) : noRows(name, text);
}

/** What a file of JSON is that holds neither a list nor lines. */
function noRows(name: string, text: string): Problem {
  const parsed = parseJson(plainText(text), name);
  if (isProblem(parsed)) return parsed;
  return new Problem(
    "unsupported",
    `${name} holds one value of JSON, not records: give a list of them, or one a line.`,
  );
}

function hasRecord(row: FileRow): boolean {
  return "value" in row && (isObject(row.value) || typeof row.value === "string");
}

/**
 * So many rows decide what the format is, since the first one may be a bad one. Formats are listed with what is particular first, so the
 * first that takes half as many of them as any other is the one.
 */
const decidingRows = 50;

function importRows(
  name: string,
  rows: readonly FileRow[],
  { synthetic = true }: ImportOptions,
  found = fieldsFound(rows),
): ImportedRecords | Problem {
  if (rows.length === 0) return new Problem("malformed", `${name} holds no rows.`);
  const formats = [...ownFormats, pandaLm, selfInstruct, oasstTrees(synthetic), ...tableFormats, strings];
  const deciding = rows.filter((row) => "value" in row).slice(0, decidingRows);
  const votes = formats.map(
    ({ matches }) => deciding.filter((row) => "value" in row && matches(row.value)).length,
  );
  const most = Math.max(...votes);
  if (most === 0)
    return new Problem(
      "unsupported",
      `${name} is in no format known here, ${found}: rename them to prompt, response, chosen, rejected or text.`,
    );
  const format = formats[votes.findIndex((count) => count >= most / 2)];
  return {
    format: format.name,
    kind: format.kind,
    rows: rows.length,
    notes: [],
    ...readRows(name, rows, format),
  };
}

function fieldsFound(rows: readonly FileRow[]): string {
  const first = rows.find((row) => "value" in row && isObject(row.value));
  return first && "value" in first
    ? `its rows have the fields ${Object.keys(first.value as object).join(", ")}`
    : "its rows are no objects";
}

function readRows(
  name: string,
  rows: readonly FileRow[],
  format: RowFormat,
): Pick<ImportedRecords, "records" | "refused"> {
  const idOf = namer(name);
  const ids = new Set<string>();
  const records: DataRecord[] = [];
  const refused: Refused[] = [];
  for (const row of rows) {
    const { line } = row;
    const reading = "reason" in row ? { records: [], reasons: [row.reason] } : format.read(row.value, idOf);
    for (const reason of reading.reasons) refused.push({ line, reason });
    for (const each of reading.records) {
      const record = recordDecoders[format.kind](each, { where: "the row", path: "" });
      if (isProblem(record)) refused.push({ line, reason: record.message });
      else if ("id" in record && ids.has(record.id))
        refused.push({ line, reason: "the id stands in an earlier row already" });
      else {
        if ("id" in record) ids.add(record.id);
        records.push(record);
      }
    }
  }
  return { records, refused };
}

/** Our own lines match when their decoder takes them whole. */
const ownFormats: readonly RowFormat[] = recordKinds.map((kind) => ({
  name: `our own JSON lines of ${kind}`,
  kind,
  matches: (row) => !isProblem(recordDecoders[kind](row, { where: "", path: "" })),
  read: (row) => oneRecord(row as object),
}));

const strings: RowFormat = {
  name: "texts in JSON, a prompt each",
  kind: "prompts",
  matches: (row) => typeof row === "string",
  read: (row, idOf) => oneRecord({ id: idOf(String(row)), text: row }),
};

/** Text without records: documents, or a prompt a line where prompts are asked for. */
function importPlain(name: string, text: string, kind: RecordKind | "auto"): ImportedRecords {
  if (kind === "prompts") {
    const rows = filledLines(text).map(({ line, text: content }) => ({ line, value: content.trim() }));
    const format = { ...strings, name: "plain text, a prompt a line" };
    return { format: format.name, kind, rows: rows.length, notes: [], ...readRows(name, rows, format) };
  }
  const { format, texts, refused } = textDocuments(text);
  const repaired = repairedTexts(texts);
  return {
    format,
    kind: "pretraining",
    records: repaired.texts.map((document) => ({ text: document })),
    refused,
    rows: texts.length + refused.length,
    notes: repaired.notes,
  };
}
