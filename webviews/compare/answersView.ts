import type { ComparedAnswer } from "../../extension/protocol/compareMessages";
import { element, fill, setText } from "../shared/dom";
import { numberText } from "../../extension/charts/numberText";
import { button } from "../shared/toolkit";
import { compareWords, visible } from "../shared/words";
import { redraw, whenChanged } from "./redraw";
import { baselinePlace, namesOf, type Choice, type Page } from "./state";
import type { Texts } from "./texts";

interface Options {
  readonly texts: Texts;
  readonly choose: (choice: Choice) => void;
}

/** One prompt at a time, answered by each run; what differs from the baseline's words is marked. */
export function createAnswersView({ texts, choose }: Options) {
  let prompt = 0;
  const go = (by: number) => (): void => choose({ prompt: prompt + by });
  const [previous, next] = [button(texts.previous, go(-1)), button(texts.next, go(1))];
  const where = element("span", { attributes: { role: "status" } });
  const diff = element("input", { attributes: { type: "checkbox" } });
  diff.addEventListener("change", () => choose({ isDiff: diff.checked }));
  const toggle = element("label", { class: "control" }, [diff, element("span", { text: texts.wordDiff })]);
  const controls = element("div", { class: "buttons" }, [previous, next, where, toggle]);
  const asked = element("p", { class: "prompt", attributes: { dir: "auto" } });
  const cards = element("div", { class: "cards" });
  const shown = element(
    "div",
    { class: "shown", attributes: { role: "group", tabindex: "0", "aria-label": texts.answers } },
    [asked, cards],
  );
  const none = element("p", { class: "quiet", text: texts.answersNone });
  const cut = element("p", { class: "quiet" });
  const hint = element("p", { class: "quiet", text: texts.promptKeys });
  const browsing = element("div", { class: "browsing" }, [controls, hint, shown, cut]);
  const root = element("section", {}, [element("h2", { text: texts.answers }), none, browsing]);
  shown.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    go(by)();
  });
  const draw = whenChanged();
  const show = ({ state, prompt: at, isDiff }: Page): void => {
    const open = state.prompts.at(at);
    if (open === undefined) return;
    setText(asked, visible(open.prompt));
    const baseline = baselinePlace(state);
    const base = baseline < 0 ? null : (open.answers.at(baseline) ?? null);
    redraw(
      cards,
      state.runs.map(({ name }, i) => {
        const answer = open.answers.at(i) ?? null;
        const against = isDiff && i !== baseline ? base : null;
        return card(texts, i === baseline ? `${name} ◆ ${texts.isBaseline}` : name, answer, against);
      }),
    );
  };
  return {
    root,
    update: (page: Page): void => {
      const { state, prompt: at, isDiff } = page;
      prompt = at;
      const { prompts, promptCount, baseline } = state;
      none.classList.toggle("hidden", prompts.length > 0);
      browsing.classList.toggle("hidden", prompts.length === 0);
      previous.disabled = at <= 0;
      next.disabled = at >= prompts.length - 1;
      diff.checked = isDiff;
      setText(where, prompts.length === 0 ? "" : fill(texts.promptOf, at + 1, prompts.length));
      setText(cut, promptCount > prompts.length ? fill(texts.more, prompts.length, promptCount) : "");
      draw([prompts, baseline, at, isDiff, namesOf(state)], () => show(page));
    },
  };
}

function card(
  texts: Texts,
  name: string,
  answer: ComparedAnswer | null,
  base: ComparedAnswer | null,
): HTMLElement {
  const head = element("h3", { text: name });
  if (answer === null)
    return element("article", {}, [head, element("p", { class: "quiet", text: texts.noAnswer })]);
  const { response, score, iteration, evaluation } = answer;
  const source =
    evaluation === null ? fill(texts.fromRollout, iteration ?? 0) : fill(texts.fromEvaluation, evaluation);
  const about = [source, Number.isNaN(score) ? "" : fill(texts.score, numberText(score))]
    .filter(Boolean)
    .join(" · ");
  const said = element("p", { class: "said", attributes: { dir: "auto" } });
  const note = element("p", { class: "quiet" });
  const text = visible(response);
  const changes =
    base === null || base.response === response ? null : compareWords(visible(base.response), text);
  if (base !== null && base.response === response) note.textContent = `= ${texts.sameAnswer}`;
  else if (base !== null && changes === null) note.textContent = texts.tooFar;
  said.append(
    ...(changes ?? [{ text, change: "kept" as const }]).map(({ text: part, change }) =>
      change === "kept"
        ? document.createTextNode(part)
        : element(change === "added" ? "ins" : "del", { text: part }),
    ),
  );
  return element("article", {}, [head, element("p", { class: "quiet", text: about }), said, note]);
}
