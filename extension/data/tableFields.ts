import { isObject } from "../protocol/codec";
import { metaIn } from "./groupColumns";
import { promptKinds } from "./records";
import type { Row } from "./rowFormat";

/** Names of a field, as `plainName` has them; the first of a row counts. */
const fieldNames = {
  prompt: ["prompt", "instruction", "question", "query"],
  input: ["input", "context"],
  response: ["response", "completion", "output", "answer"],
  chosen: ["chosen", "preferred"],
  rejected: ["rejected", "dispreferred"],
  messages: ["messages", "conversation", "conversations"],
  text: ["text", "content", "document", "story"],
  id: ["id"],
  user: ["user", "userid"],
  labeler: ["labeler", "labeller", "annotator"],
  author: ["author"],
  axis: ["axis"],
  promptId: ["promptid"],
  kind: ["kind"],
  useCase: ["usecase"],
  meta: ["meta"],
  label: ["label"],
} as const;
export type FieldName = keyof typeof fieldNames;
const fieldOfName: ReadonlyMap<string, FieldName> = new Map(
  (Object.keys(fieldNames) as FieldName[]).flatMap((field) =>
    fieldNames[field].map((name) => [name, field] as const),
  ),
);

/** A name without case and signs, which make no difference. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The fields of a row that have a meaning here, and all others. */
export type Fields = Readonly<Partial<Record<FieldName, unknown>>> & { readonly rest: Row };

export function fieldsOf(row: unknown): Fields {
  const fields: Partial<Record<FieldName, unknown>> = {};
  const rest: [string, unknown][] = [];
  for (const [key, value] of Object.entries(isObject(row) ? row : {})) {
    const name = fieldOfName.get(plainName(key));
    if (name !== undefined && fields[name] === undefined && isFor(name, value)) fields[name] = value;
    else if (value !== null && value !== "") rest.push([key, value]);
  }
  return { ...fields, rest: Object.fromEntries(rest) };
}

const nameFields: readonly FieldName[] = ["id", "user", "labeler", "author", "axis", "promptId", "useCase"];

/** Whether a value can be what the field's name says; any other is kept in "meta". */
function isFor(name: FieldName, value: unknown): boolean {
  if (nameFields.includes(name))
    return (typeof value === "string" && value !== "") || typeof value === "number";
  if (name === "kind") return (promptKinds as readonly unknown[]).includes(value);
  return name !== "meta" || metaIn(value) !== undefined;
}

/** The fields besides the texts that records of a kind have places for; all others of a row go into "meta". */
const placesOf = {
  comparisons: ["id", "user", "labeler", "axis", "promptId"],
  demonstrations: ["id", "user", "author"],
  prompts: ["id", "user", "kind", "useCase"],
} as const satisfies Record<string, readonly FieldName[]>;

/** What goes into every record of the row besides its texts: an own id, who it is from, and what has no place of its own. */
export function extras(fields: Fields, kind: keyof typeof placesOf): object {
  const places: readonly FieldName[] = placesOf[kind];
  const given = (name: FieldName): object =>
    fields[name] === undefined ? {} : { [name]: String(fields[name]) };
  // Who labelled an answer that stands alone is who wrote it.
  const author = kind === "demonstrations" && fields.author === undefined ? fields.labeler : undefined;
  const elsewhere = [...nameFields, "kind" as const].filter(
    (name) => !places.includes(name) && !(name === "labeler" && author !== undefined),
  );
  const meta = { ...metaIn(fields.meta), ...fields.rest, ...Object.assign({}, ...elsewhere.map(given)) };
  return {
    ...(author === undefined ? {} : { author: String(author) }),
    ...Object.assign({}, ...places.map(given)),
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
  };
}
