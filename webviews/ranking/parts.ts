import type { RankingTextKey } from "../../extension/protocol/rankingMessages";
import { element, fill } from "../shared/dom";
import type { PageEvent } from "./step";
import type { Said } from "./state";

// What the parts of the page have in common.

export type Texts = Readonly<Record<RankingTextKey, string>>;

export interface PartOptions {
  readonly texts: Texts;
  readonly dispatch: (event: PageEvent) => void;
}

/** A sentence about what has happened, in words. */
export function spoken(texts: Texts, { key, values }: Said): string {
  return fill(texts[key], ...values.map((value) => (typeof value === "object" ? texts[value.text] : value)));
}

/** A rank in words, with the letters of those that share it; null is none. */
export function rankWords(texts: Texts, rank: number | null, tiedWith: readonly string[]): string {
  if (rank === null) return texts.unranked;
  const tie = tiedWith.length === 0 ? "" : `, ${fill(texts.tiedWith, tiedWith.join(", "))}`;
  return fill(texts.rank, rank) + tie;
}

/** A small button without a frame, as the editor's links. */
export function linkButton(text: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", { class: "link", text, attributes: { type: "button" } });
  made.addEventListener("click", onClick);
  return made;
}

/** A key beside the text of a control; screen readers hear of keys in the list of keys. */
export const keyHint = (key: string): HTMLElement =>
  element("kbd", { text: key, attributes: { "aria-hidden": "true" } });

export interface Foldable {
  readonly root: HTMLElement;
  /** The element whose children are the text. */
  readonly text: HTMLElement;
  update(isOpen: boolean): void;
}

/** A text of which only the first lines are shown when it is long, and the button that shows it all. `name` is whose text it is. */
export function createFoldable(texts: Texts, name: string, onFold: () => void, key?: string): Foldable {
  const text = element("p", { class: "text", attributes: { dir: "auto" } });
  const more = linkButton("", onFold);
  const line = element("div", { class: "more hidden" }, [more, ...(key === undefined ? [] : [keyHint(key)])]);
  const root = element("div", { class: "foldable folded" }, [text, line]);
  let isOpen = false;
  const label = (): void => {
    more.textContent = isOpen ? texts.less : texts.more;
    more.setAttribute("aria-label", `${more.textContent}, ${name}`);
    more.setAttribute("aria-expanded", String(isOpen));
  };
  // Only what is folded can say whether it is too long; what was opened keeps its button.
  const measure = (): void => {
    if (isOpen) return;
    const isLong = text.scrollHeight > text.clientHeight + 2;
    line.classList.toggle("hidden", !isLong);
    root.classList.toggle("long", isLong);
  };
  new ResizeObserver(() => requestAnimationFrame(measure)).observe(text);
  label();
  return {
    root,
    text,
    update: (open) => {
      if (open === isOpen) return;
      isOpen = open;
      root.classList.toggle("folded", !open);
      label();
    },
  };
}
