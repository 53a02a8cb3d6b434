import type { RolloutAction, RolloutAnswer, RolloutState } from "../../extension/protocol/rolloutMessages";
import { element, fill, setText } from "../shared/dom";
import { button } from "../shared/toolkit";
import { compareWords, visible } from "../shared/words";
import { numberText } from "./numbers";
import type { Texts } from "./view";

interface HistoryOptions {
  readonly texts: Texts;
  readonly send: (action: RolloutAction) => void;
}

/** What the run answered to the open episode's prompt as it went on, compared with its first answer. It is looked for when it is unfolded. */
export function createHistoryView({ texts, send }: HistoryOptions) {
  let state: RolloutState | null = null;
  let drawn: RolloutState["history"] = null;
  let at = 0;
  const slider = element("input", { attributes: { type: "range", min: "0", step: "1", id: "answer" } });
  const where = element("p", { attributes: { role: "status" } });
  const first = element("p", { class: "quiet" });
  const firstText = element("p", { class: "said", attributes: { dir: "auto" } });
  const words = element("p", { class: "said", attributes: { dir: "auto" } });
  const note = element("p", { class: "quiet" });
  const open = button(texts.historyOpen, () => {
    const answer = state?.history?.[at];
    if (answer !== undefined) send({ type: "openEpisode", iteration: answer.iteration, line: answer.line });
  });
  const label = element("label", { text: texts.historySlider, attributes: { for: "answer" } });
  const found = element("div", { class: "answers" }, [
    ...[first, firstText, element("div", { class: "buttons" }, [label, slider, open])],
    ...[where, words, note],
  ]);
  const message = element("p", { class: "quiet" });
  const root = element("details", { class: "history" }, [
    element("summary", { text: texts.history }),
    message,
    found,
  ]);
  const ask = (): void => {
    if (root.open && state !== null && state.open !== null && state.history === null)
      send({ type: "askHistory" });
  };
  root.addEventListener("toggle", ask);
  const show = (): void => {
    const answers = state?.history ?? [];
    const answer = answers[at];
    if (answer === undefined) return;
    const { iteration, score, kl } = answer;
    const text = fill(texts.historyAt, iteration, numberText(score), numberText(kl));
    setText(where, text);
    slider.setAttribute("aria-valuetext", text);
    const changes = at === 0 ? null : compareWords(answers[0].response, answer.response);
    words.replaceChildren(...(changes === null ? [visible(answer.response)] : changes.map(wordNode)));
    setText(note, at === 0 ? "" : changes === null ? texts.historyFar : texts.historyDiff);
  };
  slider.addEventListener("input", () => {
    at = Number(slider.value);
    show();
  });
  return {
    root,
    update: (now: RolloutState): void => {
      const isOther = now.open !== state?.open;
      state = now;
      if (isOther) ask();
      const { history } = now;
      setText(message, history === null ? texts.historyLoading : texts.historyOnce);
      const isOne = history !== null && history.length <= 1;
      message.classList.toggle("hidden", history !== null && !isOne);
      found.classList.toggle("hidden", history === null || isOne);
      if (history === drawn || history === null) return void (drawn = history);
      drawn = history;
      slider.max = String(Math.max(0, history.length - 1));
      at = Math.max(
        0,
        history.findIndex((each) => isOpen(each, now)),
      );
      slider.value = String(at);
      setText(first, firstLabel(texts, history));
      setText(firstText, visible(history[0]?.response ?? ""));
      show();
    },
  };
}

const isOpen = ({ iteration, line }: RolloutAnswer, { open }: RolloutState): boolean =>
  open !== null && iteration === open.iteration && line === open.line;

function firstLabel(texts: Texts, history: readonly RolloutAnswer[]): string {
  const iteration = history.at(0)?.iteration ?? 0;
  return iteration === 0 ? texts.historyStart : fill(texts.historyFirst, iteration);
}

function wordNode({ text, change }: NonNullable<ReturnType<typeof compareWords>>[number]): Node {
  const shown = visible(text);
  if (change === "kept") return document.createTextNode(shown);
  return element(change === "added" ? "ins" : "del", { text: shown });
}
