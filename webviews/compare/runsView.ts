import type { CompareAction, CompareState } from "../../extension/protocol/compareMessages";
import { element, fill, setText } from "../shared/dom";
import { dataTable, shape } from "../shared/plots";
import { button } from "../shared/toolkit";
import { redraw, whenChanged } from "./redraw";
import { namesOf } from "./state";
import type { Texts } from "./texts";

interface Options {
  readonly texts: Texts;
  readonly send: (action: CompareAction) => void;
}

/** How many lines plots.css tells apart. */
const lineStyles = 5;
export const lineStyle = (run: number): string => `series series-${run % lineStyles}`;

/** The compared runs, one of them the baseline, and what adds another. */
export function createRunsView({ texts, send }: Options) {
  const table = element("div");
  const adding = element("div", { class: "buttons" });
  const few = element("p", { class: "notice", text: texts.tooFew });
  let progress: readonly RunProgress[] = [];
  const [drawTable, drawAdding] = [whenChanged(), whenChanged()];
  return {
    root: element("section", {}, [table, few, adding]),
    update: (state: CompareState): void => {
      const { runs, baseline, candidates } = state;
      drawTable([baseline, namesOf(state)], () => {
        progress = runs.map(() => ({ state: element("span"), iteration: element("span") }));
        const head = [texts.run, texts.baseline, "", texts.state, texts.iteration, texts.seed, ""];
        const rows = runs.map((run, i) =>
          runRow({ texts, send }, run, { place: i, baseline, progress: progress[i] }),
        );
        redraw(table, [dataTable(texts.runs, head, rows)]);
      });
      // A click takes a moment, in which its button must stay: what changes while a run trains is set in place.
      runs.forEach(({ stateText, iteration, iterations }, i) => {
        setText(progress[i].state, stateText);
        setText(progress[i].iteration, iterations > 0 ? `${Math.max(0, iteration)}/${iterations}` : "–");
      });
      few.classList.toggle("hidden", runs.length >= 2);
      drawAdding([candidates], () =>
        redraw(adding, addingControls({ texts, send }, candidates, adding.querySelector("select")?.value)),
      );
    },
  };
}

/** Where a run's state and its iteration stand. */
interface RunProgress {
  readonly state: HTMLElement;
  readonly iteration: HTMLElement;
}

function runRow(
  { texts, send }: Options,
  run: CompareState["runs"][number],
  {
    place,
    baseline,
    progress,
  }: { readonly place: number; readonly baseline: string; readonly progress: RunProgress },
): (string | Node)[] {
  const { id, name, stageText, seed } = run;
  const act = (key: "openMetrics" | "openReport" | "remove", label: string): HTMLElement =>
    focusable(
      `${key} ${id}`,
      button(texts[key], () => send({ type: key, id }), { label: `${texts[key]}: ${label}` }),
    );
  const buttons = [
    act("openMetrics", name),
    act("openReport", name),
    act("remove", fill(texts.removeOf, name)),
  ];
  return [
    nameCell(name, place),
    baselineChoice(texts, run, id === baseline, send),
    stageText,
    progress.state,
    progress.iteration,
    String(seed),
    element("div", { class: "buttons" }, buttons),
  ];
}

function addingControls(
  { texts, send }: Options,
  candidates: CompareState["candidates"],
  before: string | undefined,
): HTMLElement[] {
  if (candidates.length === 0) return [element("p", { class: "quiet", text: texts.addNone })];
  const options = candidates.map(({ id, name, stageText, about }) =>
    element("option", { text: `${stageText} ${name} · ${about}`, attributes: { value: id } }),
  );
  const select = focusable(
    "candidates",
    element("select", { attributes: { "aria-label": texts.addHint } }, options),
  );
  if (candidates.some(({ id }) => id === before)) select.value = before ?? "";
  const add = button(texts.add, () => send({ type: "add", id: select.value }));
  return [select, focusable("add", add)];
}

/** A run's name with the line that is its own in the pictures. */
function nameCell(name: string, run: number): HTMLElement {
  const line = shape("line", { class: lineStyle(run), x1: 0, x2: 26, y1: 5, y2: 5 });
  const swatch = shape("svg", { class: "swatch", viewBox: "0 0 26 10", "aria-hidden": "true" }, [line]);
  return element("span", { class: "name" }, [swatch, document.createTextNode(name)]);
}

function baselineChoice(
  texts: Texts,
  { id, name }: CompareState["runs"][number],
  isBaseline: boolean,
  send: Options["send"],
): HTMLElement {
  const attributes = { type: "radio", name: "baseline", "aria-label": fill(texts.makeBaseline, name) };
  const input = focusable(`baseline ${id}`, element("input", { attributes }));
  input.checked = isBaseline;
  input.addEventListener("change", () => send({ type: "baseline", id }));
  return element("span", { class: "baseline" }, [
    input,
    document.createTextNode(isBaseline ? ` ◆ ${texts.isBaseline}` : ""),
  ]);
}

export function focusable<E extends HTMLElement>(key: string, made: E): E {
  made.dataset.focus = key;
  return made;
}
