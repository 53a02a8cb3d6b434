import { tiersByNumber } from "./judgedRecords";
import { comparisonSize, type ComparedResponse, type Comparison } from "./records";
import type { IdOf } from "./rowFormat";

/** What a row says of a comparison that stands in several rows. */
export interface ComparisonPart {
  /** The same in all rows of a comparison. */
  readonly key: string;
  /** K; null where a file does not say how many responses belong together, so that only its end tells. */
  readonly size: number | null;
  /** Without an id where the file gives none. */
  readonly comparison: Omit<Comparison, "id" | "responses" | "tiers"> & { readonly id?: string };
  readonly places: readonly PlacedResponse[];
}

export interface PlacedResponse {
  /** Without an id where the file gives none. */
  readonly response: Omit<ComparedResponse, "id"> & { readonly id?: string };
  /** Its place among the responses, from 0; null where the file does not say. */
  readonly index: number | null;
  /** Lower is better; equal is a tie. */
  readonly rank: number;
}

/** Comparisons that are whole, and what is wrong with others. */
export interface Joined {
  /** Each with the line of its first row. */
  readonly comparisons: readonly { readonly line: number; readonly comparison: Comparison }[];
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

export interface PartJoiner {
  /** Takes a row's part; its comparison comes back as soon as it has all its responses. */
  readonly add: (part: ComparisonPart, line: number) => Joined;
  /** The comparisons that were still waiting for responses, which are made of what is there. */
  readonly end: () => Joined;
}

interface Open {
  readonly part: ComparisonPart;
  readonly line: number;
  readonly places: PlacedResponse[];
}

const nothing: Joined = { comparisons: [], refused: [] };
const refusedAt = (line: number, reason: string): Joined => ({
  comparisons: [],
  refused: [{ line, reason }],
});

/**
 * Puts comparisons together out of rows in any order. A comparison whose rows say its size is kept only until its last response has come,
 * so that a file that was written group by group needs no memory.
 */
export function partJoiner(idOf: IdOf): PartJoiner {
  const open = new Map<string, Open>();
  const done = new Set<string>();
  return {
    add(part, line) {
      if (done.has(part.key)) return nothing;
      const group = open.get(part.key) ?? { part, line, places: [] };
      open.set(part.key, group);
      for (const place of part.places) {
        const wrong = addPlace(group.places, place);
        if (wrong !== null) return refusedAt(line, wrong);
      }
      if (group.places.length !== part.size) return nothing;
      done.add(part.key);
      open.delete(part.key);
      return joined(group, idOf);
    },
    end() {
      const all = [...open.values()].map((group) => joined(group, idOf));
      open.clear();
      return {
        comparisons: all.flatMap(({ comparisons }) => comparisons),
        refused: all.flatMap(({ refused }) => refused),
      };
    },
  };
}

/** Adds a response that is new; in words why it contradicts an earlier row. */
function addPlace(places: PlacedResponse[], place: PlacedResponse): string | null {
  const { id, text } = place.response;
  const earlier = id === undefined ? undefined : places.find(({ response }) => response.id === id);
  if (earlier === undefined) {
    places.push(place);
    return null;
  }
  if (earlier.response.text !== text) return `the response "${id}" has another text in an earlier row`;
  return earlier.rank === place.rank ? null : `the response "${id}" has another rank in an earlier row`;
}

function joined({ part, line, places }: Open, idOf: IdOf): Joined {
  const { size, comparison } = part;
  if (places.length < comparisonSize.min)
    return refusedAt(line, "no other response to the same prompt stands in the file to compare it with");
  if (places.length > comparisonSize.max)
    return refusedAt(
      line,
      `there are ${places.length} responses to one prompt, and a comparison holds at most ${comparisonSize.max}`,
    );
  const ordered = places.every(({ index }) => index !== null)
    ? places.toSorted((a, b) => Number(a.index) - Number(b.index))
    : places;
  const tiers = tiersByNumber(
    ordered.map(({ rank }, index) => ({ index, number: rank })),
    "lowest",
  );
  if (size === null && tiers.length === 1)
    return refusedAt(
      line,
      "all responses to this prompt have the same label, so none is preferred: with --kind demonstrations the wanted ones are taken",
    );
  const id =
    comparison.id ??
    idOf(JSON.stringify([comparison.prompt, ...ordered.map(({ response }) => response.text)]));
  const responses = ordered.map(({ response }, i) => ({ ...response, id: response.id ?? `${id}/${i + 1}` }));
  const absent = (size ?? places.length) - places.length;
  const reason = `${absent} of the ${size} responses of the group "${part.key}" are missing from the file; the others were taken`;
  return {
    comparisons: [{ line, comparison: { ...comparison, id, responses, tiers } }],
    refused: absent > 0 ? [{ line, reason }] : [],
  };
}
