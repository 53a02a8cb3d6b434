import { createRng } from "../algorithms/rng";
import { decodeText, decodeVersioned, encodeJson, listOf, nullable } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import {
  labelItem,
  rankingFile,
  rankingFormatVersion,
  rating,
  type ItemResponse,
  type LabelItem,
  type RankingFile,
  type Rating,
  type RankingJudgement,
} from "../protocol/rankingFormat";
import { comparisonSize, type Comparison, type JsonObject, type Prompt } from "./records";
import { filledLines, plainText } from "./textLines";

/** The items of a batch, one a line, untrusted. One bad line is a problem of the whole, because items are written by programs, once. */
export function parseItems(text: string, where: string): readonly LabelItem[] | Problem {
  const items: LabelItem[] = [];
  const lineOfId = new Map<string, number>();
  for (const { line, text: content } of filledLines(text)) {
    const place = `${where}, line ${line}`;
    const decoded = decodeText(labelItem, content, place);
    if (isProblem(decoded)) return decoded;
    const wrong = wrongItem(decoded, lineOfId);
    if (wrong !== null) return new Problem("malformed", `${place}: ${wrong}.`);
    lineOfId.set(decoded.id, line);
    items.push(decoded);
  }
  return items.length > 0
    ? items
    : new Problem("malformed", `${where} is empty: it should hold items to rank.`);
}

function wrongItem({ id, responses }: LabelItem, lineOfId: ReadonlyMap<string, number>): string | null {
  const { min, max } = comparisonSize;
  if (lineOfId.has(id)) return `the item "${id}" already stands in line ${lineOfId.get(id)}`;
  if (responses.length < min || responses.length > max)
    return `"responses" must hold ${min} to ${max} responses, but holds ${responses.length}`;
  const twice = repeated(responses.map((response) => response.id));
  return twice === null ? null : `"responses" holds the id "${twice}" twice`;
}

/** An item as far as judgements name it. */
export interface ItemIds {
  readonly id: string;
  readonly responses: readonly { readonly id: string }[];
}

/** A labeler's judgements, untrusted, checked against the items of their batch. */
export function parseRankingFile(
  text: string,
  where: string,
  items: readonly ItemIds[],
): RankingFile | Problem {
  const file = decodeVersioned(rankingFile, rankingFormatVersion, plainText(text), where);
  if (isProblem(file)) return file;
  const idsOfItem = new Map(items.map(({ id, responses }) => [id, responses.map((response) => response.id)]));
  for (const [itemId, judged] of Object.entries(file.judgements)) {
    const wrong = wrongJudgement(judged, idsOfItem.get(itemId));
    if (wrong !== null) return new Problem("malformed", `${where}: "judgements.${itemId}" ${wrong}.`);
  }
  return file;
}

/** What is wrong with a judgement of an item with these responses, in words; null when nothing is. */
function wrongJudgement(judged: RankingJudgement, ids: readonly string[] | undefined): string | null {
  if (ids === undefined) return "is about an item that its batch does not hold";
  const { tiers = {}, shownOrder = [], ratings = {}, status } = judged;
  const named = [...Object.values(tiers).flat(2), ...shownOrder, ...Object.keys(ratings)];
  const unknown = named.find((id) => !ids.includes(id));
  if (unknown !== undefined) return `names the response "${unknown}", which the item does not hold`;
  for (const [axis, ofAxis] of Object.entries(tiers)) {
    const placed = ofAxis.flat();
    const twice = repeated(placed);
    if (twice !== null) return `has the response "${twice}" twice in "tiers.${axis}"`;
    const absent = ids.find((id) => !placed.includes(id));
    if (status === "submitted" && absent !== undefined)
      return `is submitted, but "tiers.${axis}" leaves out the response "${absent}"`;
  }
  return status === "submitted" && Object.keys(tiers).length === 0
    ? 'is submitted, but has no "tiers"'
    : null;
}

function repeated(ids: readonly string[]): string | null {
  return ids.find((id, i) => ids.indexOf(id) !== i) ?? null;
}

/** A labeler's file before the first judgement. Each labeler sees the responses in an order of their own, which their name decides. */
export function newRankingFile(batch: string, labeler: string): RankingFile {
  const shuffleSeed = createRng(0)
    .split(batch)
    .split(labeler)
    .integer(2 ** 16);
  return { formatVersion: rankingFormatVersion, batch, labeler, shuffleSeed, judgements: {} };
}

/** The file of a labeler's judgements: a line for each field of a judgement, so that a judgement is a small difference to Git. */
export function rankingFileText(file: RankingFile): string {
  const { judgements, ...head } = file;
  const blocks = Object.entries(judgements).map(
    ([id, judged]) => `    ${JSON.stringify(id)}: ${judgementText(judged)}`,
  );
  const body = blocks.length === 0 ? "{}" : `{\n${blocks.join(",\n")}\n  }`;
  return `{\n${fieldLines(head, "  ")},\n  "judgements": ${body}\n}\n`;
}

/** One judgement as it stands in a labeler's file: its fields in one order, whatever was said first, so that an edit changes its own lines. */
export function judgementText(judged: RankingJudgement): string {
  const { status, shownOrder: order, tiers, ratings, ...circumstances } = judged;
  const ordered = { status, shownOrder: order, tiers, ratings, ...sorted(circumstances) };
  return `{\n${fieldLines(ordered, "      ")}\n    }`;
}

function sorted<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
}

function fieldLines(fields: object, indent: string): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${indent}${JSON.stringify(key)}: ${encodeJson(value)}`)
    .join(",\n");
}

/**
 * The submitted judgements on one axis as comparisons, in the items' order; drafts, skipped and unrankable items give none, nor do
 * judgements without that axis. `file` has been parsed with these items. Ratings and notes of single responses go into "meta" only if
 * asked for, so that a note changes no run's inputs.
 */
export function rankingsToComparisons(
  items: readonly LabelItem[],
  file: RankingFile,
  axis: string,
  what: "tiers" | "tiers and ratings" = "tiers",
): Comparison[] {
  return items.flatMap(({ id, prompt, promptId, user, responses }) => {
    const judged = Object.hasOwn(file.judgements, id) ? file.judgements[id] : undefined;
    const tiers = judged?.tiers?.[axis];
    if (judged?.status !== "submitted" || tiers === undefined) return [];
    const ids = responses.map((response) => response.id);
    const isAll = what === "tiers and ratings";
    const meta = isAll ? { ...judged.importedMeta?.[axis], ...ratingsOf(judged, ids) } : {};
    return [
      {
        id: `${file.batch}/${id}/${file.labeler}/${axis}`,
        prompt,
        ...(promptId === undefined ? {} : { promptId }),
        ...(user === undefined ? {} : { user }),
        labeler: file.labeler,
        axis,
        // Ids of responses are an item's own, so the item's name makes them unique among all comparisons.
        responses: responses.map((response) => ({
          id: `${file.batch}/${id}/${response.id}`,
          text: response.text,
          ...(response.model === undefined ? {} : { model: response.model }),
        })),
        tiers: tiers
          .filter((tier) => tier.length > 0)
          .map((tier) => tier.map((responseId) => ids.indexOf(responseId))),
        ...(Object.keys(meta).length === 0 ? {} : { meta }),
      },
    ];
  });
}

/** What a labeler said of single responses, in the responses' order, so that no format loses it. */
function ratingsOf({ ratings = {} }: RankingJudgement, ids: readonly string[]): JsonObject {
  const said = ids.map((id) => (Object.hasOwn(ratings, id) ? jsonOf(ratings[id]) : null));
  return said.every((each) => each === null) ? {} : { ratings: said };
}

const jsonOf = (value: object): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

/** The axes that a labeler's submitted judgements are on, in the order in which they first come. */
export function judgedAxes({ judgements }: RankingFile): readonly string[] {
  const submitted = Object.values(judgements).filter(({ status }) => status === "submitted");
  return [...new Set(submitted.flatMap(({ tiers = {} }) => Object.keys(tiers)))];
}

/** Ratings that a comparison's "meta" holds as `ratingsOf` puts them there; null for anything else. */
export function ratingsIn(value: unknown): readonly (Rating | null)[] | null {
  const decoded = listOf(nullable(rating))(value, { where: "", path: "" });
  return isProblem(decoded) ? null : decoded;
}

/** An item before it has an id: a prompt with the responses to rank. */
export interface AnsweredPrompt {
  readonly prompt: Pick<Prompt, "id" | "text" | "kind" | "useCase">;
  readonly responses: readonly Omit<ItemResponse, "id">[];
}

/** The items of a new batch: one a prompt, in their order. Throws RangeError for K outside 2 … 9. */
export function makeRankingBatch(
  batch: string,
  answered: readonly AnsweredPrompt[],
  createdAt: string,
): LabelItem[] {
  return answered.map(({ prompt, responses }, i) => {
    if (responses.length < comparisonSize.min || responses.length > comparisonSize.max)
      throw new RangeError(`an item holds 2 to 9 responses, not ${responses.length}`);
    return {
      id: `${batch}-${String(i + 1).padStart(4, "0")}`,
      prompt: prompt.text,
      promptId: prompt.id,
      ...(prompt.kind !== undefined && { kind: prompt.kind }),
      ...(prompt.useCase !== undefined && { useCase: prompt.useCase }),
      responses: responses.map((response, r) => ({ id: `r${r + 1}`, ...response })),
      createdAt,
    };
  });
}

/** The response ids of an item in the order to show them, which the seed and the item alone decide. */
export function shownOrder({ id, responses }: LabelItem, shuffleSeed: number): string[] {
  return createRng(shuffleSeed)
    .split(id)
    .shuffle(responses.map((response) => response.id));
}
