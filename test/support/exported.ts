import assert from "node:assert/strict";
import { exportFormats, type ExportFormatName, type ExportedKind } from "../../extension/data/exportFormats";
import { exportRecords } from "../../extension/data/exportRecords";
import type { FileRow } from "../../extension/data/fileRows";
import { importRecords } from "../../extension/data/importRecords";
import { openParquet } from "../../extension/data/parquetRows";
import type { Comparison, DataRecord, RecordOf } from "../../extension/data/records";
import { openRowImport } from "../../extension/data/rowImport";
import { good } from "./fakeRuns";

/** Records as the bytes of a file. */
export function exportedBytes<K extends ExportedKind>(
  kind: K,
  records: readonly RecordOf[K][],
  format: ExportFormatName,
): Uint8Array {
  const pieces = [...exportRecords(kind, records, format).pieces];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}

/** The rows of a format of JSON lines. */
export function exportedRows(
  comparisons: readonly Comparison[],
  format: ExportFormatName,
): readonly Readonly<Record<string, unknown>>[] {
  const text = Buffer.from(exportedBytes("comparisons", comparisons, format)).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** The rows of a Parquet file that is in memory. */
export async function parquetRowsOf(bytes: Uint8Array): Promise<readonly FileRow[]> {
  const table = good(await openParquet(Uint8Array.from(bytes).buffer, "x.parquet", {}));
  const rows: FileRow[] = [];
  for await (const group of table.groups) rows.push(...group);
  return rows;
}

/** Records that are exported and imported again, none of them refused. */
export async function readBack<K extends ExportedKind>(
  kind: K,
  records: readonly RecordOf[K][],
  format: ExportFormatName,
): Promise<readonly RecordOf[K][]> {
  const bytes = exportedBytes(kind, records, format);
  const name = `x${exportFormats[format].ending}`;
  const imported =
    format === "parquet"
      ? takenRows(await parquetRowsOf(bytes))
      : good(importRecords({ name, bytes }, "auto"));
  assert.deepEqual(imported.refused, []);
  return imported.records as readonly RecordOf[K][];
}

function takenRows(rows: readonly FileRow[]): {
  readonly records: readonly DataRecord[];
  readonly refused: readonly object[];
} {
  const opened = good(openRowImport("x.parquet", rows, "auto"));
  const taken = opened.take(rows);
  const last = good(opened.end());
  return { records: [...taken.records, ...last.records], refused: [...taken.refused, ...last.refused] };
}
