import { createReadStream, type ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable, pipeline } from "node:stream";
import { brotliDecompressSync, createGunzip, gunzipSync } from "node:zlib";
import { parse } from "csv-parse";
import { asyncBufferFromFile } from "hyparquet";
import {
  cutRow,
  headerOf,
  isJsonName,
  isTableName,
  jsonLineRows,
  tableOptions,
  tableRow,
  type FileRow,
  type TableRecord,
} from "../data/fileRows";
import { hasRecord, tableFound } from "../data/importRecords";
import { fedRows, lineFeed, plainFeed } from "../data/lineFeed";
import { openParquet, parquetProblem } from "../data/parquetRows";
import { filledLines, plainText } from "../data/textLines";
import { readWindows1252 } from "../data/windows1252";
import { Problem, isProblem } from "../protocol/problem";
import { DiskError, errorCode } from "../runs/disk";
import { readProblem } from "../runs/sealedFolder";

/** A file whose rows come one after the other, or one that must be in memory as a whole to be understood. */
export type OpenedFile =
  | {
      readonly rows: AsyncIterable<readonly FileRow[]>;
      /** What names its fields, for a file in no known format. */
      readonly found?: () => string;
      readonly notes: readonly string[];
    }
  | { readonly bytes: Uint8Array };

/** Lists in JSON and plain text are read as a whole, up to this size. Rows in lines, tables and Parquet have no limit. */
const wholeBytes = 256 * 2 ** 20;
/** Gunzipped files may not be larger, so that a small malicious file cannot fill memory and disk. */
const gunzippedBytes = 2 ** 30;
const headBytes = 2 ** 20;
const chunkBytes = 2 ** 18;

/** Opens a file for its rows, in whatever format. What goes wrong later is thrown, and `fileProblem` says it. */
export async function openRows(file: string): Promise<OpenedFile | Problem> {
  try {
    const head = await headOf(file);
    if (head.length === 0) return new Problem("malformed", `${file} is empty.`);
    if (head.subarray(0, 4).toString("latin1") === "PAR1") return await openTable(file);
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    const source: Source = { file, name: basename(file).replace(/\.gz$/i, ""), isGzip };
    const beginning = isGzip ? await beginningOf(source) : head;
    return isRead(source.name, beginning) ? await openText(source, beginning) : await wholeOf(source);
  } catch (error) {
    return fileProblem(error, file);
  }
}

/** What went wrong while a file was read, in a sentence. */
export function fileProblem(error: unknown, file: string): Problem {
  // What was read is written at once: a write that failed says so itself.
  if (error instanceof DiskError) return new Problem("disk", error.message);
  if (error instanceof TooLarge)
    return new Problem(
      "tooLarge",
      error.isGzip
        ? `${file} is larger than 1 GB without its compression: split it.`
        : `${file} is larger than 256 MB, and what is not one record a line must fit into memory: split it, or write its records one a line.`,
    );
  const code = errorCode(error);
  if (code.startsWith("Z_"))
    return new Problem(
      "malformed",
      `${file} is no whole gzip file (${(error as Error).message}): copy it again.`,
    );
  if (/\.parquet$/i.test(file) && code === "") return parquetProblem(error, file);
  return readProblem(error, file);
}

class TooLarge extends Error {
  constructor(readonly isGzip: boolean) {
    super("too large");
  }
}

interface Source {
  readonly file: string;
  /** Without its folder and the ending of gzip. */
  readonly name: string;
  readonly isGzip: boolean;
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(headBytes);
    const { bytesRead } = await handle.read(head, 0, headBytes, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A file's bytes, gunzipped when they are gzip's. */
function bytesOf({ file, isGzip }: Source): ReadStream | Readable {
  const raw = createReadStream(file, { highWaterMark: chunkBytes });
  if (!isGzip) return raw;
  // The error comes out of what is read.
  return pipeline(raw, createGunzip({ chunkSize: chunkBytes }), () => undefined);
}

async function* limited(source: Source, limit: number, isGzip: boolean): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of bytesOf(source) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new TooLarge(isGzip);
    yield chunk;
  }
}

/** All that is read row by row goes through here. */
const chunksOf = (source: Source): AsyncIterable<Buffer> =>
  limited(source, source.isGzip ? gunzippedBytes : Infinity, true);

async function beginningOf(source: Source): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(source)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= headBytes) break;
  }
  return Buffer.concat(chunks);
}

async function wholeOf(source: Source): Promise<OpenedFile> {
  const chunks: Buffer[] = [];
  for await (const chunk of limited(source, wholeBytes, false)) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks) };
}

/** Whether a text that begins so is read row by row: tables, and JSON in lines. */
function isRead(name: string, beginning: Buffer): boolean {
  const isUtf16 = (beginning[0] | beginning[1]) === 0xff && (beginning[0] & beginning[1]) === 0xfe;
  if (isUtf16 || beginning.subarray(0, 65_536).includes(0)) return false;
  const text = plainText(beginning.toString("utf8"));
  if (isTableName(name)) return true;
  const isCut = beginning.length >= headBytes;
  const lines = filledLines(isCut ? text.slice(0, text.lastIndexOf("\n") + 1) : text);
  if (lines.length === 0 || lines[0].text.trim().startsWith("[")) return false;
  const rows = jsonLineRows(lines);
  return isJsonName(name) ? rows.some(hasRecord) : hasRecord(rows[0]);
}

/** Rows of a text; its encoding is found by reading it once before, because one wrong byte at its end tells. */
async function openText(source: Source, beginning: Buffer): Promise<OpenedFile> {
  const isUtf8 = await isAllUtf8(source);
  const texts = textsOf(source, isUtf8);
  const notes = isUtf8 ? [] : ["The file is not UTF-8, so it was read as Windows-1252."];
  const { name } = source;
  if (!isTableName(name)) return { rows: lineRows(texts), notes };
  let header: readonly string[] = [];
  const rows = csvRows(texts, plainText(beginning.toString("utf8")), name, (columns) => (header = columns));
  return { rows, found: () => tableFound(header), notes };
}

async function isAllUtf8(source: Source): Promise<boolean> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const isGood = (chunk?: Buffer): boolean => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
      return true;
    } catch {
      return false;
    }
  };
  for await (const chunk of chunksOf(source)) if (!isGood(chunk)) return false;
  return isGood();
}

async function* textsOf(source: Source, isUtf8: boolean): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  const plain = plainFeed();
  for await (const chunk of chunksOf(source))
    yield plain.feed(isUtf8 ? decoder.decode(chunk, { stream: true }) : readWindows1252(chunk));
  yield plain.feed(isUtf8 ? decoder.decode() : "") + plain.end();
}

async function* lineRows(texts: AsyncIterable<string>): AsyncGenerator<readonly FileRow[]> {
  const lines = lineFeed();
  for await (const text of texts) yield fedRows(lines.feed(text));
  yield fedRows(lines.end());
}

async function* csvRows(
  texts: AsyncIterable<string>,
  beginning: string,
  name: string,
  onHeader: (columns: readonly string[]) => void,
): AsyncGenerator<readonly FileRow[]> {
  let isCut = false;
  const options = tableOptions(beginning, name, () => (isCut = true));
  const records = pipeline(Readable.from(texts), parse(options), () => undefined);
  let [header, last, rows]: [readonly string[] | null, TableRecord | undefined, FileRow[]] = [
    null,
    undefined,
    [],
  ];
  for await (const record of records as AsyncIterable<TableRecord>) {
    last = record;
    if (header === null) {
      header = headerOf(record);
      onHeader(header);
    } else rows.push(tableRow(header, record));
    if (rows.length < 1000) continue;
    yield rows;
    rows = [];
  }
  yield isCut ? [...rows, cutRow(last)] : rows;
}

async function openTable(file: string): Promise<OpenedFile | Problem> {
  const compressors = {
    GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
    BROTLI: (bytes: Uint8Array) => brotliDecompressSync(bytes),
  };
  const table = await openParquet(await asyncBufferFromFile(file), file, compressors);
  if (isProblem(table)) return table;
  const found = (): string => `its columns are ${table.columns.join(", ")}`;
  return { rows: table.groups, found, notes: [] };
}
