import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { importRecords, type ImportOptions, type Refused } from "../data/importRecords";
import { parseRecords } from "../data/parseRecords";
import { recordKinds, toJsonLines, type DataRecord, type RecordKind } from "../data/records";
import { Problem, isProblem } from "../protocol/problem";
import { errorCode, makeFolder, replaceFile } from "../runs/disk";
import { readText, readWhole } from "../runs/sealedFolder";

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

export interface ImportPlan {
  readonly files: readonly ImportedFile[];
  /** Whole new contents of data/<kind>.jsonl, by kind; only kinds that gain records. */
  readonly contents: Readonly<Partial<Record<RecordKind, string>>>;
}

/** Where imported records of a kind go, inside the project. */
export const importTarget = (kind: RecordKind): string => `data/${kind}.jsonl`;

/** Gunzipped files may not be larger than this, so that a small malicious file cannot fill the memory. */
const maxBytes = 2 ** 30;

/**
 * Reads files and lays out what importing them would write. Records that are there already, by id (or by text for pretraining documents),
 * are not added again, so importing twice adds nothing.
 */
export function planImport(
  project: string | null,
  files: readonly string[],
  kind: RecordKind | "auto",
  options: ImportOptions,
): ImportPlan | readonly Problem[] {
  const targets = new Map<RecordKind, Target>();
  const imported: ImportedFile[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const result = planFile({ project, kind, options, targets }, file);
    if (isProblem(result)) problems.push(result);
    else imported.push(result);
  }
  if (problems.length > 0) return problems;
  const grown = recordKinds.filter((each) => (targets.get(each)?.added.length ?? 0) > 0);
  return {
    files: imported,
    contents: Object.fromEntries(grown.map((each) => [each, contentOf(targets.get(each) as Target)])),
  };
}

/** Writes what was planned. Throws DiskError. */
export function writeImport(project: string, { contents }: ImportPlan): void {
  makeFolder(join(project, "data"));
  for (const kind of recordKinds) {
    const content = contents[kind];
    if (content !== undefined) replaceFile(join(project, importTarget(kind)), content);
  }
}

/** A file of the project that imported records are added to. */
interface Target {
  readonly text: string;
  readonly known: Set<string>;
  readonly added: DataRecord[];
}

interface Importing {
  /** Null where there is none yet, and so no records either. */
  readonly project: string | null;
  readonly kind: RecordKind | "auto";
  readonly options: ImportOptions;
  readonly targets: Map<RecordKind, Target>;
}

function planFile({ project, kind, options, targets }: Importing, file: string): ImportedFile | Problem {
  const bytes = readBytes(file);
  if (isProblem(bytes)) return bytes;
  const name = basename(file).replace(/\.gz$/i, "");
  const result = importRecords({ name, bytes }, kind, options);
  if (isProblem(result)) return result;
  const target = targets.get(result.kind) ?? openTarget(project, result.kind);
  if (isProblem(target)) return target;
  targets.set(result.kind, target);
  const before = target.added.length;
  for (const record of result.records) {
    const key = keyOf(record);
    if (target.known.has(key)) continue;
    target.known.add(key);
    target.added.push(record);
  }
  const { format, kind: found, rows, records, refused, notes } = result;
  const added = target.added.length - before;
  return { file, format, kind: found, rows, records: records.length, added, refused, notes };
}

/** A file's bytes, gunzipped when they are gzip's. */
function readBytes(file: string): Uint8Array | Problem {
  const bytes = readWhole(file);
  if (isProblem(bytes)) return bytes;
  if (bytes.length === 0) return new Problem("malformed", `${file} is empty.`);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (errorCode(error) === "ERR_BUFFER_TOO_LARGE")
      return new Problem("tooLarge", `${file} is larger than 1 GB without its compression: split it.`);
    return new Problem(
      "malformed",
      `${file} is no whole gzip file (${(error as Error).message}): copy it again.`,
    );
  }
}

function openTarget(project: string | null, kind: RecordKind): Target | Problem {
  const path = project === null ? null : join(project, importTarget(kind));
  if (path === null || !existsSync(path)) return { text: "", known: new Set(), added: [] };
  const text = readText(path);
  if (isProblem(text)) return text;
  const { records, problems } = parseRecords(kind, text, importTarget(kind));
  if (problems.length > 0 && text.trim() !== "")
    return new Problem("malformed", `${problems[0].message} Mend that first; nothing was imported.`);
  return { text, known: new Set(records.map(keyOf)), added: [] };
}

function keyOf(record: DataRecord): string {
  return "id" in record ? record.id : createHash("sha256").update(record.text).digest("base64");
}

function contentOf({ text, added }: Target): string {
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return before + toJsonLines(added);
}
