import { Problem } from "../protocol/problem";
import type { DataRecord, Demonstration, PretrainingDocument, Prompt, RecordKind } from "./records";
import { namer, type IdOf } from "./rowFormat";

/** Records as another kind, as they come, and at the end a word on what became of them. */
export interface RecordSieve {
  readonly kind: RecordKind;
  readonly pass: (records: readonly DataRecord[]) => readonly DataRecord[];
  /** Notes, in sentences; a problem where nothing came through. */
  readonly end: () => readonly string[] | Problem;
}

/**
 * The records of a file as the kind that is asked for, where that means something: prompts out of demonstrations and comparisons, each text
 * once; demonstrations out of comparisons, where one response alone is best; text out of prompts, and prompts out of texts, cut to their
 * first words if told so.
 */
export function recordSieve(
  name: string,
  from: RecordKind,
  kind: RecordKind | "auto",
  openingWords?: number,
): RecordSieve {
  const whole = kind === "auto" || kind === from ? sameKind(from) : otherKind(name, from, kind);
  return openingWords === undefined ? whole : openings(name, whole, openingWords);
}

function sameKind(kind: RecordKind): RecordSieve {
  const others = new Map<string, number>();
  return {
    kind,
    pass(records) {
      for (const record of records)
        if ("axis" in record && record.axis !== "overall")
          others.set(record.axis, (others.get(record.axis) ?? 0) + 1);
      return records;
    },
    end: () =>
      [...others].map(([axis, n]) => `${n} are on the axis "${axis}"; training takes those on "overall".`),
  };
}

function otherKind(name: string, from: RecordKind, kind: RecordKind): RecordSieve {
  const idOf = namer(name);
  const seen = new Set<string>();
  const isNew = (text: string): boolean => !seen.has(text) && seen.add(text).size > 0;
  let [came, went] = [0, 0];
  return {
    kind,
    pass(records) {
      const converted = convertRecords(records, kind, idOf);
      const passed =
        kind === "prompts" ? converted.filter((record) => "text" in record && isNew(record.text)) : converted;
      came += records.length;
      went += passed.length;
      return passed;
    },
    end: () =>
      went > 0
        ? [`${came} ${from} gave ${went} ${kind}.`]
        : new Problem(
            "invalidValue",
            `${name} holds ${from}, out of which no ${kind} can be made: leave out --kind, or name another.`,
          ),
  };
}

/** Prompts cut to their first words, each once; one that has no word more is left out, for a model is to go on with it. */
function openings(name: string, sieve: RecordSieve, words: number): RecordSieve {
  const idOf = namer(name);
  const opening = new RegExp(`^\\s*((?:\\S+\\s+){${words - 1}}\\S+)\\s+\\S`);
  const seen = new Set<string>();
  let texts = 0;
  return {
    kind: sieve.kind,
    pass(records) {
      const prompts = sieve.pass(records).filter((record) => "id" in record && "text" in record);
      texts += prompts.length;
      const found = [...new Set(prompts.flatMap(({ text }) => opening.exec(text)?.[1] ?? []))];
      const fresh = found.filter((text) => !seen.has(text));
      for (const text of fresh) seen.add(text);
      return fresh.map((text) => ({ id: idOf(text), text }));
    },
    end() {
      const notes = sieve.end();
      if (notes instanceof Problem) return notes;
      return seen.size > 0
        ? [...notes, `${texts} texts gave ${seen.size} different openings of ${words} words.`]
        : new Problem("invalidValue", `${name} holds no text of more than ${words} words.`);
    },
  };
}

function convertRecords(records: readonly DataRecord[], kind: RecordKind, idOf: IdOf): readonly DataRecord[] {
  switch (kind) {
    case "prompts":
      return records.map((record) => promptOf(record, idOf));
    case "demonstrations":
      return records.flatMap(demonstrationOf);
    case "pretraining":
      return records.flatMap(documentOf);
    case "comparisons":
      return records.filter((record) => "tiers" in record);
  }
}

function promptOf(record: DataRecord, idOf: IdOf): Prompt {
  if (!("id" in record)) return { id: idOf(record.text), text: record.text };
  if ("text" in record) return record;
  const { id, prompt, user } = record;
  return { id, text: prompt, ...(user === undefined ? {} : { user }) };
}

function demonstrationOf(record: DataRecord): Demonstration[] {
  if ("response" in record) return [record];
  if (!("tiers" in record) || record.tiers[0].length !== 1) return [];
  const { id, prompt, user, responses, tiers } = record;
  const { text } = responses[tiers[0][0]];
  return text.trim() === "" ? [] : [{ id, prompt, response: text, ...(user === undefined ? {} : { user }) }];
}

function documentOf(record: DataRecord): PretrainingDocument[] {
  return "text" in record ? [{ text: record.text }] : [];
}
