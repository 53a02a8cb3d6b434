import { argillaRecord } from "./argilla";
import { messagesOf, promptTurns, transcriptTurns } from "./conversation";
import type { ExportFormatName, ExportedKind } from "./exportFormats";
import { groupColumnNames, pairRows, responseRows } from "./groupColumns";
import { judgedItems } from "./judgedItems";
import { labelStudioTask } from "./labelStudio";
import { oasstTree } from "./oasstTrees";
import { parquetFile, type ParquetRow } from "./parquetRows";
import { toJsonLines, type Comparison, type Demonstration, type Prompt, type RecordOf } from "./records";

/** A file in pieces, which are made as they are asked for, so that the file need not be in memory as a whole. */
export interface ExportedRecords {
  readonly pieces: Iterable<string | Uint8Array>;
  readonly rows: number;
  /** Tied pairs, which have no row in formats of pairs; their responses still say that they share a rank. */
  readonly leftOut: number;
  /** What the format cannot hold, in sentences. */
  readonly notes: readonly string[];
}

/** Records as a file of a format that holds their kind (`formatsOf`). */
export function exportRecords<K extends ExportedKind>(
  kind: K,
  records: readonly RecordOf[K][],
  format: ExportFormatName,
): ExportedRecords;
export function exportRecords(
  kind: ExportedKind,
  records: readonly RecordOf[ExportedKind][],
  format: ExportFormatName,
): ExportedRecords {
  if (format === "rlhf") return ofRows(records);
  switch (kind) {
    case "comparisons":
      return exportComparisons(records as readonly Comparison[], format);
    case "demonstrations":
      return exportTable(
        (records as readonly Demonstration[]).map(demonstrationRow),
        demonstrationColumns,
        format,
      );
    case "prompts":
      return exportTable((records as readonly Prompt[]).map(promptRow), promptColumns, format);
  }
}

const ofRows = (rows: readonly object[]): ExportedRecords => ({
  pieces: jsonLines(rows),
  rows: rows.length,
  leftOut: 0,
  notes: [],
});

function* jsonLines(rows: Iterable<object>): Generator<string> {
  for (const row of rows) yield toJsonLines([row]);
}

type TableRow = Readonly<Record<string, unknown>>;

const textColumns = ["prompt", "chosen", "rejected", "completion"];

/** Texts as lists of messages. */
function asChat(row: TableRow): TableRow {
  const chat = (name: string, value: unknown): unknown =>
    name === "prompt"
      ? messagesOf(promptTurns(String(value)))
      : messagesOf([{ role: "assistant", text: String(value) }]);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      textColumns.includes(name) ? chat(name, value) : value,
    ]),
  );
}

const demonstrationColumns = ["prompt", "completion", "id", "user", "author", "meta"];
const demonstrationRow = ({ prompt, response, ...rest }: Demonstration): TableRow => ({
  prompt,
  completion: response,
  ...rest,
});

const promptColumns = ["prompt", "id", "user", "kind", "useCase", "meta"];
const promptRow = ({ text, ...rest }: Prompt): TableRow => ({ prompt: text, ...rest });

/** Rows of a table as a file: lines of JSON, CSV or Parquet. */
function exportTable(
  rows: readonly TableRow[],
  columns: readonly string[],
  format: ExportFormatName,
): ExportedRecords {
  return { rows: rows.length, leftOut: 0, notes: [], pieces: tablePieces(rows, columns, format) };
}

function tablePieces(
  rows: Iterable<TableRow>,
  columns: readonly string[],
  format: ExportFormatName,
): ExportedRecords["pieces"] {
  if (format === "csv") return csvLines(rows, columns);
  if (format === "parquet") return parquetPieces(rows, columns);
  return jsonLines(format === "trl-chat" ? mapped(rows, asChat) : rows);
}

function* mapped<T, U>(values: Iterable<T>, change: (value: T) => U): Generator<U> {
  for (const value of values) yield change(value);
}

const pairColumns = ["prompt", "chosen", "rejected", ...groupColumnNames(["chosen", "rejected"])];

function exportComparisons(comparisons: readonly Comparison[], format: ExportFormatName): ExportedRecords {
  const whole = { leftOut: 0, notes: [] };
  switch (format) {
    case "oasst":
      return { ...whole, rows: comparisons.length, pieces: jsonLines(mapped(comparisons, oasstTree)) };
    case "argilla":
      return { ...whole, ...jsonList(judgedItems(comparisons).map(argillaRecord)) };
    case "label-studio":
      return { ...whole, ...jsonList(judgedItems(comparisons).map(labelStudioTask)) };
    case "trl-unpaired":
      return {
        ...whole,
        rows: comparisons.reduce((sum, { responses }) => sum + responses.length, 0),
        pieces: jsonLines(unpairedRows(comparisons)),
      };
    case "hh":
      return exportTranscripts(comparisons);
    default:
      return {
        ...pairCounts(comparisons),
        pieces: tablePieces(pairTable(comparisons), pairColumns, format),
      };
  }
}

function jsonList(values: readonly object[]): Pick<ExportedRecords, "pieces" | "rows"> {
  const lines = function* (): Generator<string> {
    for (const [i, value] of values.entries()) yield `${i === 0 ? "[\n" : ",\n"}${JSON.stringify(value)}`;
    yield values.length === 0 ? "[]\n" : "\n]\n";
  };
  return { rows: values.length, pieces: lines() };
}

function* unpairedRows(comparisons: Iterable<Comparison>): Generator<TableRow> {
  for (const comparison of comparisons)
    for (const { completion, label, group } of responseRows(comparison))
      yield { prompt: comparison.prompt, completion, label, ...group };
}

function* pairTable(comparisons: Iterable<Comparison>): Generator<TableRow> {
  for (const comparison of comparisons)
    for (const { chosen, rejected, group } of pairRows(comparison))
      yield { prompt: comparison.prompt, chosen, rejected, ...group };
}

/** Rows and ties of comparisons as pairs. */
function pairCounts(comparisons: readonly Comparison[]): Omit<ExportedRecords, "pieces"> {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const leftOut = sum(comparisons.flatMap(({ tiers }) => tiers.map((tier) => pairs(tier.length))));
  const rows = sum(comparisons.map(({ responses }) => pairs(responses.length))) - leftOut;
  const tied = comparisons.filter(({ tiers }) => tiers.length === 1).length;
  const note = `${tied} rankings tie all their responses and have no row of pairs: the formats rlhf and trl-unpaired keep them.`;
  return { rows, leftOut, notes: tied === 0 ? [] : [note] };
}

/** Transcripts; an answer that one would be cut at is left out with its rows. */
function exportTranscripts(comparisons: readonly Comparison[]): ExportedRecords {
  const counted = pairCounts(comparisons);
  const rows: TableRow[] = [];
  let unread = 0;
  for (const { prompt, chosen, rejected, ...group } of pairTable(comparisons)) {
    const texts = [chosen, rejected].map((answer) => transcript(String(prompt), String(answer)));
    const isRead = [chosen, rejected].every((answer, i) => isReadBack(texts[i], String(answer)));
    if (isRead) rows.push({ chosen: texts[0], rejected: texts[1], ...group });
    else unread++;
  }
  const note = `${unread} pairs hold "Human:" or "Assistant:" at the beginning of a paragraph of an answer, where a transcript would be cut: they were left out.`;
  const notes = unread === 0 ? counted.notes : [...counted.notes, note];
  return { ...counted, rows: rows.length, notes, pieces: jsonLines(rows) };
}

const isReadBack = (text: string, answer: string): boolean =>
  transcriptTurns(text)?.at(-1)?.text === answer.trim();

/** A prompt that is itself a transcript, as an imported one may be, goes on as it is. */
function transcript(prompt: string, response: string): string {
  const start = /^\s*Human:/.test(prompt) ? prompt.trim() : `Human: ${prompt}`;
  const turn = /\n\s*Assistant:\s*$/.test(start) ? "" : "\n\nAssistant:";
  return `\n\n${start}${turn} ${response}`;
}

function* csvLines(rows: Iterable<TableRow>, columns: readonly string[]): Generator<string> {
  yield `${columns.join(",")}\r\n`;
  for (const row of rows) yield `${columns.map((name) => csvCell(cellOf(row[name]))).join(",")}\r\n`;
}

function csvCell(value: ReturnType<typeof cellOf>): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* parquetPieces(rows: Iterable<TableRow>, columns: readonly string[]): Generator<Uint8Array> {
  const flat = Array.from(rows, (row): ParquetRow =>
    Object.fromEntries(columns.map((name) => [name, cellOf(row[name])])),
  );
  yield parquetFile(flat, columns);
}

/** A cell holds text or a number, and an object as JSON. */
function cellOf(value: unknown): ParquetRow[string] {
  if (value === null || value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : (value as ParquetRow[string]);
}
