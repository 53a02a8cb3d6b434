import {
  applyRankingEdit,
  rankOf,
  type AskedItem,
  type RankingEdit,
} from "../../extension/protocol/rankingEdits";
import type { JudgementStatus, RankingAxis, RankingJudgement } from "../../extension/protocol/rankingFormat";
import {
  applyRankingDelta,
  type RankingCommand,
  type RankingItem,
  type RankingState,
  type RankingTextKey,
} from "../../extension/protocol/rankingMessages";

// What the page shows, and how it follows the host. A labeler sees an edit at once; the host's judgement, when it comes, is the truth.

/** An edit that the host has not answered yet. */
export interface SentEdit {
  readonly number: number;
  readonly item: string;
  readonly edit: RankingEdit;
}

/** A sentence about what has just happened: the name of a text and its values, of which some are texts themselves. */
export interface Said {
  readonly key: RankingTextKey;
  readonly values: readonly (string | number | { readonly text: RankingTextKey })[];
  /** Something stands in the way. */
  readonly isWarning?: boolean;
}

export interface Command {
  readonly command: RankingCommand;
  readonly argument: string;
}

export interface RankingPage {
  /** What the host said last. */
  readonly truth: RankingState;
  /** The same with the edits on top that are on their way, and with the note that is being written: what is shown. */
  readonly state: RankingState;
  readonly pending: readonly SentEdit[];
  /** How many edits this page has sent. */
  readonly edits: number;
  /** A note as it is being written, before it is sent. */
  readonly note: { readonly item: string; readonly response: string; readonly text: string } | null;
  /** The response that keys are about. */
  readonly card: string | null;
  /** The axis that ranks are about. */
  readonly axis: RankingAxis;
  /** The list of flags of `card` is open. */
  readonly isFlagging: boolean;
  /** The responses that are shown in full although they are long. */
  readonly unfolded: readonly string[];
  readonly isPromptUnfolded: boolean;
  readonly isDiff: boolean;
  readonly isSkipping: boolean;
  readonly isHelpOpen: boolean;
  /** The labeler was told that the ranking is the order in which the responses were shown. */
  readonly isWarned: boolean;
  /** The item that was asked for and is not there yet; keys that come meanwhile are meant for it. */
  readonly opening: number | null;
  readonly held: readonly Command[];
  readonly said: Said | null;
}

/** What is to be done besides showing the page. */
export type Wish =
  | ({ readonly type: "edit" } & SentEdit)
  | { readonly type: "open"; readonly index: number }
  | { readonly type: "openText"; readonly line: number | null }
  | { readonly type: "guidelines" | "undo" | "redo" }
  | { readonly type: "focus"; readonly on: "card" | "note" | "skip" };

export interface Step {
  readonly page: RankingPage;
  readonly wishes: readonly Wish[];
}

export const stay = (page: RankingPage): Step => ({ page, wishes: [] });

/** The page after what the host has to show. One that is shown already keeps its own edits' numbers, and its place where the item is the same. */
export function hydrated(before: RankingPage | null, truth: RankingState): RankingPage {
  const page: RankingPage = {
    ...{ truth, state: truth, pending: before?.pending ?? [], edits: before?.edits ?? 0 },
    note: before?.note ?? null,
    ...{ card: null, axis: truth.axes[0] ?? "overall", isFlagging: false, unfolded: [] },
    ...{ isPromptUnfolded: false, isDiff: false, isSkipping: false, isHelpOpen: before?.isHelpOpen ?? false },
    ...{ isWarned: false, opening: null, held: before?.held ?? [], said: before?.said ?? null },
  };
  const isSame = before !== null && isSameItem(before.truth.item, truth.item);
  if (!isSame || !truth.axes.includes(before.axis)) return withItem(page);
  const { card, axis, isFlagging, unfolded, isPromptUnfolded, isDiff, isSkipping } = before;
  return overlaid({ ...page, card, axis, isFlagging, unfolded, isPromptUnfolded, isDiff, isSkipping });
}

/** The page with another item of the host: the first response without a rank is the first one to look at. */
export function withNewItem(before: RankingPage, index: number, item: RankingItem): RankingPage {
  const truth = applyRankingDelta(before.truth, { type: "item", index, item });
  if (isSameItem(before.truth.item, item)) return overlaid({ ...before, truth, opening: null });
  const said: Said = { key: "saidItem", values: [index + 1, truth.items.length] };
  return withItem({ ...before, truth, said });
}

function withItem(before: RankingPage): RankingPage {
  const page = overlaid({
    ...{ ...before, isFlagging: false, unfolded: [], isPromptUnfolded: false, isDiff: false },
    ...{ isSkipping: false, isWarned: false, opening: null },
  });
  const ids = askedOf(page.state).ids;
  const card = ids.find((id) => rankOn(page, id) === null) ?? ids[0] ?? null;
  return { ...page, card };
}

/** A judgement of the host, which has dealt with this page's edits up to a number. */
export function withJudgement(
  page: RankingPage,
  id: string,
  judgement: RankingJudgement | null,
  upTo: number,
): RankingPage {
  const truth = applyRankingDelta(page.truth, { type: "judgement", id, judgement, upTo });
  const pending = page.pending.filter(({ number }) => number > upTo);
  return overlaid({ ...page, truth, pending });
}

/** The page with an edit of the item that is shown, at once; null where the edit is not possible. */
export function withEdit(before: RankingPage, edit: RankingEdit): Step | null {
  const { page, wishes } = edit.type === "note" ? stay(before) : withNoteSent(before);
  const { item } = page.state;
  if (item === null || page.state.readOnly) return null;
  if (applyRankingEdit(askedOf(page.state), item.judgement ?? undefined, edit) === null) return null;
  const sent: SentEdit = { number: page.edits + 1, item: item.id, edit };
  const next = { ...page, edits: sent.number, pending: [...page.pending, sent], isWarned: false };
  return { page: overlaid(next), wishes: [...wishes, { type: "edit", ...sent }] };
}

/** Sends the note that is being written, if there is one. */
export function withNoteSent(page: RankingPage): Step {
  if (page.note === null) return stay(page);
  const { item, response, text } = page.note;
  const sent: SentEdit = { number: page.edits + 1, item, edit: { type: "note", response, text } };
  const next = { ...page, note: null, edits: sent.number, pending: [...page.pending, sent], isWarned: false };
  return { page: overlaid(next), wishes: [{ type: "edit", ...sent }] };
}

/** The page with what is shown worked out anew: the host's state, then the edits it has not seen. */
export function overlaid(page: RankingPage): RankingPage {
  const { truth, note, pending } = page;
  const writing =
    note === null
      ? []
      : [{ item: note.item, edit: { type: "note" as const, response: note.response, text: note.text } }];
  const edits = [...pending, ...writing];
  if (edits.length === 0) return { ...page, state: truth };
  const { item } = truth;
  const judgement =
    item === null
      ? null
      : edits
          .filter((each) => each.item === item.id)
          .reduce<RankingJudgement | null>(
            (judged, { edit }) => applyRankingEdit(askedOf(truth), judged ?? undefined, edit) ?? judged,
            item.judgement,
          );
  const statusOf = new Map<string, JudgementStatus | null>(
    edits.map(({ item: id, edit }) => [id, statusAfter(edit)]),
  );
  if (item !== null) statusOf.set(item.id, judgement?.status ?? null);
  const items = truth.items.map(({ id, status }) => ({ id, status: statusOf.get(id) ?? status }));
  const shown = item === null ? null : { ...item, judgement };
  return { ...page, state: { ...truth, items, item: shown } };
}

function statusAfter({ type }: RankingEdit): JudgementStatus {
  switch (type) {
    case "submit":
      return "submitted";
    case "skip":
      return "skipped";
    case "unrankable":
      return "unrankable";
    default:
      return "draft";
  }
}

function isSameItem(a: RankingItem | null, b: RankingItem | null): boolean {
  const idsOf = ({ responses }: RankingItem): string => JSON.stringify(responses.map(({ id }) => id));
  return a !== null && b !== null && a.id === b.id && idsOf(a) === idsOf(b);
}

/** What the shown item is judged on. */
export function askedOf({ item, axes }: RankingState): AskedItem {
  return { ids: item?.responses.map(({ id }) => id) ?? [], axes };
}

/** The rank of a response on the axis in use. */
export function rankOn({ state, axis }: RankingPage, id: string): number | null {
  return rankOf(state.item?.judgement?.tiers?.[axis] ?? [], id);
}

/** Whether the item is done with: nothing of it changes before it is taken up again. */
export function isFinished({ item }: RankingState): boolean {
  const status = item?.judgement?.status ?? "draft";
  return status !== "draft";
}

/** Whether nothing of the shown item can be changed, so that its controls are off. */
export function isLocked(state: RankingState): boolean {
  return state.item === null || state.problem !== null || state.readOnly || isFinished(state);
}

/** Whether the shown item can be judged now; not while another one is on its way. */
export const canJudge = ({ state, opening }: RankingPage): boolean => !isLocked(state) && opening === null;

/** How many items are done with. */
export function doneCount({ items }: Pick<RankingState, "items">): number {
  return items.filter(({ status }) => status !== null && status !== "draft").length;
}
