import type { ComparisonPart } from "./comparisonParts";
import type { RecordKind } from "./records";

export type Row = Readonly<Record<string, unknown>>;

/** A name for the record made of this content: the same content of the same file gets the same one, whenever it is imported. */
export type IdOf = (content: string) => string;

/** What a row gives. `records` are checked by the record kind's decoder afterwards. */
export interface Reading {
  readonly records: readonly object[];
  /** Why something of the row gives no record. */
  readonly reasons: readonly string[];
  /** What the row says of a comparison that stands in several rows. */
  readonly part?: ComparisonPart;
}

/** A way to write records as rows of JSON or of a table. */
export interface RowFormat {
  readonly name: string;
  readonly kind: RecordKind;
  readonly matches: (row: unknown) => boolean;
  /** Kinds that another format reads its rows as, so that it is passed over where one of them is asked for. */
  readonly notFor?: readonly RecordKind[];
  /** Reads a row that may not match, since it only stands in one file with others that do. */
  readonly read: (row: unknown, idOf: IdOf) => Reading;
}

export const oneRecord = (record: object): Reading => ({ records: [record], reasons: [] });
export const onePart = (part: ComparisonPart): Reading => ({ records: [], reasons: [], part });
export const refusal = (reason: string): Reading => ({ records: [], reasons: [reason] });

/** A comparison of a preferred response and another one. */
export function pairOf(
  {
    prompt,
    chosen,
    rejected,
  }: { readonly prompt: string; readonly chosen: string; readonly rejected: string },
  idOf: IdOf,
  rest: object = {},
): Reading {
  if (chosen === rejected) return refusal("both responses are the same");
  const id = idOf(`${prompt}\n${chosen}\n${rejected}`);
  const responses = [chosen, rejected].map((text, i) => ({ id: `${id}/${i + 1}`, text }));
  return oneRecord({ id, prompt, axis: "overall", responses, tiers: [[0], [1]], ...rest });
}

/** Ids of a file's name and a hash of the content; what stands in a file again gets a number behind it. */
export function namer(name: string): IdOf {
  const stem = name.replace(/\.[^.]*$/, "");
  const times = new Map<string, number>();
  return (content) => {
    const id = `${stem}-${contentHash(content)}`;
    const time = (times.get(id) ?? 0) + 1;
    times.set(id, time);
    return time === 1 ? id : `${id}-${time}`;
  };
}

/** 64 bits of a text in hexadecimal: two chains of multiplications as in FNV-1a (Fowler, Noll and Vo). Not against forgers. */
function contentHash(text: string): string {
  let [a, b] = [0x811c9dc5, 0x2545f491];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code ^ (b >>> 15), 0x85ebca6b);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
