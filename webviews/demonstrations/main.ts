import type {
  DemonstrationsAction,
  DemonstrationsState,
} from "../../extension/protocol/demonstrationMessages";
import { openChannel } from "../shared/channel";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import { edited, keyMeaning, laterDraft, reduce, workedBetween, type DraftEdit } from "./state";
import "./style.css";
import type { Texts } from "./texts";
import { createView, type DemonstrationsView } from "./view";

let state: DemonstrationsState | null = null;
let view: DemonstrationsView | null = null;
let lastSign: number | null = null;
let waiting: number | null = null;

/** Milliseconds after which the host has what was written; with its own waiting it is on disk within a second. */
const sendAfter = 200;

useToolkit();
const channel = openChannel(
  "demonstrations",
  (message) => {
    if (message.type === "delta" && message.delta.type === "draft") sendEdit();
    state = reduce(state, message);
    if (state === null) return;
    if (message.type === "hydrate") {
      const later = laterDraft(channel.kept(), state);
      if (later !== null) {
        state = { ...state, draft: later };
        channel.send({ type: "edit", draft: later });
      }
      // The decoder has checked that every text is there.
      const texts = message.texts as Texts;
      view = createView({ texts, state, act, edit });
    } else view?.update(state, message.delta.type);
    keep();
  },
  ({ problem, message }) => {
    if (problem === "protocolMismatch") document.body.textContent = message;
    else console.warn(message);
  },
);

/** What a person does other than writing; what was written before goes first. */
function act(action: DemonstrationsAction): void {
  if (action.type === "submit") touch();
  sendEdit();
  channel.send(action);
}

function edit(change: DraftEdit): void {
  if (state === null || state.answering !== null) return;
  state = { ...state, draft: edited(state.draft, change) };
  keep();
  waiting ??= window.setTimeout(sendEdit, sendAfter);
}

/** Counts the time worked so far into the draft, as an edit of its own. */
function touch(): void {
  sign();
  if (state === null) return;
  state = { ...state, draft: { ...state.draft, revision: state.draft.revision + 1 } };
  waiting ??= window.setTimeout(sendEdit, sendAfter);
}

function sendEdit(): void {
  if (waiting === null || state === null) return;
  window.clearTimeout(waiting);
  waiting = null;
  channel.send({ type: "edit", draft: state.draft });
}

/** The host gets it back when the window is reloaded, the page when it was hidden. */
function keep(): void {
  if (state !== null) channel.keep({ project: state.project, draft: state.draft });
}

/** A sign of life: the time since the last one was worked. */
function sign(): void {
  const now = performance.now();
  const activeMs = workedBetween(lastSign, now);
  lastSign = now;
  if (state !== null)
    state = { ...state, draft: { ...state.draft, activeMs: state.draft.activeMs + activeMs } };
}

for (const name of ["keydown", "pointerdown", "wheel"] as const)
  document.addEventListener(name, sign, { capture: true, passive: true });
for (const name of ["pagehide", "blur"] as const) window.addEventListener(name, sendEdit);

document.addEventListener("keydown", (event) => {
  if (state === null) return;
  const control = event.ctrlKey || event.metaKey;
  const meaning = keyMeaning(state, { key: event.key, control, composing: event.isComposing });
  if (meaning === null) return;
  event.preventDefault();
  act({ type: meaning });
});
