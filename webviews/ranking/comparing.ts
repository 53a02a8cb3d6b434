import { fill } from "../shared/dom";
import type { Card } from "./card";
import { letterOf } from "./keys";
import type { Texts } from "./parts";
import type { RankingPage } from "./state";
import { compareWords, visible } from "../shared/words";

/** Keeps the cards' marks of what differs from the focused response up to date, one card after the other so that keys get in between. */
export function createComparing(texts: Texts, cards: ReadonlyMap<string, Card>) {
  let shown: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (page: RankingPage): void => {
    const wanted = page.isDiff ? page.card : null;
    if (wanted === shown) return;
    shown = wanted;
    clearTimeout(timer);
    const responses = page.state.item?.responses ?? [];
    const index = responses.findIndex(({ id }) => id === wanted);
    if (index < 0) {
      for (const card of cards.values()) card.compare(null, "");
      return;
    }
    const letter = letterOf(index);
    const from = visible(responses[index].text);
    cards.get(responses[index].id)?.compare(null, "");
    const queue = responses.filter((_, i) => i !== index);
    const next = (): void => {
      const response = queue.shift();
      if (response === undefined) return;
      const to = visible(response.text);
      const card = cards.get(response.id);
      if (to === from) card?.compare(null, fill(texts.same, letter));
      else {
        const changes = compareWords(from, to);
        card?.compare(changes, fill(changes === null ? texts.diffTooLong : texts.diffOf, letter));
      }
      timer = setTimeout(next);
    };
    timer = setTimeout(next);
  };
}
