import {
  finiteNumber,
  integerFrom,
  isObject,
  listOf,
  matching,
  oneOf,
  string,
  unexpected,
  type Decoded,
  type Decoder,
  type Place,
} from "../protocol/codec";
import { nearestWord } from "../protocol/nearest";
import { Problem, isProblem } from "../protocol/problem";
import {
  comparisonSize,
  promptKinds,
  type ComparedResponse,
  type Comparison,
  type JsonObject,
  type RecordKind,
  type RecordOf,
} from "./records";

const filled = matching(/\S/, "text that is not empty");

const jsonObject: Decoder<JsonObject> = (value, place) =>
  isObject(value) ? (value as JsonObject) : unexpected("an object", value, place);

const share: Decoder<number> = (value, place) => {
  const weight = finiteNumber(value, place);
  return isProblem(weight) || weight >= 0 ? weight : unexpected("a number of at least 0", value, place);
};

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type RecordOfFields<R extends Fields, O extends Fields> = {
  readonly [K in keyof R]: Decoded<R[K]>;
} & { readonly [K in keyof O]?: Decoded<O[K]> };

/** An object with the required fields, some of the optional ones (null counts as absent), and no other. */
function record<R extends Fields, O extends Fields>(required: R, optional: O): Decoder<RecordOfFields<R, O>> {
  const known = [...Object.keys(required), ...Object.keys(optional)];
  return (value, place) => {
    if (!isObject(value)) return unexpected("an object", value, place);
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined) return unknownField(unknown, known, place);
    const entries: [string, unknown][] = [];
    for (const key of known) {
      if (Object.hasOwn(optional, key) && (value[key] ?? null) === null) continue;
      const decoder = Object.hasOwn(required, key) ? required[key] : optional[key];
      const path = place.path === "" ? key : `${place.path}.${key}`;
      const item = decoder(value[key], { where: place.where, path });
      if (isProblem(item)) return item;
      entries.push([key, item]);
    }
    return Object.fromEntries(entries) as RecordOfFields<R, O>;
  };
}

function unknownField(key: string, known: readonly string[], place: Place): Problem {
  const inside = place.path === "" ? "" : ` in "${place.path}"`;
  const rest = known.includes("meta") ? '; what has no field of its own goes into "meta"' : "";
  return new Problem(
    "malformed",
    `${place.where}: there is no field "${key}"${inside}; the nearest is "${nearestWord(key, known)}"${rest}.`,
  );
}

const response: Decoder<ComparedResponse> = record({ id: filled, text: string }, { model: string });

const comparisonFields = record(
  {
    id: filled,
    prompt: filled,
    axis: filled,
    responses: listOf(response),
    tiers: listOf(listOf(integerFrom(0))),
  },
  { promptId: string, user: string, labeler: string, weight: share, meta: jsonObject },
);

const comparison: Decoder<Comparison> = (value, place) => {
  const decoded = comparisonFields(value, place);
  if (isProblem(decoded)) return decoded;
  const wrong = wrongResponses(decoded) ?? wrongTiers(decoded);
  return wrong === null ? decoded : new Problem("malformed", `${place.where}: ${wrong}.`);
};

/** What is wrong with the responses of a comparison, in words; null when nothing is. */
function wrongResponses({ responses }: Comparison): string | null {
  const { min, max } = comparisonSize;
  if (responses.length < min || responses.length > max)
    return `"responses" must hold ${min} to ${max} responses, but holds ${responses.length}`;
  const ids = responses.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  return twice === undefined ? null : `"responses" holds the id "${twice}" twice`;
}

/** Why the tiers are no partition of the responses' indices, in words; null when they are one. */
function wrongTiers({ responses, tiers }: Comparison): string | null {
  const last = responses.length - 1;
  const empty = tiers.findIndex((tier) => tier.length === 0);
  if (empty >= 0) return `"tiers[${empty}]" is empty: leave it out`;
  const placed = tiers.flat();
  const beyond = placed.find((index) => index > last);
  if (beyond !== undefined) return `"tiers" holds ${beyond}, but the responses are numbered 0 to ${last}`;
  const twice = placed.find((index, i) => placed.indexOf(index) !== i);
  if (twice !== undefined) return `"tiers" holds response ${twice} twice: each must stand in one tier`;
  const absent = responses.findIndex((_, index) => !placed.includes(index));
  return absent < 0 ? null : `"tiers" leaves out response ${absent}: each must stand in one tier`;
}

/** What a line of each kind of record must be. */
export const recordDecoders: { readonly [K in RecordKind]: Decoder<RecordOf[K]> } = {
  prompts: record(
    { id: filled, text: filled },
    { user: string, kind: oneOf(promptKinds), useCase: string, meta: jsonObject },
  ),
  demonstrations: record(
    { id: filled, prompt: filled, response: filled },
    { user: string, author: string, meta: jsonObject },
  ),
  comparisons: comparison,
  pretraining: record({ text: filled }, {}),
};
