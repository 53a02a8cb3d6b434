import { isProblem } from "../../extension/protocol/problem";
import { maxPairs, withEdit, type DemonstrationDraft } from "../../extension/protocol/demonstrationDraft";
import {
  applyDemonstrationsDelta,
  keptDemonstrations,
  type DemonstrationsState,
} from "../../extension/protocol/demonstrationMessages";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";

/** The state after a message of the host; null before it has said anything. */
export function reduce(
  state: DemonstrationsState | null,
  message: HostMessage<"demonstrations">,
): DemonstrationsState | null {
  if (message.type === "hydrate") return message.state;
  return state === null ? null : applyDemonstrationsDelta(state, message.delta);
}

/** What the labeler changes in a draft. */
export type DraftEdit =
  | { readonly field: "prompt" | "response" | "useCase"; readonly text: string }
  | { readonly field: "query" | "pairResponse"; readonly index: number; readonly text: string }
  | { readonly field: "addPair" }
  | { readonly field: "removePair"; readonly index: number };

/** The draft after an edit. What was not edited stays as the host has it, to the letter. */
export function edited(draft: DemonstrationDraft, edit: DraftEdit): DemonstrationDraft {
  const revision = draft.revision + 1;
  const { pairs } = draft;
  switch (edit.field) {
    case "prompt":
    case "response":
    case "useCase":
      return withEdit(draft, { ...draft, revision, [edit.field]: edit.text });
    case "query":
    case "pairResponse": {
      const key = edit.field === "query" ? "query" : "response";
      const now = pairs.map((pair, i) => (i === edit.index ? { ...pair, [key]: edit.text } : pair));
      return { ...draft, revision, pairs: now };
    }
    case "addPair":
      if (pairs.length >= maxPairs) return draft;
      return { ...draft, revision, pairs: [...pairs, { query: "", response: "" }] };
    case "removePair":
      return { ...draft, revision, pairs: pairs.filter((_, i) => i !== edit.index) };
  }
}

/** What the editor kept of a draft, where that is later than what the host has of the same one. */
export function laterDraft(kept: unknown, state: DemonstrationsState): DemonstrationDraft | null {
  const read = keptDemonstrations(kept, { where: "what was kept", path: "" });
  if (isProblem(read)) return null;
  const { id, revision } = state.draft;
  return read.draft.id === id && read.draft.revision > revision ? read.draft : null;
}

export interface Key {
  readonly key: string;
  /** Control, or the command key of a Mac. */
  readonly control: boolean;
  /** An input method is composing a character, as in Korean: its Enter is not ours. */
  readonly composing: boolean;
}

/** What a key means here; null for keys that are left alone. Saving and going on to another prompt are keys of the editor. */
export function keyMeaning({ answering }: DemonstrationsState, key: Key): "submit" | "stopAnswer" | null {
  if (key.composing) return null;
  if (key.key === "Enter" && key.control) return "submit";
  return key.key === "Escape" && answering !== null ? "stopAnswer" : null;
}
