import type { RankingAxis } from "../../extension/protocol/rankingFormat";
import { applyRankingDelta } from "../../extension/protocol/rankingMessages";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";
import { commanded, folded, withAxis, withHeld } from "./commands";
import { reopened, skipped } from "./finishing";
import { flagged, flagging, noted, ranked, rated } from "./judging";
import { focused } from "./saying";
import {
  canJudge,
  hydrated,
  overlaid,
  stay,
  withJudgement,
  withNewItem,
  withNoteSent,
  type Command,
  type RankingPage,
  type Step,
} from "./state";

/** What happens on the page besides the host's messages: a control is used, a field is written in, something is dropped. */
export type PageEvent =
  | ({ readonly type: "command" } & Command)
  | { readonly type: "focus"; readonly response: string }
  | { readonly type: "place"; readonly axis: RankingAxis; readonly response: string; readonly rank: number }
  | { readonly type: "rate"; readonly response: string; readonly likert: number }
  | { readonly type: "flag"; readonly response: string; readonly flag: string }
  | { readonly type: "flagging"; readonly response: string; readonly isOpen: boolean }
  | { readonly type: "note"; readonly response: string; readonly text: string }
  | { readonly type: "sendNote" }
  | { readonly type: "fold"; readonly response: string }
  | { readonly type: "foldPrompt" }
  | { readonly type: "axis"; readonly axis: RankingAxis }
  | { readonly type: "skip"; readonly reason: string }
  | { readonly type: "reopen" }
  | { readonly type: "openText" };

/** The page after a message of the host, and what is to be done; null before the first one. */
export function received(page: RankingPage | null, message: HostMessage<"ranking">): Step | null {
  if (message.type === "hydrate") {
    const isNew = page?.state.item?.id !== message.state.item?.id;
    const step = withHeld(hydrated(page, message.state));
    return isNew ? { page: step.page, wishes: [{ type: "focus", on: "card" }, ...step.wishes] } : step;
  }
  if (page === null) return null;
  const { delta } = message;
  switch (delta.type) {
    case "item": {
      const isNew = page.truth.item?.id !== delta.item.id;
      const step = withHeld(withNewItem(page, delta.index, delta.item));
      return {
        page: step.page,
        wishes: isNew ? [{ type: "focus", on: "card" }, ...step.wishes] : step.wishes,
      };
    }
    case "judgement":
      return stay(withJudgement(page, delta.id, delta.judgement, delta.upTo));
    case "team":
      return stay(overlaid({ ...page, truth: applyRankingDelta(page.truth, delta) }));
    case "command":
      return commanded(page, delta);
  }
}

/** The page after something that a labeler did on it. */
export function happened(page: RankingPage, event: PageEvent): Step {
  switch (event.type) {
    case "command":
      return commanded(page, event);
    case "focus":
      return stay(focused(page, event.response));
    case "place": {
      const { response, rank, axis } = event;
      return canJudge(page) ? ranked(focused(page, response), response, rank, axis) : stay(page);
    }
    case "rate":
      return canJudge(page) ? rated(focused(page, event.response), event.response, event.likert) : stay(page);
    case "flag":
      return canJudge(page) ? flagged(page, event.response, event.flag) : stay(page);
    case "flagging":
      return flagging(page, event.response, event.isOpen);
    case "note": {
      const isOther = page.note !== null && page.note.response !== event.response;
      const { page: now, wishes } = isOther ? withNoteSent(page) : stay(page);
      return { page: overlaid(noted(now, event.response, event.text)), wishes };
    }
    case "sendNote":
      return withNoteSent(page);
    case "fold":
      return folded(page, event.response);
    case "foldPrompt":
      return stay({ ...page, isPromptUnfolded: !page.isPromptUnfolded });
    case "axis":
      return withAxis(page, event.axis);
    case "skip":
      return skipped(page, event.reason);
    case "reopen":
      return reopened(page);
    case "openText":
      return { page, wishes: [{ type: "openText", line: page.state.problem?.line ?? null }] };
  }
}
