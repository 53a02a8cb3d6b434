import { isObject } from "../protocol/codec";
import { metaIn } from "./groupColumns";
import type { ComparedResponse } from "./records";
import type { IdOf, Reading, Row } from "./rowFormat";

/** An item of another program with what was said of it, as far as its own fields tell. */
export interface ReadItem {
  readonly prompt: string;
  readonly responses: readonly { readonly text: string; readonly model?: string }[];
  readonly judgements: readonly ReadJudgement[];
  /** Why something of the item gives no comparison. */
  readonly reasons: readonly string[];
  /** What our own export carried along; anything else counts for nothing. */
  readonly carried: unknown;
}

export interface ReadJudgement {
  readonly labeler?: string;
  readonly axis: string;
  /** Indices into the item's responses, best tier first. Responses that stand in no tier were not judged. */
  readonly tiers: readonly (readonly number[])[];
  readonly meta?: object;
}

/** The comparisons of an item: those responses that a judgement placed, with the ids that were carried along, or new ones. */
export function comparisonsOfItem(item: ReadItem, idOf: IdOf): Reading {
  const { prompt, responses, judgements, reasons } = item;
  const carried: Row = isObject(item.carried) ? item.carried : {};
  const base = idOf(JSON.stringify([prompt, ...responses.map(({ text }) => text)]));
  const names = objectsIn(carried.responses);
  const full = responses.map((response, i): ComparedResponse => {
    const named = names.length === responses.length ? names[i] : {};
    const model = typeof named.model === "string" ? named.model : response.model;
    const id = typeof named.id === "string" ? named.id : `${base}/${i + 1}`;
    return { id, text: response.text, ...(model === undefined ? {} : { model }) };
  });
  const known = objectsIn(carried.judgements);
  const records = judgements.map(({ labeler, axis, tiers, meta }) => {
    const own = known.find((each) => each.axis === axis && each.labeler === labeler) ?? {};
    const placed = full.flatMap((_, i) => (tiers.flat().includes(i) ? [i] : []));
    const all = { ...meta, ...metaIn(own.meta) };
    return {
      id: typeof own.id === "string" ? own.id : `${base}/${labeler ?? "labeler"}/${axis}`,
      prompt,
      ...(typeof carried.promptId === "string" ? { promptId: carried.promptId } : {}),
      ...(typeof carried.user === "string" ? { user: carried.user } : {}),
      ...(labeler === undefined ? {} : { labeler }),
      axis,
      responses: placed.map((i) => full[i]),
      tiers: tiers.map((tier) => tier.map((i) => placed.indexOf(i))),
      ...(Object.keys(all).length === 0 ? {} : { meta: all }),
    };
  });
  return { records, reasons };
}

function objectsIn(value: unknown): readonly Row[] {
  return Array.isArray(value) && value.every(isObject) ? value : [];
}

/** Indices with a number for each, as tiers: the best number first, equal ones tied, in a tier in the order given. */
export function tiersByNumber(
  places: readonly { readonly index: number; readonly number: number }[],
  best: "lowest" | "highest",
): number[][] {
  const sign = best === "lowest" ? 1 : -1;
  const numbers = [...new Set(places.map(({ number }) => number))].sort((a, b) => sign * (a - b));
  return numbers.map((each) => places.flatMap(({ index, number }) => (number === each ? [index] : [])));
}
