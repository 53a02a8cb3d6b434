import type { RolloutAction, RolloutRow } from "../../extension/protocol/rolloutMessages";
import { element, fill, setAttribute, setText } from "../shared/dom";
import { button } from "../shared/toolkit";
import { visible } from "../shared/words";
import { numberText } from "./numbers";
import { newerIteration, sortRows, stepIteration, type Choice, type Page, type SortKey } from "./state";
import type { Texts } from "./view";

interface ListOptions {
  readonly texts: Texts;
  readonly send: (action: RolloutAction) => void;
  readonly choose: (choice: Choice) => void;
}

/** The iterations and the episodes of one of them. */
export function createListView({ texts, send, choose }: ListOptions) {
  let page: Page | null = null;
  /** The row that Tab reaches, by its line. */
  let current = 0;
  const go = (step: 1 | -1): void => {
    const iteration = page && stepIteration(page.state, step);
    if (iteration !== null) send({ type: "showIteration", iteration });
  };
  const previous = button(texts.previous, () => go(-1), { title: "←" });
  const next = button(texts.next, () => go(1), { title: "→" });
  const newest = button("", () => {
    const iteration = page && newerIteration(page.state);
    if (iteration !== null) send({ type: "showIteration", iteration });
  });
  const where = element("h2");
  const none = element("p", { class: "quiet", text: texts.none });
  const hint = element("p", { class: "quiet", text: texts.listHint });
  const problems = element("ul", { class: "problem", attributes: { "aria-label": texts.problems } });
  const head = createHead(texts, (key) => choose({ type: "sort", key }));
  const body = element("tbody");
  const caption = element("caption", { class: "spoken" });
  const table = element("table", { class: "list" }, [caption, head.root, body]);
  const scroll = element("div", { class: "scroll" }, [table]);
  let shownRows: readonly RolloutRow[] = [];
  const buttonsOf = (): HTMLElement[] => [...body.querySelectorAll<HTMLElement>(".open")];
  const focus = (index: number): void => {
    const all = buttonsOf();
    const target = all.at(Math.max(0, Math.min(index, all.length - 1)));
    if (target === undefined) return;
    for (const each of all) each.tabIndex = each === target ? 0 : -1;
    target.focus();
  };
  body.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    focus(buttonsOf().findIndex((each) => each === document.activeElement) + step);
  });
  const rowOf = (row: RolloutRow): HTMLElement => {
    const iteration = page?.state.iteration ?? 0;
    const prompt = visible(row.prompt);
    const open = element("button", {
      class: "open",
      text: prompt,
      attributes: { dir: "auto", type: "button" },
    });
    open.setAttribute("aria-label", fill(texts.open, row.episode, prompt));
    open.tabIndex = row.line === current ? 0 : -1;
    open.addEventListener("focus", () => (current = row.line));
    open.addEventListener("click", () => {
      current = row.line;
      send({ type: "openEpisode", iteration, line: row.line });
    });
    const cell = (text: string): HTMLElement => element("td", { class: "number", text });
    const cut = element("span", {
      text: " ✂",
      attributes: { role: "img", "aria-label": texts.cut, title: texts.cut },
    });
    const length = cell(String(row.length));
    if (!row.endReached) length.append(cut);
    return element("tr", {}, [
      cell(String(row.episode)),
      element("td", {}, [open]),
      element("td", { class: "beginning", text: visible(row.response), attributes: { dir: "auto" } }),
      ...[row.score, row.kl].map((value) => cell(numberText(value, 4))),
      length,
      cell(numberText(row.advantage, 4)),
    ]);
  };
  return {
    root: element("section", { class: "episodes" }, [
      element("div", { class: "buttons" }, [previous, where, next, newest]),
      ...[problems, none, scroll, hint],
    ]),
    step: go,
    /** Where a person goes on: at the row they came from. */
    focus: (): void => focus(buttonsOf().findIndex((each) => each.tabIndex === 0)),
    update: (now: Page): void => {
      const before = page;
      page = now;
      const { state, order } = now;
      const rows = sortRows(state.rows, order);
      setText(where, state.iteration === null ? "" : fill(texts.iterationOf, state.iteration));
      previous.disabled = stepIteration(state, -1) === null;
      next.disabled = stepIteration(state, 1) === null;
      const newer = newerIteration(state);
      newest.classList.toggle("hidden", newer === null);
      setText(newest, fill(texts.newest, newer ?? 0));
      none.classList.toggle("hidden", state.iteration !== null);
      for (const part of [scroll, hint]) part.classList.toggle("hidden", rows.length === 0);
      setText(caption, fill(texts.listLabel, state.iteration ?? 0));
      head.update(order);
      if (state.problems !== before?.state.problems)
        problems.replaceChildren(...state.problems.map((text) => element("li", { text })));
      problems.classList.toggle("hidden", state.problems.length === 0);
      const isSame = rows.length === shownRows.length && rows.every((row, i) => row === shownRows[i]);
      if (isSame) return;
      shownRows = rows;
      const hadFocus = body.contains(document.activeElement);
      if (!rows.some(({ line }) => line === current)) current = rows[0]?.line ?? 0;
      body.replaceChildren(...rows.map(rowOf));
      if (hadFocus) focus(rows.findIndex(({ line }) => line === current));
    },
  };
}

function createHead(texts: Texts, sort: (key: SortKey) => void) {
  const columns: readonly (readonly [string, SortKey | null])[] = [
    ["#", "episode"],
    [texts.columnPrompt, null],
    [texts.columnResponse, null],
    [texts.columnScore, "score"],
    [texts.columnKl, "kl"],
    [texts.columnLength, "length"],
    [texts.columnAdvantage, "advantage"],
  ];
  const cells = columns.map(([text, key]) => {
    const cell = element("th", { attributes: { scope: "col" } });
    if (key === null) cell.textContent = text;
    else {
      const order = element("span", { class: "order", attributes: { "aria-hidden": "true" } });
      const sorter = element("button", { class: "sorter", attributes: { type: "button" } }, [
        element("span", { text }),
        order,
      ]);
      sorter.addEventListener("click", () => sort(key));
      cell.append(sorter);
    }
    return { cell, key };
  });
  return {
    root: element("thead", {}, [
      element(
        "tr",
        {},
        cells.map(({ cell }) => cell),
      ),
    ]),
    update: ({ key: chosen, isDescending }: Page["order"]): void => {
      for (const { cell, key } of cells) {
        if (key === null) continue;
        const isChosen = key === chosen;
        setAttribute(cell, "aria-sort", isChosen ? (isDescending ? "descending" : "ascending") : "none");
        const sign = cell.querySelector<HTMLElement>(".order");
        if (sign !== null) setText(sign, isChosen ? (isDescending ? " ▾" : " ▴") : "");
      }
    },
  };
}
