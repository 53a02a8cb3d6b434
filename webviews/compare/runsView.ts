import type { CompareAction, CompareState } from "../../extension/protocol/compareMessages";
import { element, fill } from "../shared/dom";
import { dataTable, shape } from "../shared/plots";
import { button } from "../shared/toolkit";
import { redraw, whenChanged } from "./redraw";
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
  const drawTable = whenChanged((runs: CompareState["runs"], baseline: string): void => {
    const rows = runs.map((run, i) => {
      const { id, name, stageText, stateText, iteration, iterations, seed } = run;
      const labelled = (text: string): { readonly label: string } => ({ label: `${text}: ${name}` });
      const buttons = element("div", { class: "buttons" }, [
        focusable(
          `metrics ${id}`,
          button(texts.openMetrics, () => send({ type: "openMetrics", id }), labelled(texts.openMetrics)),
        ),
        focusable(
          `report ${id}`,
          button(texts.openReport, () => send({ type: "openReport", id }), labelled(texts.openReport)),
        ),
        focusable(
          `remove ${id}`,
          button(texts.remove, () => send({ type: "remove", id }), {
            label: `${texts.remove}: ${fill(texts.removeOf, name)}`,
          }),
        ),
      ]);
      return [
        nameCell(name, i),
        baselineChoice(texts, run, id === baseline, send),
        stageText,
        stateText,
        iterations > 0 ? `${Math.max(0, iteration)}/${iterations}` : "–",
        String(seed),
        buttons,
      ];
    });
    const head = [texts.run, texts.baseline, "", texts.state, texts.iteration, texts.seed, ""];
    const few = runs.length < 2 ? [element("p", { class: "notice", text: texts.tooFew })] : [];
    redraw(table, [dataTable(texts.runs, head, rows), ...few]);
  });
  const drawAdding = whenChanged((candidates: CompareState["candidates"]): void => {
    if (candidates.length === 0)
      return redraw(adding, [element("p", { class: "quiet", text: texts.addNone })]);
    const select = focusable(
      "candidates",
      element("select", { attributes: { "aria-label": texts.addHint } }),
    );
    const before = adding.querySelector("select")?.value;
    select.append(
      ...candidates.map(({ id, name, stageText, about }) =>
        element("option", { text: `${stageText} ${name} · ${about}`, attributes: { value: id } }),
      ),
    );
    if (before !== undefined && candidates.some(({ id }) => id === before)) select.value = before;
    const add = focusable(
      "add",
      button(texts.add, () => send({ type: "add", id: select.value })),
    );
    redraw(adding, [select, add]);
  });
  const root = element("section", {}, [table, adding]);
  return {
    root,
    update: ({ runs, baseline, candidates }: CompareState): void => {
      drawTable(runs, baseline);
      drawAdding(candidates);
    },
  };
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
