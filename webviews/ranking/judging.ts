import { maxNoteLetters, rankAbove, rankOf, type RankingEdit } from "../../extension/protocol/rankingEdits";
import { edited, focusCard, focused, letterIn, saying } from "./saying";
import { askedOf, canJudge, rankOn, stay, type RankingPage, type Said, type Step } from "./state";

// What is said of one response: its rank, its quality, its flags, a note.

/** Puts a response at a rank, 0 for none. One that had no rank hands the keys on to the next without one. */
export function ranked(page: RankingPage, id: string, rank: number, axis = page.axis): Step {
  const { ids } = askedOf(page.state);
  if (rank > ids.length) return saying(page, "saidLowRank", [letterIn(page, id), ids.length], true);
  const start = { ...page, axis };
  const isFirst = rankOn(start, id) === null && rank > 0;
  const step = edited(start, { type: "place", axis, response: id, rank }, (now) => saidRank(now, id));
  const next = isFirst ? nextUnranked(step.page, id) : null;
  if (next === null) return step;
  return { page: focused(step.page, next), wishes: [...step.wishes, focusCard] };
}

function saidRank(page: RankingPage, id: string): Said {
  const rank = rankOn(page, id);
  const letter = letterIn(page, id);
  if (rank === null) return { key: "saidUnranked", values: [letter] };
  const { ids } = askedOf(page.state);
  const others = (ranksOn(page)[rank - 1] ?? []).filter((each) => each !== id && ids.includes(each));
  if (others.length === 0) return { key: "saidRank", values: [letter, rank] };
  return { key: "saidTied", values: [letter, rank, others.map((each) => letterIn(page, each)).join(", ")] };
}

/** The next response without a rank on the axis in use, around the end. */
function nextUnranked(page: RankingPage, from: string): string | null {
  const { ids } = askedOf(page.state);
  const start = ids.indexOf(from);
  const turned = [...ids.slice(start + 1), ...ids.slice(0, start)];
  return turned.find((id) => rankOn(page, id) === null) ?? null;
}

const ranksOn = ({ state, axis }: RankingPage): readonly (readonly string[])[] =>
  state.item?.judgement?.tiers?.[axis] ?? [];

/** Ties with the nearest better one; one without a rank stands below all, so it joins the last. */
export function tied(page: RankingPage, id: string): Step {
  const ranks = ranksOn(page);
  const rank = rankOf(ranks, id) === null ? ranks.length : rankAbove(ranks, id);
  return rank === null || rank === 0
    ? saying(page, "saidNoneAbove", [letterIn(page, id)], true)
    : ranked(page, id, rank);
}

/** One rank better or worse. From below all, better is the first rank after the last that is in use. */
export function moved(page: RankingPage, id: string, by: 1 | -1): Step {
  const ranks = ranksOn(page);
  const rank = rankOf(ranks, id);
  const { length: last } = askedOf(page.state).ids;
  const letter = letterIn(page, id);
  if (rank === null && by === 1) return saying(page, "saidUnranked", [letter], true);
  const target = rank === null ? Math.min(ranks.length + 1, last) : rank + by;
  if (target < 1) return saying(page, "saidTopRank", [letter], true);
  if (target > last) return saying(page, "saidLowRank", [letter, last], true);
  const edit: RankingEdit = { type: "place", axis: page.axis, response: id, rank: target };
  return edited(page, edit, (now) => saidRank(now, id));
}

/** Gives a quality; the same one again takes it back. */
export function rated(page: RankingPage, id: string, quality: number | null): Step {
  const ratings = page.state.item?.judgement?.ratings ?? {};
  const before = Object.hasOwn(ratings, id) ? (ratings[id].likert ?? null) : null;
  const likert = quality === before ? null : quality;
  if (likert !== null && !(likert >= 1 && likert <= 7)) return stay(page);
  const letter = letterIn(page, id);
  const said: Said =
    likert === null
      ? { key: "saidNoQuality", values: [letter] }
      : { key: "saidQuality", values: [letter, likert] };
  return edited(page, { type: "rate", response: id, likert }, () => said);
}

/** Says of a response what a flag stands for, or takes it back. */
export function flagged(page: RankingPage, id: string, name: string): Step {
  const ratings = page.state.item?.judgement?.ratings ?? {};
  const on = !(Object.hasOwn(ratings, id) && ratings[id].flags?.includes(name) === true);
  const words = page.state.flags.find((flag) => flag.name === name)?.text ?? name;
  const said: Said = { key: on ? "saidFlagOn" : "saidFlagOff", values: [letterIn(page, id), words] };
  return edited(page, { type: "flag", response: id, flag: name, on }, () => said);
}

/** Opens or closes a response's list of flags. */
export function flagging(page: RankingPage, id: string | null, isOpen: boolean): Step {
  if (id === null) return stay(page);
  const now = { ...focused(page, id), isFlagging: isOpen };
  return { page: now, wishes: isOpen ? [] : [focusCard] };
}

/** A note as it is being written; it is sent a moment later, or before anything else is. */
export function noted(page: RankingPage, id: string, text: string): RankingPage {
  const { item } = page.state;
  if (item === null || !canJudge(page)) return page;
  return { ...page, note: { item: item.id, response: id, text: text.slice(0, maxNoteLetters) } };
}
