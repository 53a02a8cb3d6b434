import {
  isFinal,
  type ChatAnswer,
  type ChatTextKey,
  type ChatTurn,
} from "../../extension/protocol/chatMessages";
import { element, fill, setText } from "../shared/dom";
import { button } from "../shared/toolkit";

export type Texts = Readonly<Record<ChatTextKey, string>>;

/** A turn's elements, which follow the turn as it changes. */
export interface TurnView {
  readonly root: HTMLElement;
  update(turn: ChatTurn): void;
}

export function createTurnView(texts: Texts, turn: ChatTurn, onCopy: (index: number) => void): TurnView {
  const answers = turn.answers.map((_, index) => createAnswerView(texts, index, () => onCopy(index)));
  const isPair = answers.length > 1;
  const verdict = element("p", { class: "verdict" });
  const heading = element("h2", {}, [element("span", { class: "spoken", text: `${texts.prompt}: ` })]);
  heading.append(turn.prompt);
  const seeds = [...new Set(turn.answers.map(({ seed }) => seed))].join(", ");
  const drawn = element("p", { class: "quiet", text: fill(texts.drawnWith, turn.temperature, seeds) });
  const columns = element(
    "div",
    { class: isPair ? "answers two" : "answers" },
    answers.map(({ root }) => root),
  );
  return {
    root: element("article", { class: "turn" }, [heading, columns, verdict, drawn]),
    update: (now) => {
      answers.forEach((view, i) => view.update(now.answers[i], isChosen(now, i)));
      verdict.textContent = verdictText(texts, now);
      verdict.classList.toggle("hidden", verdict.textContent === "");
    },
  };
}

/** A vote in words, with the names that it reveals; empty before it. */
export function verdictText(texts: Texts, { vote, answers }: ChatTurn): string {
  if (vote === null) return "";
  const words = {
    left: texts.votedLeft,
    right: texts.votedRight,
    tie: texts.votedTie,
    bothBad: texts.votedBothBad,
    skip: texts.votedSkip,
  };
  return fill(words[vote], ...answers.map(({ model }) => model));
}

const isChosen = ({ vote }: ChatTurn, index: number): boolean => vote === (index === 0 ? "left" : "right");

function createAnswerView(texts: Texts, index: number, onCopy: () => void) {
  const hiddenName = index === 0 ? texts.firstAnswer : texts.secondAnswer;
  const name = element("h3");
  const text = element("p", { class: "text" });
  const note = element("p", { class: "quiet" });
  const copy = button(texts.copy, onCopy);
  const root = element("section", { class: "answer" }, [element("header", {}, [name, copy]), text, note]);
  return {
    root,
    update: (answer: ChatAnswer, chosen: boolean): void => {
      const shownName = answer.model === "" ? hiddenName : answer.model;
      setText(name, shownName);
      root.setAttribute("aria-label", fill(texts.answerOf, shownName));
      copy.setAttribute("aria-label", fill(texts.copyOf, shownName));
      copy.classList.toggle("hidden", !isFinal(answer) || answer.text === "");
      root.classList.toggle("streaming", answer.status === "streaming");
      root.classList.toggle("chosen", chosen);
      root.setAttribute("aria-busy", String(!isFinal(answer)));
      note.classList.toggle("problem", answer.status === "failed");
      setText(text, answer.text);
      setText(note, noteOf(texts, answer));
      note.classList.toggle("hidden", note.textContent === "");
    },
  };
}

function noteOf(texts: Texts, { status, endReached, problem }: ChatAnswer): string {
  switch (status) {
    case "waiting":
      return texts.waiting;
    case "streaming":
      return "";
    case "done":
      return endReached ? "" : texts.cut;
    case "cancelled":
      return texts.cancelled;
    case "failed":
      return problem ?? texts.failed;
  }
}
