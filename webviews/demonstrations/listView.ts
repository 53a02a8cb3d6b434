import type { DemonstrationRow, DemonstrationsState } from "../../extension/protocol/demonstrationMessages";
import { element, fill } from "../shared/dom";
import { button, textField } from "../shared/toolkit";
import type { Texts } from "./texts";
import type { ViewOptions } from "./view";

/** Milliseconds after the last letter before it is searched. */
const searchAfter = 200;

/** The file's lines, a page of them, with a search. */
export function createList({ texts, act, state }: ViewOptions) {
  let asked = state.list;
  const ask = (change: Partial<Pick<typeof asked, "query" | "problemsOnly" | "page">>): void => {
    const { query, problemsOnly, page } = { ...asked, page: 0, ...change };
    asked = { ...asked, query, problemsOnly, page };
    act({ type: "search", query, problemsOnly, page });
  };
  const search = textField(texts.search, "");
  search.value = asked.query;
  let timer: number | undefined;
  search.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => ask({ query: search.value }), searchAfter);
  });
  const problemsOnly = element("input", { attributes: { type: "checkbox" } });
  problemsOnly.addEventListener("change", () => ask({ problemsOnly: problemsOnly.checked }));
  const problemsText = element("span");
  const filter = element("label", { class: "check" }, [problemsOnly, problemsText]);
  const found = element("p", { class: "quiet", attributes: { role: "status" } });
  const rows = element("ul", { class: "rows" });
  const newer = button(texts.newer, () => ask({ page: asked.page - 1 }));
  const older = button(texts.older, () => ask({ page: asked.page + 1 }));
  const place = element("span", { class: "quiet" });
  const pager = element("div", { class: "buttons pager" }, [newer, place, older]);

  const update = ({ list }: DemonstrationsState): void => {
    asked = list;
    const { total, problems, page, pages } = list;
    problemsOnly.checked = list.problemsOnly;
    problemsText.textContent = fill(texts.problemsOnly, problems);
    filter.classList.toggle("hidden", problems === 0 && !list.problemsOnly);
    found.textContent = foundText(texts, list);
    search.classList.toggle("hidden", total + problems === 0);
    rows.replaceChildren(...list.rows.map((row) => rowOf(texts, row, act)));
    pager.classList.toggle("hidden", pages === 1);
    place.textContent = fill(texts.pageOf, page + 1, pages);
    newer.disabled = page === 0;
    older.disabled = page >= pages - 1;
  };
  update(state);
  const title = element("h2", { text: texts.list });
  const attributes = { "aria-label": texts.list };
  return {
    root: element("section", { class: "list", attributes }, [title, search, filter, found, rows, pager]),
    update,
  };
}

function foundText(texts: Texts, list: DemonstrationsState["list"]): string {
  if (list.total + list.problems === 0) return texts.empty;
  if (list.found === 0) return texts.noneFound;
  return list.query === "" && !list.problemsOnly ? "" : fill(texts.found, list.found);
}

function rowOf(texts: Texts, row: DemonstrationRow, act: ViewOptions["act"]): HTMLElement {
  const { line, title, detail, author, problem } = row;
  const isBroken = problem !== null;
  const about = [fill(texts.lineOf, line), ...(author === "" ? [] : [fill(texts.by, author)])].join(" · ");
  const what = isBroken ? texts.openText : texts.edit;
  const parts = [
    element("span", { class: "spoken", text: `${what}: ` }),
    element("span", { class: "title", text: title }),
    ...(detail === "" ? [] : [element("span", { class: "detail", text: detail })]),
    ...(isBroken ? [element("span", { class: "problem", text: problem })] : []),
    element("span", { class: "quiet about", text: about }),
  ];
  const made = element("button", { class: "row", attributes: { type: "button" } }, parts);
  made.addEventListener("click", () => act({ type: isBroken ? "openText" : "openLine", line }));
  return element("li", {}, [made]);
}
