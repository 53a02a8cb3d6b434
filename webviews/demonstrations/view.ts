import type {
  DemonstrationsAction,
  DemonstrationsDelta,
  DemonstrationsState,
} from "../../extension/protocol/demonstrationMessages";
import { element, fill } from "../shared/dom";
import { button } from "../shared/toolkit";
import { createComposer } from "./composerView";
import { createList } from "./listView";
import type { DraftEdit } from "./state";
import type { Texts } from "./texts";

export interface DemonstrationsView {
  /** `what` says what has changed, so that fields in which somebody writes are left alone. */
  update(state: DemonstrationsState, what: DemonstrationsDelta["type"]): void;
  focus(): void;
}

export interface ViewOptions {
  readonly texts: Texts;
  readonly state: DemonstrationsState;
  readonly act: (action: DemonstrationsAction) => void;
  readonly edit: (edit: DraftEdit) => void;
}

/** Builds the page into the body, in place of what was there, and gives what keeps it up to date. */
export function createView(options: ViewOptions): DemonstrationsView {
  const head = createHead(options);
  const composer = createComposer(options);
  const list = createList(options);
  const columns = element("div", { class: "columns" }, [composer.root, list.root]);
  document.body.replaceChildren(element("main", {}, [head.root, columns]));
  composer.focus();
  return {
    focus: () => composer.focus(),
    update: (state, what) => {
      head.update(state);
      composer.update(state, what);
      if (what === "list") list.update(state);
    },
  };
}

function createHead({ texts, act, state }: ViewOptions) {
  const about = element("p", { class: "quiet" });
  const undo = button(texts.undo, () => act({ type: "undo" }), { title: texts.undoHint });
  const openText = button(texts.openText, () => act({ type: "openText", line: null }));
  const drafts = element("ul", { class: "drafts", attributes: { "aria-label": texts.drafts } });
  const title = element("h2", { text: texts.drafts });
  const shelf = element("nav", { class: "shelf", attributes: { "aria-label": texts.drafts } }, [
    title,
    drafts,
  ]);
  let shown = "";
  const update = (now: DemonstrationsState): void => {
    const { total } = now.list;
    about.textContent = fill(texts.inFile, total, now.file, now.author);
    undo.disabled = !now.canUndo;
    shelf.classList.toggle(
      "hidden",
      now.drafts.every(({ id }) => id === now.draft.id),
    );
    const key = JSON.stringify([now.drafts, now.draft.id]);
    if (key === shown) return;
    shown = key;
    drafts.replaceChildren(...now.drafts.map((draft) => draftItem(texts, draft, now.draft.id, act)));
  };
  update(state);
  const row = element("div", { class: "buttons" }, [undo, openText]);
  const header = element("header", {}, [element("h1", { text: texts.title }), about, row]);
  return { root: element("div", { class: "head" }, [header, shelf]), update };
}

function draftItem(
  texts: Texts,
  { id, title, line }: DemonstrationsState["drafts"][number],
  open: string,
  act: ViewOptions["act"],
): HTMLElement {
  const about = line === null ? "" : `${fill(texts.draftOfLine, line)}: `;
  const made = element("button", { class: "link", text: about + (title === "" ? texts.untitled : title) });
  made.type = "button";
  if (id === open) made.setAttribute("aria-current", "true");
  made.addEventListener("click", () => act({ type: "openDraft", id }));
  return element("li", {}, [made]);
}
