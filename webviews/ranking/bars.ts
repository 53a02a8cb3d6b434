import type { JudgementStatus } from "../../extension/protocol/rankingFormat";
import type { RankingCommand } from "../../extension/protocol/rankingMessages";
import { element, fill, setAttribute, setText } from "../shared/dom";
import { button, setPressed, textField, type Button } from "../shared/toolkit";
import { shownKeys } from "./keys";
import { spoken, type PartOptions, type Texts } from "./parts";
import { doneCount, isFinished, isLocked, type RankingPage, type Said } from "./state";

function commandButton(
  { dispatch }: PartOptions,
  text: string,
  command: RankingCommand,
  primary = false,
): Button {
  return button(text, () => dispatch({ type: "command", command, argument: "" }), {
    ...{ key: shownKeys[command], primary },
  });
}

export const statusText = (texts: Texts, status: JudgementStatus | null): string =>
  ({
    draft: texts.statusDraft,
    submitted: texts.statusSubmitted,
    skipped: texts.statusSkipped,
    unrankable: texts.statusUnrankable,
    none: texts.statusNone,
  })[status ?? "none"];

/** The top: which item it is, how far the labeler and the team are, and the ways to other items. */
export function createHead(options: PartOptions, page: RankingPage) {
  const { texts } = options;
  const place = element("h1");
  const status = element("span", { class: "badge" });
  const bar = element("span", { class: "fill" });
  const own = element("span", { class: "quiet" });
  const track = element("span", { class: "track", attributes: { "aria-hidden": "true" } }, [bar]);
  const team = element("span", { class: "quiet" });
  const buttons = [
    commandButton(options, texts.previous, "previous"),
    commandButton(options, texts.next, "next"),
    commandButton(options, texts.nextOpen, "nextOpen"),
    ...(page.state.hasGuidelines ? [commandButton(options, texts.guidelines, "guidelines")] : []),
    commandButton(options, texts.keys, "help"),
  ];
  const nav = element("div", { class: "buttons" }, buttons);
  const title = element("div", { class: "title" }, [place, status]);
  const progress = element("div", { class: "progress" }, [track, own, team]);
  return {
    root: element("header", { class: "head" }, [title, progress, nav]),
    update: ({ state }: RankingPage): void => {
      const total = state.items.length;
      const done = doneCount(state);
      setText(place, fill(texts.itemOf, state.index + 1, total));
      const now = state.item?.judgement?.status ?? null;
      setText(status, statusText(texts, now));
      setAttribute(status, "class", now === null ? "badge" : `badge ${now}`);
      setText(own, fill(texts.progress, done, total));
      bar.style.width = `${total === 0 ? 0 : (100 * done) / total}%`;
      setText(team, fill(texts.team, state.team.done, state.team.items, state.team.labelers));
      const isFirst = state.index === 0;
      const isLast = state.index >= total - 1;
      if (buttons[0].disabled !== isFirst) buttons[0].disabled = isFirst;
      if (buttons[1].disabled !== isLast) buttons[1].disabled = isLast;
    },
  };
}

/** The bottom: what can be done with the whole item, and what has just happened, which screen readers say. */
export function createFoot(options: PartOptions) {
  const { texts, dispatch } = options;
  const submit = commandButton(options, texts.submit, "submit", true);
  const skip = commandButton(options, texts.skip, "skip");
  const unrankable = commandButton(options, texts.unrankable, "unrankable");
  const diff = commandButton(options, texts.diff, "diff");
  const reopen = button(texts.reopen, () => dispatch({ type: "reopen" }), { primary: true });
  const reason = textField(texts.skipReason, texts.skipHint);
  const hint = element("span", { class: "quiet small", text: texts.skipHint });
  const form = element("div", { class: "skipping hidden" }, [reason, hint]);
  // In its own words: Enter skips, Esc leaves. While letters are composed, as in Korean, Enter ends a letter.
  reason.addEventListener("keydown", (event: KeyboardEvent) => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    if (event.key === "Enter") dispatch({ type: "skip", reason: reason.value });
    else dispatch({ type: "command", command: "escape", argument: "" });
  });
  const said = element("p", { class: "said", attributes: { role: "status" } });
  const buttons = element("div", { class: "buttons" }, [submit, reopen, skip, unrankable, diff]);
  const root = element("footer", { class: "foot" }, [form, buttons, said]);
  let last: Said | null = null;
  return {
    root,
    focusReason: (): void => reason.focus(),
    update: (page: RankingPage): void => {
      const { state } = page;
      const finished = isFinished(state);
      const locked = isLocked(state);
      submit.classList.toggle("hidden", finished);
      reopen.classList.toggle("hidden", !finished);
      if (reopen.disabled !== state.readOnly) reopen.disabled = state.readOnly;
      for (const each of [submit, skip, unrankable]) if (each.disabled !== locked) each.disabled = locked;
      setPressed(diff, page.isDiff);
      diff.classList.toggle("on", page.isDiff);
      if (form.classList.contains("hidden") === page.isSkipping) {
        form.classList.toggle("hidden", !page.isSkipping);
        reason.value = "";
      }
      if (page.said === last) return;
      last = page.said;
      // Set anew even where it is the same, so that it is said again.
      said.textContent = last === null ? "" : spoken(texts, last);
      said.classList.toggle("warning", last?.isWarning === true);
    },
  };
}
