import { boolean, integerFrom, nullable, oneOf, string, union, type Decoded } from "./codec";
import { rankingAxes, type Rating, type RankingAxis, type RankingJudgement } from "./rankingFormat";

// What a labeler does to one item, as a function from judgement to judgement. Host and page apply the same one.

/** How far a skipped item's reason and a note may go. */
export const maxNoteLetters = 20_000;

export const rankingEdit = union({
  /** Puts a response at a rank from 1 (best), beside those that are there; 0 takes it out of the ranking. */
  place: { axis: oneOf(rankingAxes), response: string, rank: integerFrom(0, 9) },
  /** Quality from 1 to 7; null takes it back. */
  rate: { response: string, likert: nullable(integerFrom(1, 7)) },
  flag: { response: string, flag: string, on: boolean },
  note: { response: string, text: string },
  submit: {},
  skip: { reason: string },
  /** None of the responses can be ranked. */
  unrankable: {},
  /** Takes a finished item up again. */
  reopen: {},
});
export type RankingEdit = Decoded<typeof rankingEdit>;

/** The ranks of K responses, best first; a tie shares its rank, and ranks may be free while the ranking is not finished. */
export type Ranks = readonly (readonly string[])[];

/** What an item is judged on: the response ids, in the order in which they are shown, and the axes that are asked for. */
export interface AskedItem {
  readonly ids: readonly string[];
  readonly axes: readonly RankingAxis[];
}

/** The rank from 1 of a response; null while it has none. */
export function rankOf(ranks: Ranks, id: string): number | null {
  const place = ranks.findIndex((tied) => tied.includes(id));
  return place < 0 ? null : place + 1;
}

/** The ranks with a response moved to another one; 0 takes it out. Free ranks at the end are dropped. */
export function placed(ranks: Ranks, id: string, rank: number): Ranks {
  const count = Math.max(ranks.length, rank);
  const moved = Array.from({ length: count }, (_, i) => {
    const others = (ranks[i] ?? []).filter((other) => other !== id);
    return i === rank - 1 ? [...others, id] : others;
  });
  while (moved.length > 0 && moved[moved.length - 1].length === 0) moved.pop();
  return moved;
}

/** Tiers without free ranks: [[], ["r3"], [], ["r1", "r4"]] becomes [["r3"], ["r1", "r4"]]. */
export const tiersOf = (ranks: Ranks): Ranks => ranks.filter((tied) => tied.length > 0);

/** The rank of the nearest better response, with which `id` is tied by one key; null for the best one and for one without a rank. */
export function rankAbove(ranks: Ranks, id: string): number | null {
  const own = rankOf(ranks, id);
  if (own === null) return null;
  for (let rank = own - 1; rank >= 1; rank--) if (ranks[rank - 1].length > 0) return rank;
  return null;
}

/** The responses without a rank on some axis that is asked for, in the order in which they are shown. */
export function unranked({ ids, axes }: AskedItem, judged: RankingJudgement | undefined): readonly string[] {
  return ids.filter((id) => axes.some((axis) => rankOf(judged?.tiers?.[axis] ?? [], id) === null));
}

/** Whether the responses are ranked just as they were shown, without a tie, on some axis: a ranking that nobody may have made. */
export function isShownOrder({ ids, axes }: AskedItem, judged: RankingJudgement | undefined): boolean {
  return axes.some((axis) => {
    const tiers = tiersOf(judged?.tiers?.[axis] ?? []);
    return tiers.length === ids.length && tiers.every(([first], i) => first === ids[i]);
  });
}

/**
 * The judgement after an edit, or null where the edit is not possible: about a response that the item does not have, or a submission while
 * some response has no rank. An edit of a finished item makes it a draft again.
 */
export function applyRankingEdit(
  asked: AskedItem,
  before: RankingJudgement | undefined,
  edit: RankingEdit,
): RankingJudgement | null {
  const judged = before ?? { status: "draft" as const };
  const draft: RankingJudgement = { ...withoutReason(judged), status: "draft" };
  switch (edit.type) {
    case "place": {
      const { axis, response, rank } = edit;
      if (!asked.ids.includes(response) || !asked.axes.includes(axis)) return null;
      if (rank > asked.ids.length) return null;
      const ranks = placed(judged.tiers?.[axis] ?? [], response, rank);
      return { ...draft, tiers: { ...judged.tiers, [axis]: ranks } };
    }
    case "rate":
      return rated(asked, draft, edit.response, (rating) =>
        edit.likert === null ? without(rating, "likert") : { ...rating, likert: edit.likert },
      );
    case "flag":
      return rated(asked, draft, edit.response, (rating) => {
        const others = (rating.flags ?? []).filter((flag) => flag !== edit.flag);
        return { ...rating, flags: edit.on ? [...others, edit.flag] : others };
      });
    case "note":
      if (edit.text.length > maxNoteLetters) return null;
      return rated(asked, draft, edit.response, (rating) => ({ ...rating, note: edit.text }));
    case "submit": {
      if (unranked(asked, judged).length > 0) return null;
      const tiers = Object.fromEntries(
        Object.entries(judged.tiers ?? {})
          .map(([axis, ranks]) => [axis, tiersOf(ranks)] as const)
          .filter(([, ranks]) => ranks.flat().length === asked.ids.length),
      );
      return { ...withoutReason(judged), status: "submitted", tiers };
    }
    case "skip":
      if (edit.reason.length > maxNoteLetters) return null;
      return {
        ...withoutReason(judged),
        status: "skipped",
        ...(edit.reason !== "" && { skipReason: edit.reason }),
      };
    case "unrankable":
      return { ...withoutReason(judged), status: "unrankable" };
    case "reopen":
      return draft;
  }
}

function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const copy = { ...value };
  delete copy[key];
  return copy;
}

const withoutReason = (judged: RankingJudgement): RankingJudgement => without(judged, "skipReason");

/** The judgement with one response's rating changed; what is empty is left out, so that files hold only what was said. */
function rated(
  { ids }: AskedItem,
  judged: RankingJudgement,
  response: string,
  change: (rating: Rating) => Rating,
): RankingJudgement | null {
  if (!ids.includes(response)) return null;
  const { likert, flags = [], note = "" } = change(judged.ratings?.[response] ?? {});
  const rating: Rating = {
    ...(likert !== undefined && { likert }),
    ...(flags.length > 0 && { flags }),
    ...(note !== "" && { note }),
  };
  const ratings = Object.fromEntries(
    ids
      .map((id) => [id, id === response ? rating : (judged.ratings?.[id] ?? {})] as const)
      .filter(([, each]) => Object.keys(each).length > 0),
  );
  return Object.keys(ratings).length > 0 ? { ...judged, ratings } : without(judged, "ratings");
}
