import { rankingPairs } from "../algorithms/rankingPairs";
import { parseJson } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import type { ComparisonPart, PlacedResponse } from "./comparisonParts";
import type { Comparison, JsonObject } from "./records";
import type { Row } from "./rowFormat";

// A ranking of K responses does not fit into a row of two, or of one. Rows that belong together say so in columns of their own, which other
// programs pass over: with them a ranking comes back as it was.

/** What a row of a ranking says besides its texts. Ranks begin at 1, the best; places are those among the ranking's responses, from 0. */
export type GroupRow = Readonly<Record<string, string | number | JsonObject | undefined>>;

const sideColumns = ["id", "index", "rank", "model"] as const;
const sharedColumns = ["group", "group_size", "axis", "labeler", "user", "prompt_id", "meta"] as const;

/** Names of the columns of rows that hold these responses each. */
export function groupColumnNames(sides: readonly string[]): readonly string[] {
  return [...sharedColumns, ...sides.flatMap((side) => sideColumns.map((name) => `${side}_${name}`))];
}

function sharedOf({ id, responses, axis, labeler, user, promptId, meta }: Comparison): GroupRow {
  return { group: id, group_size: responses.length, axis, labeler, user, prompt_id: promptId, meta };
}

function sideOf({ responses, tiers }: Comparison, side: string, index: number): GroupRow {
  const rank = tiers.findIndex((tier) => tier.includes(index)) + 1;
  const { id, model } = responses[index];
  return { [`${side}_id`]: id, [`${side}_index`]: index, [`${side}_rank`]: rank, [`${side}_model`]: model };
}

/** A row for each decided pair, C(K,2) less the tied ones. */
export function pairRows(comparison: Comparison): readonly {
  readonly chosen: string;
  readonly rejected: string;
  readonly group: GroupRow;
}[] {
  const { responses, tiers } = comparison;
  const named = tiers.map((tier) => tier.map(String));
  return rankingPairs(named, "drop").map(({ winner, loser }) => ({
    chosen: responses[Number(winner)].text,
    rejected: responses[Number(loser)].text,
    group: {
      ...sharedOf(comparison),
      ...sideOf(comparison, "chosen", Number(winner)),
      ...sideOf(comparison, "rejected", Number(loser)),
    },
  }));
}

/** A row for each response: those of the best tier are wanted, the others are not. */
export function responseRows(comparison: Comparison): readonly {
  readonly completion: string;
  readonly label: boolean;
  readonly group: GroupRow;
}[] {
  return comparison.responses.map(({ text }, index) => ({
    completion: text,
    label: comparison.tiers[0].includes(index),
    group: { ...sharedOf(comparison), ...sideOf(comparison, "response", index) },
  }));
}

/** The part of a ranking that a row's columns name; null for a row that has not all of them. `texts` by side. */
export function partOf(
  row: Row,
  prompt: string,
  texts: Readonly<Record<string, string>>,
): ComparisonPart | null {
  const id = textIn(row, "group");
  const size = countIn(row, "group_size");
  const places = Object.entries(texts).map(([side, text]) => placedIn(row, side, text));
  if (id === undefined || size === undefined || places.some((place) => place === null)) return null;
  const [labeler, user, promptId] = ["labeler", "user", "prompt_id"].map((name) => textIn(row, name));
  const meta = metaIn(row.meta);
  const comparison = {
    id,
    prompt,
    axis: textIn(row, "axis") ?? "overall",
    ...(labeler === undefined ? {} : { labeler }),
    ...(user === undefined ? {} : { user }),
    ...(promptId === undefined ? {} : { promptId }),
    ...(meta === undefined ? {} : { meta }),
  };
  return { key: id, size, comparison, places: places as readonly PlacedResponse[] };
}

function placedIn(row: Row, side: string, text: string): PlacedResponse | null {
  const id = textIn(row, `${side}_id`);
  const [index, rank] = [countIn(row, `${side}_index`), countIn(row, `${side}_rank`)];
  const model = textIn(row, `${side}_model`);
  if (id === undefined || index === undefined || rank === undefined) return null;
  return { response: { id, text, ...(model === undefined ? {} : { model }) }, index, rank };
}

function textIn(row: Row, name: string): string | undefined {
  const value = row[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A count; tables hold it as text. */
function countIn(row: Row, name: string): number | undefined {
  const value = row[name];
  const count = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

/** An object; tables hold it as JSON. */
export function metaIn(value: unknown): JsonObject | undefined {
  const parsed = typeof value === "string" && value.startsWith("{") ? parseJson(value, "meta") : null;
  const json = parsed !== null && !isProblem(parsed) ? parsed.json : value;
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as JsonObject) : undefined;
}
