import { parse, type Options } from "csv-parse/sync";
import { parseJson } from "../protocol/codec";
import { jsonFault } from "../protocol/jsonFault";
import { isProblem } from "../protocol/problem";
import { plainText, type TextLine } from "./textLines";

/** A row of a file that was read, or why it could not be. */
export type FileRow =
  { readonly line: number; readonly value: unknown } | { readonly line: number; readonly reason: string };

/** What the name of a file, without the ending of gzip, says that it is. */
export const isTableName = (name: string): boolean => /\.(csv|tsv)$/i.test(name);
export const isJsonName = (name: string): boolean => /\.(jsonl?|ndjson)$/i.test(name);

/** JSON, one value a line. */
export function jsonLineRows(lines: readonly TextLine[]): FileRow[] {
  return lines.map(({ line, text: content }) => {
    const parsed = parseJson(content, "the line");
    return isProblem(parsed) ? { line, reason: parsed.message } : { line, value: parsed.json };
  });
}

/** The items of a valid JSON list, each with the line where it begins. */
export function jsonListRows(text: string): FileRow[] {
  const plain = plainText(text);
  const lines = itemLines(plain);
  return (JSON.parse(plain) as readonly unknown[]).map((value, i) => ({ line: lines[i], value }));
}

/** Whether a text is a whole list in JSON, whatever it holds. */
export function isJsonList(text: string): boolean {
  const plain = plainText(text).trim();
  return plain.startsWith("[") && plain.endsWith("]") && jsonFault(plain) === null;
}

/** The line on which each item of a valid JSON list begins. */
function itemLines(text: string): number[] {
  const lines: number[] = [];
  let [line, depth, isDue] = [1, 0, false];
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},\n]|[^\s[\]{},"]+/g)) {
    if (token === "\n") {
      line++;
      continue;
    }
    if (isDue && token !== "]") lines.push(line);
    isDue = depth === 1 && token === ",";
    if (token === "[" || token === "{") depth++;
    if (token === "]" || token === "}") depth--;
    if (depth === 1 && lines.length === 0 && token === "[") isDue = true;
  }
  return lines;
}

/** Rows of a table as objects by the names in its first row, parted as the file's name or first line says. */
export function tableRows(
  text: string,
  name: string,
): { readonly header: readonly string[]; readonly rows: readonly FileRow[] } {
  const plain = plainText(text);
  let isCut = false;
  const options = tableOptions(plain, name, () => {
    isCut = true;
  });
  const [head, ...records] = parse(plain, options) as unknown as readonly TableRecord[];
  const header = headerOf(head);
  const rows = records.map((record) => tableRow(header, record));
  return { header, rows: isCut ? [...rows, cutRow(records.at(-1) ?? head)] : rows };
}

/** A record of csv-parse with `info`. */
export interface TableRecord {
  readonly record: readonly string[];
  /** `lines`: the line on which the record ends. */
  readonly info: { readonly lines: number };
}

/**
 * How csv-parse reads a table that begins so. Quotation marks out of place are read as they stand; one that nothing closes cuts the table,
 * which `onCut` is told.
 */
export function tableOptions(beginning: string, name: string, onCut: () => void): Options {
  return {
    info: true,
    delimiter: delimiterOf(beginning, name),
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: () => {
      onCut();
      return undefined;
    },
  };
}

/** The columns' names, in a table's first record. */
export const headerOf = (head: TableRecord | undefined): readonly string[] =>
  (head?.record ?? []).map((column) => column.trim());

export function tableRow(header: readonly string[], { record, info }: TableRecord): FileRow {
  const line = info.lines - record.join("").split("\n").length + 1;
  if (record.length > header.length)
    return { line, reason: `the row has ${record.length} cells, but the first row names ${header.length}` };
  return { line, value: Object.fromEntries(record.map((cell, i) => [header[i], cell])) };
}

/** Stands for all that comes behind the last record that could be read. */
export function cutRow(last: TableRecord | undefined): FileRow {
  const reason =
    "a quotation mark opens a cell and nothing closes it, so the rows from here on cannot be read";
  return { line: (last?.info.lines ?? 0) + 1, reason };
}

/** Tabs by the file's name, else the sign that the first line has most of, as programs of other countries write semicolons. */
function delimiterOf(text: string, name: string): string {
  if (/\.tsv$/i.test(name)) return "\t";
  const first = text.split("\n", 1)[0];
  const counts = [",", ";", "\t"].map((sign) => first.split(sign).length);
  return [",", ";", "\t"][counts.indexOf(Math.max(...counts))];
}
