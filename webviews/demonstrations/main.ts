import type {
  DemonstrationsAction,
  DemonstrationsState,
} from "../../extension/protocol/demonstrationMessages";
import { startedClock, taken, withInput, withPresence } from "../shared/activity";
import { openChannel } from "../shared/channel";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import { edited, keyMeaning, laterDraft, reduce, type DraftEdit } from "./state";
import "./style.css";
import type { Texts } from "./texts";
import { createView, type DemonstrationsView } from "./view";

/** Milliseconds after which the host has what was written; with its own waiting it is on disk within a second. */
const sendAfter = 200;

let state: DemonstrationsState | null = null;
let view: DemonstrationsView | null = null;
/** The time after which an edit is sent, while one waits. */
let waiting: number | null = null;

const now = (): number => performance.now();
const isPresent = (): boolean => document.visibilityState === "visible" && document.hasFocus();
let clock = startedClock(now(), isPresent());

useToolkit();
const channel = openChannel(
  "demonstrations",
  (message) => {
    if (message.type === "delta" && message.delta.type === "command")
      return act({ type: message.delta.command });
    const isOther = message.type === "delta" && message.delta.type === "draft";
    if (isOther) sendEdit();
    state = reduce(state, message);
    if (state === null) return;
    // The time that somebody looked at another draft is not this one's.
    if (isOther) clock = taken(clock, now()).clock;
    if (message.type === "hydrate") {
      const later = laterDraft(channel.kept(), state);
      if (later !== null) {
        state = { ...state, draft: later };
        channel.send({ type: "edit", draft: later });
      }
      // The decoder has checked that every text is there.
      view = createView({ texts: message.texts as Texts, state, act, edit });
    } else view?.update(state, message.delta.type);
    keep();
  },
  ({ problem, message }) => {
    if (problem === "protocolMismatch") document.body.textContent = message;
    else console.warn(message);
  },
);

/** What a person does other than writing; what was written before goes first, and to a submission the time of reading it over. */
function act(action: DemonstrationsAction): void {
  if (action.type === "submit" && state !== null) changeDraft({ revision: state.draft.revision + 1 });
  sendEdit();
  channel.send(action);
}

function edit(change: DraftEdit): void {
  if (state !== null && state.answering === null) changeDraft(edited(state.draft, change));
}

function changeDraft(change: Partial<DemonstrationsState["draft"]>): void {
  if (state === null) return;
  state = { ...state, draft: { ...state.draft, ...change } };
  keep();
  waiting ??= window.setTimeout(sendEdit, sendAfter);
}

function sendEdit(): void {
  if (waiting === null || state === null) return;
  window.clearTimeout(waiting);
  waiting = null;
  const { ms, clock: counted } = taken(clock, now());
  clock = counted;
  state = { ...state, draft: { ...state.draft, activeMs: state.draft.activeMs + ms } };
  channel.send({ type: "edit", draft: state.draft });
}

/** The host gets it back when the window is reloaded, the page when it was hidden. */
function keep(): void {
  if (state !== null) channel.keep({ project: state.project, draft: state.draft });
}

for (const name of ["keydown", "pointerdown", "pointermove", "wheel"])
  window.addEventListener(name, () => (clock = withInput(clock, now())), { capture: true, passive: true });
const noticePresence = (): void => void (clock = withPresence(clock, now(), isPresent()));
window.addEventListener("focus", () => {
  noticePresence();
  if (document.activeElement === document.body) view?.focus();
});
for (const [target, name] of [
  [window, "blur"],
  [window, "pagehide"],
  [document, "visibilitychange"],
] as const)
  target.addEventListener(name, () => {
    noticePresence();
    sendEdit();
  });

document.addEventListener("keydown", (event) => {
  if (state === null) return;
  const control = event.ctrlKey || event.metaKey;
  // The editor goes on to another prompt; a browser would leave the page.
  if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) event.preventDefault();
  const meaning = keyMeaning(state, { key: event.key, control, composing: event.isComposing });
  if (meaning === null) return;
  event.preventDefault();
  act({ type: meaning });
});
