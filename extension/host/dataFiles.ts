import { createReadStream, existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { dataLists, type DataList } from "../data/dataLists";
import { parseRecords, type RecordProblem } from "../data/parseRecords";
import { fileStamp } from "./fileStamp";

/** What is known of a data file. */
export interface DataFileReport {
  /** Records in it; null where the file is not there or cannot be read. */
  readonly records: number | null;
  readonly problems: readonly RecordProblem[];
  /** Whether each line was looked at: a large file is only counted. */
  readonly isChecked: boolean;
}

/** Larger files are counted line by line as they come, so that the editor's host is never held up. */
const largestChecked = 5 * 1024 * 1024;

/** The data files of projects as far as they have been read; one is read again only when it has changed. */
export class DataFileCache {
  private readonly known = new Map<string, { readonly stamp: string; readonly report: DataFileReport }>();

  /** What is known of a file as it is now; undefined before `read` has been through. */
  get(path: string, list: DataList): DataFileReport | undefined {
    const known = this.known.get(`${list}:${path}`);
    return known?.stamp === fileStamp(path) ? known.report : undefined;
  }

  /** `name` is what sentences call the file. */
  async read(path: string, list: DataList, name: string): Promise<DataFileReport> {
    const stamp = fileStamp(path);
    const report = await readDataFile(path, list, name).catch((error: unknown): DataFileReport => ({
      records: null,
      problems: [{ line: 1, message: error instanceof Error ? error.message : String(error) }],
      isChecked: true,
    }));
    this.known.set(`${list}:${path}`, { stamp, report });
    return report;
  }
}

/** Reads a data file; `largest` is the size in bytes up to which each line is checked. */
export async function readDataFile(
  path: string,
  list: DataList,
  name: string,
  largest = largestChecked,
): Promise<DataFileReport> {
  if (!existsSync(path)) return { records: null, problems: [], isChecked: true };
  if (statSync(path).size > largest) {
    const isText = dataLists[list] === "pretraining" && !/\.jsonl?$/i.test(name);
    const records = await (isText ? countDocuments(path) : countLines(path));
    return { records, problems: [], isChecked: false };
  }
  const { records, problems } = parseRecords(dataLists[list], await readFile(path, "utf8"), name);
  return { records: records.length, problems, isChecked: true };
}

const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });

async function countLines(path: string): Promise<number> {
  let count = 0;
  for await (const line of linesOf(path)) if (line.trim() !== "") count++;
  return count;
}

/** As splitDocuments of data/parseRecords parts them: by "<|endoftext|>" where it stands in the text, else by blank lines. */
async function countDocuments(path: string): Promise<number> {
  let [paragraphs, parted] = [0, 0];
  let [inParagraph, inPart, hasMarks] = [false, false, false];
  for await (const line of linesOf(path)) {
    const isBlank = line.trim() === "";
    if (!isBlank && !inParagraph) paragraphs++;
    inParagraph = !isBlank;
    const parts = line.split("<|endoftext|>");
    hasMarks ||= parts.length > 1;
    parts.forEach((part, i) => {
      if (i > 0) inPart = false;
      if (part.trim() !== "" && !inPart) {
        inPart = true;
        parted++;
      }
    });
  }
  return hasMarks ? parted : paragraphs;
}
