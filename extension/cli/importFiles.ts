import { basename } from "node:path";
import { importRecords, noTableRows } from "../data/importRecords";
import type { FileRow } from "../data/fileRows";
import { recordKinds, type DataRecord, type RecordKind } from "../data/records";
import {
  decidingRows,
  openRowImport,
  type ImportOptions,
  type Refused,
  type RowsTaken,
} from "../data/rowImport";
import { isProblem, type Problem } from "../protocol/problem";
import { openTarget, type ImportTarget } from "./importTarget";
import { fileProblem, openRows } from "./openRows";

/** What became of one file. */
export interface ImportedFile {
  readonly file: string;
  /** What was recognised, in words. */
  readonly format: string;
  readonly kind: RecordKind;
  readonly rows: number;
  /** Good ones, of which `added` were new to the project. */
  readonly records: number;
  readonly added: number;
  readonly refused: readonly Refused[];
  /** What was done to the texts, in sentences. */
  readonly notes: readonly string[];
}

export interface Importing {
  /** Null where there is none yet, and so no records either. */
  readonly project: string | null;
  readonly kind: RecordKind | "auto";
  readonly options: ImportOptions;
  /** Nothing is written then. */
  readonly isDry: boolean;
}

/** What files gave. All that they add is in place, or with a problem nothing of it. */
export interface Imported {
  readonly files: readonly ImportedFile[];
  /** Kinds whose files have grown. */
  readonly written: readonly RecordKind[];
}

/** Imports files into a project, row by row, so that none of them need fit into memory. */
export async function importFiles(
  importing: Importing,
  files: readonly string[],
): Promise<Imported | readonly Problem[]> {
  const targets = new Map<RecordKind, ImportTarget>();
  const imported: ImportedFile[] = [];
  const problems: Problem[] = [];
  const discard = (): void => {
    for (const target of targets.values()) target.discard();
  };
  try {
    for (const file of files) {
      const result = await importFile(importing, file, targets);
      if (isProblem(result)) problems.push(result);
      else imported.push(result);
    }
    if (problems.length > 0) {
      discard();
      return problems;
    }
    const written = recordKinds.filter((kind) => targets.get(kind)?.commit() === true);
    return { files: imported, written };
  } catch (error) {
    discard();
    throw error;
  }
}

async function importFile(
  { project, kind, options, isDry }: Importing,
  file: string,
  targets: Map<RecordKind, ImportTarget>,
): Promise<ImportedFile | Problem> {
  const sink = async (found: RecordKind): Promise<Sink | Problem> => {
    const target = targets.get(found) ?? (await openTarget(project, found, isDry));
    if (isProblem(target)) return target;
    targets.set(found, target);
    return target.add;
  };
  return await readFile(file, kind, options, sink);
}

/** Takes records of a file as they come, and says how many of them are new. */
export type Sink = (records: readonly DataRecord[]) => number;

/** Reads a file's records into a sink for their kind, which is asked for as soon as the kind is known. */
export async function readFile(
  file: string,
  kind: RecordKind | "auto",
  options: ImportOptions,
  sinkFor: (kind: RecordKind) => Promise<Sink | Problem>,
): Promise<ImportedFile | Problem> {
  const opened = await openRows(file);
  if (isProblem(opened)) return opened;
  const name = basename(file).replace(/\.gz$/i, "");
  if ("bytes" in opened) {
    const result = importRecords({ name, bytes: opened.bytes }, kind, options);
    if (isProblem(result)) return result;
    const sink = await sinkFor(result.kind);
    if (isProblem(sink)) return sink;
    const { records, ...rest } = result;
    return { ...rest, file, records: records.length, added: sink(records) };
  }
  try {
    return await readRows({ file, name, kind, options, ...opened }, sinkFor);
  } catch (error) {
    return fileProblem(error, file);
  }
}

interface RowFile {
  readonly file: string;
  readonly name: string;
  readonly kind: RecordKind | "auto";
  readonly options: ImportOptions;
  readonly rows: AsyncIterable<readonly FileRow[]>;
  readonly found?: () => string;
  readonly notes: readonly string[];
}

async function readRows(
  { file, name, kind, options, rows, found, notes }: RowFile,
  sinkFor: (kind: RecordKind) => Promise<Sink | Problem>,
): Promise<ImportedFile | Problem> {
  const batches = rows[Symbol.asyncIterator]();
  const first: FileRow[] = [];
  let isEnd = false;
  // The first rows decide the format; they are taken as all others once it is known.
  while (!isEnd && first.filter((row) => "value" in row).length < decidingRows) {
    const next = await batches.next();
    if (next.done === true) isEnd = true;
    else for (const row of next.value) first.push(row);
  }
  if (first.length === 0) return noTableRows(name);
  const opened = openRowImport(name, first, kind, options, found?.());
  if (isProblem(opened)) return opened;
  const sink = await sinkFor(opened.kind);
  if (isProblem(sink)) return sink;
  let [count, records, added] = [0, 0, 0];
  const refused: Refused[] = [];
  const put = (taken: RowsTaken): void => {
    records += taken.records.length;
    added += sink(taken.records);
    for (const each of taken.refused) refused.push(each);
  };
  const take = (batch: readonly FileRow[]): void => {
    count += batch.length;
    put(opened.take(batch));
  };
  take(first);
  while (!isEnd) {
    const next = await batches.next();
    if (next.done === true) isEnd = true;
    else take(next.value);
  }
  const last = opened.end();
  if (isProblem(last)) return last;
  put(last);
  refused.sort((a, b) => a.line - b.line);
  const { format, kind: gives } = opened;
  return {
    file,
    format,
    kind: gives,
    rows: count,
    records,
    added,
    refused,
    notes: [...notes, ...last.notes],
  };
}
