import { integerFrom, listOf, oneOf, string, type Decoder } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import {
  comparisonSize,
  promptKinds,
  type ComparedResponse,
  type Comparison,
  type RecordKind,
  type RecordOf,
} from "./records";
import { filledText, jsonObject, strictRecord } from "../protocol/strictRecord";

const response: Decoder<ComparedResponse> = strictRecord({ id: filledText, text: string }, { model: string });

const comparisonFields = strictRecord(
  {
    id: filledText,
    prompt: filledText,
    axis: filledText,
    responses: listOf(response),
    tiers: listOf(listOf(integerFrom(0))),
  },
  { promptId: string, user: string, labeler: string, meta: jsonObject },
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
  prompts: strictRecord(
    { id: filledText, text: filledText },
    { user: string, kind: oneOf(promptKinds), useCase: string, meta: jsonObject },
  ),
  demonstrations: strictRecord(
    { id: filledText, prompt: filledText, response: filledText },
    { user: string, author: string, meta: jsonObject },
  ),
  comparisons: comparison,
  pretraining: strictRecord({ text: filledText }, {}),
};
