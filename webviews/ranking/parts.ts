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
