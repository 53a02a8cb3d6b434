import { isObject } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { argillaRankings, argillaTexts } from "./argilla";
import { partJoiner, type Joined } from "./comparisonParts";
import { recordSieve } from "./convertRecords";
import type { FileRow } from "./fileRows";
import { labelStudioRankings } from "./labelStudio";
import { oasstTrees } from "./oasstTrees";
import { pandaLm, selfInstruct } from "./publishedFormats";
import { recordDecoders } from "./recordDecoders";
import { recordKinds, type DataRecord, type RecordKind } from "./records";
import { namer, oneRecord, type Reading, type RowFormat } from "./rowFormat";
import { tableFormats } from "./tableFormats";

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

/** What some rows of a file gave. Each row that gave no record, or not all of its own, is refused with a reason. */
export interface RowsTaken {
  readonly records: readonly DataRecord[];
  readonly refused: readonly Refused[];
}

/** A file that is read row by row, so that it need not be in memory as a whole. */
export interface RowImport {
  /** What was recognised, in words. */
  readonly format: string;
  readonly kind: RecordKind;
  readonly take: (rows: readonly FileRow[]) => RowsTaken;
  /** What is left when no rows come any more; a problem where the rows gave nothing of the kind that was asked for. */
  readonly end: () => (RowsTaken & { readonly notes: readonly string[] }) | Problem;
}

/**
 * So many rows decide what the format is, since the first one may be a bad one. Formats are listed with what is particular first, so the
 * first that takes half as many of them as any other is the one.
 */
export const decidingRows = 50;

/** Opens the import of a file whose first rows are these. A problem for rows in no known format. */
export function openRowImport(
  name: string,
  first: readonly FileRow[],
  kind: RecordKind | "auto",
  options: ImportOptions = {},
  found = fieldsFound(first),
): RowImport | Problem {
  const format = formatOf(first, kind, options);
  if (format === null)
    return new Problem(
      "unsupported",
      `${name} is in no format known here, ${found}: rename them to prompt, response, chosen, rejected or text.`,
    );
  const reader = rowReader(name, format);
  const sieve = recordSieve(name, format.kind, kind, options.openingWords);
  return {
    format: format.name,
    kind: sieve.kind,
    take(rows) {
      const { records, refused } = reader.take(rows);
      return { records: sieve.pass(records), refused };
    },
    end() {
      const { records, refused } = reader.end();
      const passed = sieve.pass(records);
      const notes = sieve.end();
      return isProblem(notes) ? notes : { records: passed, refused, notes };
    },
  };
}

function formatOf(
  first: readonly FileRow[],
  kind: RecordKind | "auto",
  { synthetic = true }: ImportOptions,
): RowFormat | null {
  const all: readonly RowFormat[] = [
    ...ownFormats,
    pandaLm,
    selfInstruct,
    oasstTrees(synthetic),
    labelStudioRankings,
    argillaRankings,
    argillaTexts,
    ...tableFormats,
    strings,
  ];
  const formats = all.filter(({ notFor = [] }) => kind === "auto" || !notFor.includes(kind));
  const deciding = first.filter((row) => "value" in row).slice(0, decidingRows);
  const votes = formats.map(
    ({ matches }) => deciding.filter((row) => "value" in row && matches(row.value)).length,
  );
  const most = Math.max(...votes);
  return most === 0 ? null : formats[votes.findIndex((count) => count >= most / 2)];
}

function fieldsFound(rows: readonly FileRow[]): string {
  const first = rows.find((row) => "value" in row && isObject(row.value));
  return first && "value" in first
    ? `its rows have the fields ${Object.keys(first.value as object).join(", ")}`
    : "its rows are no objects";
}

const together = (all: readonly RowsTaken[]): RowsTaken => ({
  records: all.flatMap(({ records }) => records),
  refused: all.flatMap(({ refused }) => refused),
});

/** Reads rows as a format has them. Records with an id that stands in an earlier row are refused. */
export function rowReader(
  name: string,
  format: RowFormat,
): { readonly take: (rows: readonly FileRow[]) => RowsTaken; readonly end: () => RowsTaken } {
  const idOf = namer(name);
  const joiner = partJoiner(idOf);
  const ids = new Set<string>();
  const checked = (line: number, { records, reasons }: Reading): RowsTaken => {
    const good: DataRecord[] = [];
    const refused: Refused[] = reasons.map((reason) => ({ line, reason }));
    for (const each of records) {
      const record = recordDecoders[format.kind](each, { where: "the row", path: "" });
      if (isProblem(record)) refused.push({ line, reason: record.message });
      else if ("id" in record && ids.has(record.id))
        refused.push({ line, reason: "the id stands in an earlier row already" });
      else {
        if ("id" in record) ids.add(record.id);
        good.push(record);
      }
    }
    return { records: good, refused };
  };
  const joined = ({ comparisons, refused }: Joined): RowsTaken =>
    together([
      ...comparisons.map(({ line, comparison }) => checked(line, oneRecord(comparison))),
      { records: [], refused },
    ]);
  return {
    take: (rows) =>
      together(
        rows.map((row) => {
          if ("reason" in row) return { records: [], refused: [{ line: row.line, reason: row.reason }] };
          const reading = format.read(row.value, idOf);
          if (reading.part === undefined) return checked(row.line, reading);
          return joined(joiner.add(reading.part, row.line));
        }),
      ),
    end: () => joined(joiner.end()),
  };
}

/** Our own lines match when their decoder takes them whole. */
const ownFormats: readonly RowFormat[] = recordKinds.map((kind) => ({
  name: `our own JSON lines of ${kind}`,
  kind,
  matches: (row) => !isProblem(recordDecoders[kind](row, { where: "", path: "" })),
  read: (row) => oneRecord(row as object),
}));

/** A prompt a row. */
export const strings: RowFormat = {
  name: "texts in JSON, a prompt each",
  kind: "prompts",
  matches: (row) => typeof row === "string",
  read: (row, idOf) => oneRecord({ id: idOf(String(row)), text: row }),
};
