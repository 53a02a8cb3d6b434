import { element } from "../shared/dom";
import { keyHint } from "../shared/keyHint";
import { linkButton, type Texts } from "./parts";
import { beginningOf, type WordChange } from "../shared/words";

export interface Foldable {
  readonly root: HTMLElement;
  /** Shows a text, of which words can be marked as added or removed. */
  show(parts: readonly WordChange[]): void;
  update(isOpen: boolean): void;
  /** Looks whether the text is too long to be shown whole, and gives what shows that: of many, all look before the page is changed. */
  measured(): () => void;
}

/** More than fits into the lines of a folded text on any screen; the page need not lay out what nobody sees. */
const foldedLetters = 6_000;
const tags = { kept: "span", added: "ins", removed: "del" } as const;

/** A text of which only the first lines are shown when it is long, and the button that shows it all. `name` is whose text it is. */
export function createFoldable(texts: Texts, name: string, onFold: () => void, key?: string): Foldable {
  const text = element("p", { class: "text", attributes: { dir: "auto" } });
  const more = linkButton("", onFold);
  const line = element("div", { class: "more hidden" }, [more, ...(key === undefined ? [] : [keyHint(key)])]);
  const root = element("div", { class: "foldable folded" }, [text, line]);
  let isOpen = false;
  let whole: readonly WordChange[] = [];
  let isCut = false;

  const label = (): void => {
    more.textContent = isOpen ? texts.less : texts.more;
    more.setAttribute("aria-label", `${more.textContent}, ${name}`);
    more.setAttribute("aria-expanded", String(isOpen));
  };
  const render = (): void => {
    const shown = isOpen ? whole : beginningOf(whole, foldedLetters);
    isCut = shown !== whole;
    const isPlain = shown.every(({ change }) => change === "kept");
    if (isPlain) text.textContent = shown.map((part) => part.text).join("");
    else text.replaceChildren(...shown.map((part) => element(tags[part.change], { text: part.text })));
  };
  // Only what is folded can say whether it is too long; what was opened keeps its button.
  const measured = (): (() => void) => {
    const isLong = isOpen ? null : isCut || text.scrollHeight > text.clientHeight + 2;
    return () => {
      if (isLong === null) return;
      line.classList.toggle("hidden", !isLong);
      root.classList.toggle("long", isLong);
    };
  };
  new ResizeObserver(() => requestAnimationFrame(() => measured()())).observe(text);
  label();
  return {
    root,
    measured,
    show: (parts) => {
      whole = parts;
      render();
    },
    update: (open) => {
      if (open === isOpen) return;
      isOpen = open;
      root.classList.toggle("folded", !open);
      label();
      // A selection in a text that is shown whole either way stays.
      if (isCut || beginningOf(whole, foldedLetters) !== whole) render();
    },
  };
}
