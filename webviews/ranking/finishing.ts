import {
  isShownOrder,
  maxNoteLetters,
  unranked,
  type RankingEdit,
} from "../../extension/protocol/rankingEdits";
import type { RankingAxis } from "../../extension/protocol/rankingFormat";
import { nextOpen, type RankingTextKey } from "../../extension/protocol/rankingMessages";
import { axisText, edited, focusCard, focused, letterIn, saying } from "./saying";
import { askedOf, canJudge, stay, withNoteSent, type RankingPage, type Said, type Step } from "./state";

// The end of the work on an item, and the ways to other items.

/** Submits a whole ranking. One that is just the order shown is asked about first: it may be nobody's judgement. */
export function submitted(before: RankingPage): Step {
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
export function finished(page: RankingPage, edit: RankingEdit, key: RankingTextKey): Step {
  const step = edited(page, edit, () => ({ key, values: [page.state.index + 1] }));
  const next = nextOpened(step.page, page.state.index + 1);
  return { page: next.page, wishes: [...step.wishes, ...next.wishes] };
}

export function nextOpened(page: RankingPage, from: number): Step {
  const index = nextOpen(page.state, from);
  if (index === null) return { ...saying(page, "allDone"), wishes: [focusCard] };
  return index === page.state.index ? saying(page, "saidLast") : opened(page, index);
}

export function movedTo(page: RankingPage, index: number): Step {
  if (index < 0) return saying(page, "saidFirst", [], true);
  if (index >= page.state.items.length) return saying(page, "saidLast", [], true);
  return opened(page, index);
}

function opened(before: RankingPage, index: number): Step {
  const { page, wishes } = withNoteSent(before);
  return { page: { ...page, opening: index }, wishes: [...wishes, { type: "open", index }] };
}
