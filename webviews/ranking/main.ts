import { openChannel } from "../shared/channel";
import "../shared/theme.css";
import { useToolkit } from "../shared/toolkit";
import { startedClock, taken, withInput, withPresence } from "../shared/activity";
import { placeOf, withPlace } from "./kept";
import type { Texts } from "./parts";
import type { RankingPage, Step, Wish } from "./state";
import { happened, received, type PageEvent } from "./step";
import "./style.css";
import { focusedElement, isTextField } from "./typing";
import { createView, type RankingView } from "./view";

/** So long after the last letter a note is sent. */
const noteDelayMs = 400;

let page: RankingPage | null = null;
let view: RankingView | null = null;
let isFollowing = false;
const waiting: PageEvent[] = [];
let noteTimer: ReturnType<typeof setTimeout> | undefined;
let hasKeys = false;
/** Where the focus goes when the page gets it. */
let focusLater: (Wish & { type: "focus" })["on"] | null = null;

const now = (): number => performance.now();
const isPresent = (): boolean => document.visibilityState === "visible" && document.hasFocus();
let clock = startedClock(now(), isPresent());

useToolkit();
const channel = openChannel(
  "ranking",
  (message) => {
    if (message.type === "delta" && message.delta.type === "command") clock = withInput(clock, now());
    const step = received(page, message);
    if (step === null) return;
    // The decoder has checked that every text is there.
    if (message.type === "hydrate") view ??= createView({ texts: message.texts as Texts, dispatch });
    follow(page === null ? { ...step, page: withPlace(step.page, channel.kept()) } : step);
  },
  ({ problem, message }) => {
    if (problem === "protocolMismatch") document.body.textContent = message;
    else console.warn(message);
  },
);

/** What a labeler did. Showing a page can move the focus, which is an event of its own: it waits until all is shown. */
function dispatch(event: PageEvent): void {
  waiting.push(event);
  if (event.type === "note") {
    clearTimeout(noteTimer);
    noteTimer = setTimeout(() => dispatch({ type: "sendNote" }), noteDelayMs);
  }
  if (isFollowing) return;
  for (let next = waiting.shift(); next !== undefined && page !== null; next = waiting.shift())
    follow(happened(page, next));
}

/** Shows the page after a step and does what the step asks for. */
function follow(step: Step): void {
  const isOther = page?.truth.item?.id !== step.page.truth.item?.id;
  isFollowing = true;
  page = step.page;
  // The time that somebody looked at an item without a judgement is not the next one's.
  if (isOther) clock = taken(clock, now()).clock;
  view?.update(page);
  for (const wish of step.wishes) act(wish);
  channel.keep(placeOf(page));
  isFollowing = false;
  reportFocus();
  const next = waiting.shift();
  if (next !== undefined) dispatch(next);
}

function act(wish: Wish): void {
  switch (wish.type) {
    case "edit": {
      const { ms, clock: counted } = taken(clock, now());
      clock = counted;
      const { item, edit, number } = wish;
      return channel.send({ type: "edit", item, edit, activeMs: ms, number });
    }
    case "focus":
      // A page that has not the focus leaves it to the editor where it is.
      if (document.hasFocus()) view?.focus(wish.on);
      else focusLater = wish.on;
      return;
    default:
      return channel.send(wish);
  }
}

/** Single keys belong to the page while it has the focus, except in a field and in the list of keys, which have their own. */
function reportFocus(): void {
  const has = document.hasFocus() && !isTextField(focusedElement()) && page?.isHelpOpen !== true;
  if (has === hasKeys) return;
  hasKeys = has;
  channel.send({ type: "focus", focused: has });
}

const noticeInput = (): void => void (clock = withInput(clock, now()));
const noticePresence = (): void => {
  clock = withPresence(clock, now(), isPresent());
  // When the focus goes from one element to another it is nowhere for a moment.
  setTimeout(reportFocus);
};
for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "scroll"])
  window.addEventListener(name, noticeInput, { capture: true, passive: true });
for (const name of ["focusin", "focusout"]) document.addEventListener(name, noticePresence);
window.addEventListener("focus", () => {
  noticePresence();
  if (focusLater !== null || document.activeElement === document.body) view?.focus(focusLater ?? "card");
  focusLater = null;
});
window.addEventListener("blur", () => {
  noticePresence();
  dispatch({ type: "sendNote" });
});
document.addEventListener("visibilitychange", () => {
  noticePresence();
  dispatch({ type: "sendNote" });
});
