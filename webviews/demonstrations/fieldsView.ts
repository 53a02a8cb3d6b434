import type { DemonstrationDraft } from "../../extension/protocol/demonstrationDraft";
import type { DemonstrationsState } from "../../extension/protocol/demonstrationMessages";
import { element, fill } from "../shared/dom";
import { button, textArea, type TextArea } from "../shared/toolkit";
import { edited, type DraftEdit } from "./state";
import { useCaseText, type Texts } from "./texts";
import type { ViewOptions } from "./view";

/** The fields of one draft, by its kind. They are built anew for another draft, and filled when the host changes this one. */
export interface Fields {
  readonly root: HTMLElement;
  fill(draft: DemonstrationDraft): void;
  /** Nothing can be written while a model's answer comes. */
  lock(isLocked: boolean): void;
  /** Where a person goes on: the first field that is empty, else the last. */
  focus(): void;
  focusResponse(): void;
}

export function createFields(options: ViewOptions, { draft, useCases }: DemonstrationsState): Fields {
  const { texts, edit } = options;
  const { kind } = draft;
  const isFewShot = kind === "few-shot";
  const prompt = kind === "given" ? null : area(isFewShot ? texts.instruction : texts.ownPrompt, 4);
  prompt?.addEventListener("input", () => edit({ field: "prompt", text: prompt.value }));
  // Tab reaches it, so that the keys can scroll it.
  const given = element("p", { class: "text", attributes: { tabindex: "0" } });
  const response = isFewShot ? null : area(texts.response, 8, texts.responseHint);
  response?.addEventListener("input", () => edit({ field: "response", text: response.value }));
  const useCase = kind === "user-based" ? createUseCases(texts, useCases, edit) : null;
  const pairs = isFewShot ? createPairs(texts, draft, edit) : null;
  const givenPart = element("section", { class: "given", attributes: { "aria-label": texts.prompt } }, [
    element("h2", { text: texts.prompt }),
    given,
  ]);
  const parts: readonly (HTMLElement | null)[] = [
    ...[useCase?.root ?? null, prompt, prompt === null ? givenPart : null, pairs?.root ?? null, response],
  ];
  const areas = (): readonly TextArea[] => [
    ...[prompt, ...(pairs?.areas() ?? []), response].filter((each) => each !== null),
  ];
  const fillAll = (now: DemonstrationDraft): void => {
    given.textContent = now.prompt;
    setValue(prompt, now.prompt);
    setValue(response, now.response);
    if (useCase !== null) useCase.root.querySelector("select")!.value = now.useCase;
    pairs?.fill(now);
  };
  fillAll(draft);
  const focus = (target: HTMLElement | undefined): void => {
    // The toolkit makes its controls ready a moment after they are put in the page. One that has not the focus leaves it where it is.
    if (target !== undefined && document.hasFocus()) requestAnimationFrame(() => target.focus());
  };
  return {
    root: element(
      "div",
      { class: "fields" },
      parts.filter((part) => part !== null),
    ),
    fill: fillAll,
    lock: (isLocked) => {
      for (const each of areas()) each.readOnly = isLocked;
    },
    focus: () => focus(areas().find(({ value }) => value === "") ?? areas().at(-1)),
    focusResponse: () => focus(response ?? undefined),
  };
}

function area(label: string, rows: number, placeholder = ""): TextArea {
  const made = textArea(label, placeholder);
  made.setAttribute("rows", String(rows));
  made.setAttribute("resize", "vertical");
  return made;
}

/** A field that says the same already is left alone, with its caret and its undo. Browsers know no "\r" in fields. */
function setValue(field: TextArea | null, text: string): void {
  if (field !== null && field.value !== text.replace(/\r\n?/g, "\n")) field.value = text;
}

function createUseCases(texts: Texts, useCases: readonly string[], edit: (edit: DraftEdit) => void) {
  const options = ["", ...useCases].map((value) => {
    const text = value === "" ? texts.chooseUseCase : useCaseText(texts, value);
    return element("option", { text, attributes: { value } });
  });
  const select = element("select", {}, options);
  select.addEventListener("change", () => edit({ field: "useCase", text: select.value }));
  const label = element("span", { text: texts.useCase });
  return { root: element("label", { class: "choice" }, [label, select]) };
}

interface PairView {
  readonly root: HTMLElement;
  readonly query: TextArea;
  readonly response: TextArea;
}

/** Query and response pairs; adding and removing one is done here at once, and told like any edit. */
function createPairs(texts: Texts, draft: DemonstrationDraft, edit: (edit: DraftEdit) => void) {
  let views: readonly PairView[] = [];
  const list = element("div", { class: "pairs" });
  const make = (index: number): PairView => {
    const query = area(fill(texts.query, index + 1), 2);
    const response = area(fill(texts.pairResponse, index + 1), 2);
    query.addEventListener("input", () => edit({ field: "query", index, text: query.value }));
    response.addEventListener("input", () => edit({ field: "pairResponse", index, text: response.value }));
    const remove = button(fill(texts.removePair, index + 1), () => change({ field: "removePair", index }));
    const attributes = { role: "group", "aria-label": fill(texts.pair, index + 1) };
    return {
      root: element("div", { class: "pair", attributes }, [query, response, remove]),
      query,
      response,
    };
  };
  const fillPairs = ({ pairs }: Pick<DemonstrationDraft, "pairs">): void => {
    if (pairs.length !== views.length) {
      views = pairs.map((_, i) => make(i));
      list.replaceChildren(...views.map(({ root }) => root));
    }
    views.forEach((view, i) => {
      setValue(view.query, pairs[i].query);
      setValue(view.response, pairs[i].response);
    });
  };
  const change = (what: DraftEdit): void => {
    edit(what);
    const written = views.map(({ query, response }) => ({ query: query.value, response: response.value }));
    const now = edited({ ...draft, pairs: written }, what);
    fillPairs(now);
    const target = what.field === "addPair" ? views.at(-1)?.query : undefined;
    requestAnimationFrame(() => (target ?? add).focus());
  };
  const add = button(texts.addPair, () => change({ field: "addPair" }));
  fillPairs(draft);
  const title = element("h2", { text: texts.pairs });
  return {
    root: element("div", { class: "pairs" }, [title, list, add]),
    fill: fillPairs,
    areas: () => views.flatMap(({ query, response }) => [query, response]),
  };
}
