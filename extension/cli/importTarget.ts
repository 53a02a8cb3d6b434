import { createHash } from "node:crypto";
import { createReadStream, existsSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { lineFeed, plainFeed } from "../data/lineFeed";
import { recordDecoders } from "../data/recordDecoders";
import { toJsonLines, type DataRecord, type RecordKind } from "../data/records";
import { decodeText } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import { makeFolder, openReplacement, type Replacement } from "../runs/disk";

/** Where imported records of a kind go, inside the project. */
export const importTarget = (kind: RecordKind): string => `data/${kind}.jsonl`;

/** A file of the project that imported records are added to: its new content is written beside it as records come. */
export interface ImportTarget {
  /** How many of these the project does not have yet; they are added. */
  readonly add: (records: readonly DataRecord[]) => number;
  /** Puts the new content into place, where there is any; true when there is. */
  readonly commit: () => boolean;
  readonly discard: () => void;
}

/**
 * Opens the target of a kind; without a project, or for a dry run, nothing is ever written. A problem where what is there is malformed.
 * Records that are there already, by id (or by text for pretraining documents), are not added again.
 */
export async function openTarget(
  project: string | null,
  kind: RecordKind,
  isDry: boolean,
): Promise<ImportTarget | Problem> {
  const path = project === null ? null : join(project, importTarget(kind));
  const known = path !== null && existsSync(path) ? await keysIn(path, kind) : new Set<string>();
  if (isProblem(known)) return known;
  let [replacement, isOwnFolder]: [Replacement | null, boolean] = [null, false];
  const write = (records: readonly DataRecord[]): void => {
    if (path === null || isDry || records.length === 0) return;
    if (replacement === null) {
      isOwnFolder = !existsSync(dirname(path));
      makeFolder(dirname(path));
      replacement = openReplacement(path, "keep");
    }
    for (const record of records) replacement.write(toJsonLines([record]));
  };
  return {
    add(records) {
      const fresh = records.filter((record) => {
        const key = keyOf(record);
        return !known.has(key) && known.add(key).size > 0;
      });
      write(fresh);
      return fresh.length;
    },
    commit() {
      replacement?.commit();
      return replacement !== null;
    },
    discard() {
      replacement?.discard();
      if (!isOwnFolder || path === null) return;
      try {
        rmdirSync(dirname(path));
      } catch {
        // Something else is in it by now.
      }
    },
  };
}

/** The keys of all records of a file, read line by line. */
async function keysIn(path: string, kind: RecordKind): Promise<Set<string> | Problem> {
  const keys = new Set<string>();
  const [plain, lines] = [plainFeed(), lineFeed()];
  const take = (fed: ReturnType<typeof lines.feed>): Problem | null => {
    for (const line of fed) {
      const place = `${importTarget(kind)}, line ${line.line}`;
      const record =
        "text" in line
          ? decodeText<DataRecord>(recordDecoders[kind], line.text, place)
          : new Problem("malformed", `${place} is too long.`);
      if (isProblem(record))
        return new Problem("malformed", `${record.message} Mend that first; nothing was imported.`);
      keys.add(keyOf(record));
    }
    return null;
  };
  const stream = createReadStream(path, { encoding: "utf8", highWaterMark: 2 ** 18 });
  for await (const text of stream as AsyncIterable<string>) {
    const wrong = take(lines.feed(plain.feed(text)));
    if (wrong !== null) return wrong;
  }
  return take([...lines.feed(plain.end()), ...lines.end()]) ?? keys;
}

function keyOf(record: DataRecord): string {
  return "id" in record ? record.id : createHash("sha256").update(record.text).digest("base64");
}
