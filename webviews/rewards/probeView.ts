import type { Probe } from "../../extension/protocol/probeFormat";
import type { ProbeResult, RewardAction, RewardState } from "../../extension/protocol/rewardMessages";
import { element, fill, setText } from "../shared/dom";
import { dataTable } from "../shared/plots";
import { button, textArea } from "../shared/toolkit";
import { isCurrent, shown, signed, steps, strengths } from "./state";
import type { Texts } from "./texts";

/** A pause in typing that is long enough to ask in. */
const debounceMs = 200;

export interface Draft {
  readonly prompt: string;
  readonly response: string;
}

export interface ProbeView {
  readonly root: HTMLElement;
  update(state: RewardState): void;
}

interface Options {
  readonly texts: Texts;
  readonly draft: Draft;
  readonly state: RewardState;
  readonly send: (action: RewardAction) => void;
  readonly onDraft: (draft: Draft) => void;
}

/** Type an answer and see its score; below it where the score comes from. */
export function createProbe(options: Options): ProbeView {
  const { texts, send, onDraft } = options;
  // Beyond what an earlier page has asked, whose answer may still be on its way.
  let asked = options.state.result?.id ?? 0;
  let timer: number | undefined;
  const prompt = textArea(texts.prompt, texts.promptHint);
  const response = textArea(texts.response, texts.responseHint);
  [prompt.value, response.value] = [options.draft.prompt, options.draft.response];
  const draft = (): Draft => ({ prompt: prompt.value, response: response.value });
  const ask = (): void => {
    window.clearTimeout(timer);
    if (prompt.value.trim() === "") return;
    send({ type: "probe", id: ++asked, ...draft() });
  };
  const typed = (): void => {
    onDraft(draft());
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, debounceMs);
  };
  for (const field of [prompt, response]) field.addEventListener("input", typed);
  const tryProbe = (probe: Probe): void => {
    [prompt.value, response.value] = [probe.prompt, probe.response];
    onDraft(draft());
    ask();
    response.focus();
  };
  const save = button(texts.save, () => {
    if (prompt.value.trim() !== "") send({ type: "saveProbe", ...draft() });
  });
  const score = element("p", { class: "score" });
  const status = element("p", { class: "quiet" });
  const problem = element("p", { class: "problem" });
  const explained = element("div", { class: "explained" });
  const saved = createSaved(options, tryProbe);
  const root = element("section", { class: "probe" }, [
    element("h2", { text: texts.probe }),
    element("p", { class: "quiet", text: texts.probeHint }),
    element("div", { class: "fields" }, [prompt, response]),
    element("div", { class: "buttons" }, [score, save, status]),
    ...[problem, explained, saved.root],
  ]);
  let drawn: ProbeResult | null = null;
  return {
    root,
    update: (state) => {
      const { result, probing } = state;
      setText(status, probing.status === "loading" ? texts.loading : "");
      setText(problem, probing.problem ?? "");
      setText(score, result === null ? "" : fill(texts.saidScore, shown(result.score)));
      // What was typed since is being scored; until then the old answer is shown for what it is.
      root.classList.toggle("old", result !== null && !isCurrent(state, asked));
      saved.update(state);
      if (drawn === result) return;
      drawn = result;
      explained.replaceChildren(...(result === null ? [] : explanation(texts, result)));
    },
  };
}

function explanation(texts: Texts, { score, tokens, words, variants }: ProbeResult): HTMLElement[] {
  const running = tokens.map((token) => token.score);
  const tokenTexts = tokens.map(({ text }, t) => (t === tokens.length - 1 ? `${text} ${texts.end}` : text));
  return [
    block(texts.running, texts.runningHint, [
      strip(tokenTexts, steps(running), running.map(shown)),
      fold(texts, texts.running, [texts.tokens, texts.score, texts.change], tokenRows(tokenTexts, running)),
    ]),
    ...(words === null || words.length === 0
      ? []
      : [
          block(texts.effect, texts.wordsHint, [
            strip(
              words.map(({ text }) => text),
              words.map(({ effect }) => effect),
              words.map(({ effect }) => signed(effect)),
            ),
            fold(
              texts,
              texts.effect,
              [texts.word, texts.effect],
              words.map(({ text, effect }) => [text, signed(effect)]),
            ),
          ]),
        ]),
    ...(variants === null
      ? []
      : [
          block(texts.variants, "", [
            dataTable(
              texts.variants,
              [texts.variant, texts.score, texts.change, texts.response],
              variants.map(({ name, response, score: other }) => [
                ...[texts[name], shown(other), signed(other - score)],
                element("span", { text: response ?? texts.notApplicable, attributes: { dir: "auto" } }),
              ]),
            ),
          ]),
        ]),
  ];
}

const tokenRows = (texts: readonly string[], running: readonly number[]): string[][] =>
  steps(running).map((step, t) => [texts[t], shown(running[t]), t === 0 ? "–" : signed(step)]);

function block(title: string, hint: string, parts: readonly HTMLElement[]): HTMLElement {
  const says = hint === "" ? [] : [element("p", { class: "quiet", text: hint })];
  return element("section", {}, [element("h3", { text: title }), ...says, ...parts]);
}

/** Text in pieces, each underlined by how much it moves the score, and in which direction. */
function strip(pieces: readonly string[], moves: readonly number[], titles: readonly string[]): HTMLElement {
  const strong = strengths(moves);
  return element(
    "p",
    { class: "strip", attributes: { dir: "auto" } },
    pieces.map((text, i) => {
      const direction = moves[i] > 0 ? "up" : moves[i] < 0 ? "down" : "level";
      return element("span", {
        class: `${direction} by-${strong[i]}`,
        text,
        attributes: { title: titles[i] },
      });
    }),
  );
}

function fold(
  texts: Texts,
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  return element("details", {}, [
    element("summary", { text: `${title}: ${texts.table}` }),
    dataTable(title, head, rows),
  ]);
}

/** The project's probes with the score that each reward model has given them. */
function createSaved({ texts, send }: Options, tryProbe: (probe: Probe) => void) {
  const place = element("div");
  let shownOf = "";
  const update = ({ probes, inspection, others, name }: RewardState): void => {
    const scoring = others.filter(({ probes: scores }) => scores.length > 0);
    const now = JSON.stringify([probes, inspection?.probes, scoring]);
    if (now === shownOf) return;
    shownOf = now;
    const scoreIn = (
      scores: readonly { readonly id: string; readonly score: number }[],
      id: string,
    ): string => shown(scores.find((each) => each.id === id)?.score ?? NaN);
    const rows = probes.map((probe) => [
      element("span", { text: probe.prompt, attributes: { dir: "auto" } }),
      element("span", { text: probe.response, attributes: { dir: "auto" } }),
      scoreIn(inspection?.probes ?? [], probe.id),
      ...scoring.map(({ probes: scores }) => scoreIn(scores, probe.id)),
      element("span", { class: "buttons" }, [
        button(texts.load, () => tryProbe(probe), { label: fill(texts.loadOf, probe.id) }),
        button(texts.remove, () => send({ type: "removeProbe", id: probe.id }), {
          label: fill(texts.removeOf, probe.id),
        }),
      ]),
    ]);
    const head = [texts.prompt, texts.response, name, ...scoring.map((other) => other.name), ""];
    place.replaceChildren(
      probes.length === 0
        ? element("p", { class: "quiet", text: texts.savedNone })
        : dataTable(texts.saved, head, rows),
    );
  };
  return { root: element("section", {}, [element("h3", { text: texts.saved }), place]), update };
}
