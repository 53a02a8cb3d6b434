import type { JsonValue } from "../protocol/trainerEvents";
import type { ComparedResponse, Comparison, JsonObject } from "./records";

/** What one labeler said of an item on one axis. */
export interface ItemJudgement {
  /** The comparison's id. */
  readonly id: string;
  readonly labeler?: string;
  readonly axis: string;
  /** Indices into the item's responses, best tier first. */
  readonly tiers: readonly (readonly number[])[];
  readonly meta?: JsonObject;
}

/** A prompt with its responses and all that was said of them. */
export interface JudgedItem {
  readonly prompt: string;
  readonly promptId?: string;
  readonly user?: string;
  readonly responses: readonly ComparedResponse[];
  readonly judgements: readonly ItemJudgement[];
}

/**
 * Comparisons of the same responses to the same prompt as items, in the order in which they first came. What a labeler said twice of the
 * same responses on one axis becomes another item, so that neither is lost.
 */
export function judgedItems(comparisons: Iterable<Comparison>): readonly JudgedItem[] {
  const items: Building[] = [];
  const ofKey = new Map<string, Building[]>();
  for (const comparison of comparisons) {
    const key = keyOf(comparison);
    const alike = ofKey.get(key) ?? [];
    const voice = JSON.stringify([comparison.labeler, comparison.axis]);
    const free = alike.find(({ voices }) => !voices.has(voice));
    const item = free ?? { comparison, voices: new Set<string>(), judgements: [] };
    if (free === undefined) {
      items.push(item);
      ofKey.set(key, [...alike, item]);
    }
    item.voices.add(voice);
    item.judgements.push(judgementOf(item.comparison, comparison));
  }
  return items.map(({ comparison: { prompt, promptId, user, responses }, judgements }) => ({
    prompt,
    ...(promptId === undefined ? {} : { promptId }),
    ...(user === undefined ? {} : { user }),
    responses,
    judgements,
  }));
}

interface Building {
  /** The first one of the item, whose order of responses is the item's. */
  readonly comparison: Comparison;
  readonly voices: Set<string>;
  readonly judgements: ItemJudgement[];
}

/** Responses in any order are the same item where their texts tell them apart. */
function keyOf({ prompt, promptId, user, responses }: Comparison): string {
  const texts = responses.map(({ text }) => text);
  const isDistinct = new Set(texts).size === texts.length;
  return JSON.stringify([prompt, promptId, user, isDistinct ? texts.toSorted() : texts]);
}

function judgementOf({ responses }: Comparison, comparison: Comparison): ItemJudgement {
  const { id, labeler, axis, tiers, meta } = comparison;
  const places = comparison.responses.map(({ text }, index) =>
    responses[index].text === text ? index : responses.findIndex((each) => each.text === text),
  );
  return {
    id,
    ...(labeler === undefined ? {} : { labeler }),
    axis,
    tiers: tiers.map((tier) => tier.map((index) => places[index])),
    ...(meta === undefined ? {} : { meta: movedRatings(meta, places) }),
  };
}

/** Ratings stand in the order of the responses that they are of, and so move with them. */
function movedRatings(meta: JsonObject, places: readonly number[]): JsonObject {
  const { ratings } = meta;
  if (!Array.isArray(ratings) || ratings.length !== places.length) return meta;
  return { ...meta, ratings: places.map((_, place) => ratings[places.indexOf(place)] as JsonValue) };
}

/**
 * What a format of another program has no place for, as one object that its records carry along: ids, models, users. With it a round trip
 * loses nothing.
 */
export function carriedAlong({ promptId, user, responses, judgements }: JudgedItem): JsonObject {
  const given = (name: string, value: string | undefined): JsonObject =>
    value === undefined ? {} : { [name]: value };
  return {
    ...given("promptId", promptId),
    ...given("user", user),
    responses: responses.map(({ id, model }) => ({ id, ...given("model", model) })),
    judgements: judgements.map(({ id, labeler, axis, meta }) => ({
      id,
      ...given("labeler", labeler),
      axis,
      ...(meta === undefined ? {} : { meta }),
    })),
  };
}
