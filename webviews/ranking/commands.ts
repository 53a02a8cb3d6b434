import {
  isShownOrder,
  maxNoteLetters,
  rankAbove,
  rankOf,
  unranked,
  type RankingEdit,
} from "../../extension/protocol/rankingEdits";
import type { RankingAxis } from "../../extension/protocol/rankingFormat";
import { nextOpen, type RankingTextKey } from "../../extension/protocol/rankingMessages";
import { indexOfLetter, letterOf, lettersOfFlags } from "./keys";
import {
  askedOf,
  canJudge,
  isFinished,
  rankOn,
  stay,
  withEdit,
  withNoteSent,
  type Command,
  type RankingPage,
  type Said,
  type Step,
  type Wish,
} from "./state";

// What a labeler does, by a key of the editor or by a control of the page, as a function from page to page.

/** Things that are seen, not judged, or that lead out of a list, a field or a dialog. */
const always: readonly Command["command"][] = ["help", "escape", "guidelines"];

/** The page after a command. While another item is on its way, commands wait for it. */
export function commanded(page: RankingPage, given: Command): Step {
  const { command, argument } = given;
  if (page.isHelpOpen && command !== "help" && command !== "escape") return stay(page);
  if (page.opening !== null && !always.includes(command))
    return stay({ ...page, held: [...page.held, given] });
  switch (command) {
    case "help":
      return stay({ ...page, isHelpOpen: !page.isHelpOpen });
    case "escape":
      return escaped(page);
    case "guidelines":
      return page.state.hasGuidelines ? { page, wishes: [{ type: "guidelines" }] } : stay(page);
    case "undo":
    case "redo":
      return undone(page, command);
    case "next":
      return movedTo(page, page.state.index + 1);
    case "previous":
      return movedTo(page, page.state.index - 1);
    case "nextOpen":
      return nextOpened(page, page.state.index + 1);
    case "letter":
      return lettered(page, indexOfLetter(argument));
    case "fold":
      return page.card === null ? stay(page) : folded(page, page.card);
    case "diff":
      return withDiff(page);
    case "axis":
      return withNextAxis(page);
    case "note":
      return judging(page, () => ({ page, wishes: [{ type: "focus", on: "note" }] }));
    case "flags":
      return judging(page, () => flagging(page, page.card, !page.isFlagging));
    case "rank":
      return judging(page, (card) => ranked(page, card, Number(argument)));
    case "tie":
      return judging(page, (card) => tied(page, card));
    case "up":
      return judging(page, (card) => moved(page, card, -1));
    case "down":
      return judging(page, (card) => moved(page, card, 1));
    case "likert": {
      const quality = Number(argument);
      return judging(page, (card) => rated(page, card, quality === 0 ? null : quality));
    }
    case "unrankable":
      return judging(page, () => finished(page, { type: "unrankable" }, "saidUnrankable"));
    case "skip":
      return judging(page, () => ({
        page: { ...page, isSkipping: true },
        wishes: [{ type: "focus", on: "skip" }],
      }));
    case "submit":
      return isFinished(page.state)
        ? nextOpened(page, page.state.index + 1)
        : judging(page, () => submitted(page));
  }
}

/** Takes back the last act, or does it again; a note that is just being written is an act too. */
function undone(before: RankingPage, type: "undo" | "redo"): Step {
  const { page, wishes } = withNoteSent(before);
  return { page, wishes: [...wishes, { type }] };
}

/** Commands that came while an item was on its way, now that it is there. */
export function withHeld(page: RankingPage): Step {
  return page.held.reduce<Step>(
    ({ page: now, wishes }, command) => {
      const step = commanded(now, command);
      return { page: step.page, wishes: [...wishes, ...step.wishes] };
    },
    stay({ ...page, held: [] }),
  );
}

/** Does it if the item can be judged and some response is meant; otherwise says why not. */
function judging(page: RankingPage, act: (card: string) => Step): Step {
  if (canJudge(page) && page.card !== null) return act(page.card);
  if (page.state.readOnly) return saying(page, "readOnly", [], true);
  return isFinished(page.state) ? saying(page, "saidFinished", [], true) : stay(page);
}

function saying(
  page: RankingPage,
  key: RankingTextKey,
  values: Said["values"] = [],
  isWarning = false,
): Step {
  return stay({ ...page, said: { key, values, isWarning } });
}

/** Puts an edit, if it is possible, and says what became of it. */
function edited(page: RankingPage, edit: RankingEdit, said: (page: RankingPage) => Said | null): Step {
  const step = withEdit(page, edit);
  return step === null ? stay(page) : { ...step, page: { ...step.page, said: said(step.page) } };
}

const focusCard: Wish = { type: "focus", on: "card" };

/** The response that keys are about from now on; an open list of flags belongs to the one before. */
export function focused(page: RankingPage, card: string): RankingPage {
  return page.card === card ? page : { ...page, card, isFlagging: false };
}

function lettered(page: RankingPage, index: number): Step {
  const { flags } = page.state;
  if (page.isFlagging && canJudge(page) && page.card !== null) {
    const isNone = index < 0 || index >= Math.min(flags.length, lettersOfFlags);
    return isNone ? stay(page) : flagged(page, page.card, flags[index].name);
  }
  const id = askedOf(page.state).ids[index];
  return id === undefined ? stay(page) : { page: focused(page, id), wishes: [focusCard] };
}

/** The letter of a response of the shown item. */
export const letterIn = (page: RankingPage, id: string): string =>
  letterOf(askedOf(page.state).ids.indexOf(id));

export const axisText = (axis: RankingAxis): RankingTextKey =>
  (({ overall: "axisOverall", instruction: "axisInstruction", preference: "axisPreference" }) as const)[axis];

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
function tied(page: RankingPage, id: string): Step {
  const ranks = ranksOn(page);
  const rank = rankOf(ranks, id) === null ? ranks.length : rankAbove(ranks, id);
  return rank === null || rank === 0
    ? saying(page, "saidNoneAbove", [letterIn(page, id)], true)
    : ranked(page, id, rank);
}

/** One rank better or worse. From below all, better is the first rank after the last that is in use. */
function moved(page: RankingPage, id: string, by: 1 | -1): Step {
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

/** Shows a long response in full, or its beginning again. */
export function folded(page: RankingPage, id: string): Step {
  const isOpen = page.unfolded.includes(id);
  const unfolded = isOpen ? page.unfolded.filter((each) => each !== id) : [...page.unfolded, id];
  return stay({ ...page, unfolded });
}

function withDiff(page: RankingPage): Step {
  if (page.state.item === null || page.card === null) return stay(page);
  const isDiff = !page.isDiff;
  const said: Said = { key: isDiff ? "saidDiffOn" : "saidDiffOff", values: [letterIn(page, page.card)] };
  return stay({ ...page, isDiff, said });
}

function withNextAxis(page: RankingPage): Step {
  const { axes } = page.state;
  if (axes.length < 2) return stay(page);
  return withAxis(page, axes[(axes.indexOf(page.axis) + 1) % axes.length]);
}

/** The axis that ranks are about from now on. */
export function withAxis(page: RankingPage, axis: RankingAxis): Step {
  if (axis === page.axis) return stay(page);
  return saying({ ...page, axis }, "saidAxis", [{ text: axisText(axis) }]);
}

/** Leads one step out: of the list of keys, a skip, a list of flags, the comparison of words. */
function escaped(page: RankingPage): Step {
  if (page.isHelpOpen) return { page: { ...page, isHelpOpen: false }, wishes: [focusCard] };
  if (page.isSkipping) return { page: { ...page, isSkipping: false }, wishes: [focusCard] };
  if (page.isFlagging) return flagging(page, page.card, false);
  if (page.isDiff) return withDiff(page);
  return { page, wishes: [focusCard] };
}

/** Submits a whole ranking. One that is just the order shown is asked about first: it may be nobody's judgement. */
function submitted(before: RankingPage): Step {
  const { page, wishes } = withNoteSent(before);
  const asked = askedOf(page.state);
  const judged = page.state.item?.judgement ?? undefined;
  const missing = unranked(asked, judged);
  if (missing.length > 0) {
    const isMissingOn = (axis: RankingAxis): boolean =>
      unranked({ ...asked, axes: [axis] }, judged).length > 0;
    const axis = isMissingOn(page.axis) ? page.axis : (page.state.axes.find(isMissingOn) ?? page.axis);
    const onAxis = unranked({ ...asked, axes: [axis] }, judged);
    const letters = onAxis.map((id) => letterIn(page, id)).join(", ");
    const said: Said = { key: "saidMissing", values: [letters, { text: axisText(axis) }], isWarning: true };
    return { page: { ...focused(page, onAxis[0]), axis, said }, wishes: [...wishes, focusCard] };
  }
  if (isShownOrder(asked, judged) && asked.ids.length > 1 && !page.isWarned) {
    const warned = saying({ ...page, isWarned: true }, "saidShownOrder", [], true);
    return { page: warned.page, wishes };
  }
  const step = finished(page, { type: "submit" }, "saidSubmitted");
  return { page: step.page, wishes: [...wishes, ...step.wishes] };
}

/** Skips the item for a reason, which may be empty. */
export function skipped(page: RankingPage, reason: string): Step {
  if (!page.isSkipping || !canJudge(page)) return stay(page);
  return finished(
    { ...page, isSkipping: false },
    { type: "skip", reason: reason.trim().slice(0, maxNoteLetters) },
    "saidSkipped",
  );
}

/** Takes a finished item up again. */
export function reopened(page: RankingPage): Step {
  const step = edited(page, { type: "reopen" }, () => ({ key: "saidReopened", values: [] }));
  return { ...step, wishes: [...step.wishes, focusCard] };
}

/** Ends the work on the item and opens the next one that is open. */
function finished(page: RankingPage, edit: RankingEdit, key: RankingTextKey): Step {
  const step = edited(page, edit, () => ({ key, values: [page.state.index + 1] }));
  const next = nextOpened(step.page, page.state.index + 1);
  return { page: next.page, wishes: [...step.wishes, ...next.wishes] };
}

function nextOpened(page: RankingPage, from: number): Step {
  const index = nextOpen(page.state, from);
  if (index === null) return { ...saying(page, "allDone"), wishes: [focusCard] };
  return index === page.state.index ? saying(page, "saidLast") : opened(page, index);
}

function movedTo(page: RankingPage, index: number): Step {
  if (index < 0) return saying(page, "saidFirst", [], true);
  if (index >= page.state.items.length) return saying(page, "saidLast", [], true);
  return opened(page, index);
}

function opened(before: RankingPage, index: number): Step {
  const { page, wishes } = withNoteSent(before);
  return { page: { ...page, opening: index }, wishes: [...wishes, { type: "open", index }] };
}
