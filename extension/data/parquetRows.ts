import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type Compressors,
} from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { isObject } from "../protocol/codec";
import { Problem } from "../protocol/problem";
import type { FileRow } from "./fileRows";

// Parquet, the tables of Hugging Face's hub: https://parquet.apache.org/docs/file-format/. A row group is read at a time.

/** What a row group may take when it is unpacked; those of Hugging Face's hub stay below. */
const largestGroup = 2 ** 30;

export interface ParquetTable {
  readonly columns: readonly string[];
  /** Rows by group, numbered from 1. */
  readonly groups: AsyncIterable<readonly FileRow[]>;
}

/** Opens a table; a problem for what is none. Errors of compression and of damage are thrown while it is read. */
export async function openParquet(
  file: AsyncBuffer,
  name: string,
  compressors: Compressors,
): Promise<ParquetTable | Problem> {
  try {
    const metadata = await parquetMetadataAsync(file);
    const large = metadata.row_groups.find((group) => Number(group.total_byte_size) > largestGroup);
    if (large !== undefined)
      return new Problem(
        "tooLarge",
        `${name} holds a row group of more than 1 GB: write it again with smaller ones (row_group_size).`,
      );
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
    const groups = async function* (): AsyncGenerator<readonly FileRow[]> {
      let start = 0;
      for (const { num_rows } of metadata.row_groups) {
        const end = start + Number(num_rows);
        const options = { file, metadata, compressors, rowStart: start, rowEnd: end };
        const rows = await parquetReadObjects(options);
        const first = start + 1;
        yield rows.map((row, i) => ({ line: first + i, value: plainValue(row) }));
        start = end;
      }
    };
    return { columns, groups: groups() };
  } catch (error) {
    return parquetProblem(error, name);
  }
}

/** What an error of the library means for a person. */
export function parquetProblem(error: unknown, name: string): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const codec = /unsupported compression codec: (\w+)/.exec(message)?.[1];
  if (codec !== undefined)
    return new Problem(
      "unsupported",
      `${name} is compressed by ${codec}, which is not read here: write it again with compression="snappy".`,
    );
  return new Problem("malformed", `${name} is no whole Parquet file (${message}): copy it again.`);
}

/** A value as JSON has it: whole numbers of 64 bits as numbers, times as text. */
function plainValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, plainValue);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainValue(each)]));
}

/** A column's values are text or whole numbers; what is absent is null. */
export type ParquetRow = Readonly<Record<string, string | number | undefined>>;

/** Rows as a table compressed by Snappy. Columns that no row has are left out. */
export function parquetFile(rows: readonly ParquetRow[], columns: readonly string[]): Uint8Array {
  const columnData = columns.flatMap((name) => {
    const data = rows.map((row) => row[name] ?? null);
    const first = data.find((value) => value !== null);
    if (first === undefined) return [];
    return [{ name, data, type: typeof first === "number" ? ("INT32" as const) : ("STRING" as const) }];
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
