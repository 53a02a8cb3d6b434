import type { RankingEdit } from "../../extension/protocol/rankingEdits";
import type { RankingAxis } from "../../extension/protocol/rankingFormat";
import type { RankingTextKey } from "../../extension/protocol/rankingMessages";
import { letterOf } from "./keys";
import { askedOf, stay, withEdit, type RankingPage, type Said, type Step, type Wish } from "./state";

// What every act of a labeler is made of: an edit, where the keys go, and what is said of it.

export function saying(
  page: RankingPage,
  key: RankingTextKey,
  values: Said["values"] = [],
  isWarning = false,
): Step {
  return stay({ ...page, said: { key, values, isWarning } });
}

/** Puts an edit, if it is possible, and says what became of it. */
export function edited(page: RankingPage, edit: RankingEdit, said: (page: RankingPage) => Said | null): Step {
  const step = withEdit(page, edit);
  return step === null ? stay(page) : { ...step, page: { ...step.page, said: said(step.page) } };
}

export const focusCard: Wish = { type: "focus", on: "card" };

/** The response that keys are about from now on; an open list of flags belongs to the one before. */
export function focused(page: RankingPage, card: string): RankingPage {
  return page.card === card ? page : { ...page, card, isFlagging: false };
}

/** The letter of a response of the shown item. */
export const letterIn = (page: RankingPage, id: string): string =>
  letterOf(askedOf(page.state).ids.indexOf(id));

export const axisText = (axis: RankingAxis): RankingTextKey =>
  (({ overall: "axisOverall", instruction: "axisInstruction", preference: "axisPreference" }) as const)[axis];
