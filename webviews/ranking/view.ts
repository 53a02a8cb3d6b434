import { element, fill } from "../shared/dom";
import { button } from "../shared/toolkit";
import { createFoot, createHead } from "./bars";
import { createHelp } from "./help";
import { createItem, type ItemView } from "./item";
import type { PartOptions } from "./parts";
import type { RankingPage, Wish } from "./state";
import { isOwnKey } from "./typing";

export interface RankingView {
  update(page: RankingPage): void;
  /** Moves the focus. */
  focus(on: (Wish & { readonly type: "focus" })["on"]): void;
}

/** What stays while items come and go. */
interface Desk {
  readonly update: (page: RankingPage) => void;
  readonly focus: RankingView["focus"];
}

/** Shows the page in the body, in place of what was there. An item that is shown already is changed, not built again. */
export function createView(options: PartOptions): RankingView {
  const main = element("main");
  let shown = "";
  let desk: Desk | null = null;
  document.body.replaceChildren(main);
  // Caught where keys leave the page's elements, on their way to the editor.
  document.body.onkeydown = (event) => {
    if (event.key === "Escape" && event.target instanceof HTMLTextAreaElement && !event.isComposing)
      desk?.focus("card");
    if (isOwnKey(event)) event.stopPropagation();
  };
  return {
    update: (page) => {
      const { problem, item, axes, flags, readOnly, hasGuidelines } = page.state;
      const isClosed = problem !== null || item === null;
      const frame = JSON.stringify([isClosed, problem, axes, flags, readOnly, hasGuidelines]);
      if (frame !== shown) {
        shown = frame;
        desk = isClosed ? null : createDesk(options, page, main);
        if (isClosed) main.replaceChildren(...closedParts(options, page));
      }
      desk?.update(page);
    },
    focus: (on) => desk?.focus(on),
  };
}

function createDesk(options: PartOptions, page: RankingPage, main: HTMLElement): Desk {
  const head = createHead(options, page);
  const foot = createFoot(options);
  const help = createHelp(options);
  const notice = element("p", { class: "notice", text: options.texts.readOnly });
  notice.classList.toggle("hidden", !page.state.readOnly);
  const slot = element("div");
  main.replaceChildren(head.root, notice, slot, foot.root, help.root);
  let shown = "";
  let item: ItemView | null = null;
  return {
    update: (now) => {
      let isNew = false;
      const key = JSON.stringify([now.state.item?.id, now.state.item?.responses.map(({ id }) => id)]);
      if (key !== shown) {
        shown = key;
        isNew = true;
        item = createItem(options, now);
        slot.replaceChildren(item.root);
        window.scrollTo(0, 0);
      }
      head.update(now);
      item?.update(now);
      foot.update(now);
      help.update(now.isHelpOpen);
      if (isNew) item?.arrange();
    },
    focus: (on) => {
      if (on === "skip") foot.focusReason();
      else if (on === "note") item?.focusNote();
      else item?.focusCard();
    },
  };
}

/** In place of an item: why there is none, and the way to the file's text. */
function closedParts({ texts, dispatch }: PartOptions, { state: { problem } }: RankingPage): Node[] {
  const title = element("h1", { text: texts.title });
  if (problem === null) return [title, element("p", { class: "quiet", text: texts.empty })];
  const { message, line } = problem;
  const place = line === null ? "" : `${fill(texts.problemLine, line)} `;
  const open = button(texts.openText, () => dispatch({ type: "openText" }), { primary: true });
  return [
    element("div", { class: "closed" }, [
      title,
      element("p", { class: "problem", text: place + message }),
      open,
    ]),
  ];
}
