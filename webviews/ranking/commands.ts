import { indexOfLetter, lettersOfFlags } from "./keys";
import { finished, movedTo, nextOpened, submitted } from "./finishing";
import { flagged, flagging, moved, ranked, rated, tied } from "./judging";
import { axisText, focusCard, focused, letterIn, saying } from "./saying";
import {
  askedOf,
  canJudge,
  isFinished,
  stay,
  withNoteSent,
  type Command,
  type RankingPage,
  type Said,
  type Step,
} from "./state";
import type { RankingAxis } from "../../extension/protocol/rankingFormat";

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

function lettered(page: RankingPage, index: number): Step {
  const { flags } = page.state;
  if (page.isFlagging && canJudge(page) && page.card !== null) {
    const isNone = index < 0 || index >= Math.min(flags.length, lettersOfFlags);
    return isNone ? stay(page) : flagged(page, page.card, flags[index].name);
  }
  const id = askedOf(page.state).ids[index];
  return id === undefined ? stay(page) : { page: focused(page, id), wishes: [focusCard] };
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
