import { element, fill } from "../shared/dom";
import { createCard, type Card } from "./card";
import { createComparing } from "./comparing";
import { createDragging } from "./dragging";
import { createFoldable } from "./foldable";
import type { PartOptions } from "./parts";
import type { RankingPage } from "./state";
import { createStrip } from "./strip";
import { visible } from "../shared/words";

/** One item: the prompt and the ranking, which stay in view, and the cards. */
export interface ItemView {
  readonly root: HTMLElement;
  update(page: RankingPage): void;
  /** Lays the item out once it stands in the page, so that the first thing seen is the last, and the focus scrolls to where it stays. */
  arrange(): void;
  focusCard(): void;
  focusNote(): void;
}

export function createItem(options: PartOptions, page: RankingPage): ItemView {
  const { texts } = options;
  const responses = page.state.item?.responses ?? [];
  const dragging = createDragging();
  const prompt = createPrompt(options, page);
  const strips = page.state.axes.map((axis) => createStrip(options, page, axis, dragging));
  const cards = new Map(
    responses.map((response, i) => [response.id, createCard(options, page, response, i, dragging)]),
  );
  const compare = createComparing(texts, cards);
  const ranking = element(
    "div",
    { class: "strips" },
    strips.map(({ root }) => root),
  );
  const top = element("div", { class: "top" }, [prompt.root, ranking]);
  const grid = element(
    "div",
    { class: "cards", attributes: { role: "group", "aria-label": texts.answers } },
    [...cards.values()].map(({ root }) => root),
  );
  // What the focus moves to must not hide under what stays in view.
  const leaveRoom = (): void => grid.style.setProperty("--top", `${top.offsetHeight}px`);
  new ResizeObserver(leaveRoom).observe(top);
  let card: Card | undefined;
  return {
    root: element("div", { class: "item" }, [top, grid]),
    update: (now) => {
      prompt.update(now);
      for (const strip of strips) strip.update(now);
      for (const each of cards.values()) each.update(now);
      compare(now);
      card = now.card === null ? undefined : cards.get(now.card);
    },
    arrange: () => {
      const found = [prompt, ...cards.values()].map((each) => each.measured());
      for (const show of found) show();
      leaveRoom();
    },
    focusCard: () => {
      card?.root.focus({ preventScroll: true });
      card?.root.scrollIntoView({ block: "nearest" });
    },
    focusNote: () => card?.note.focus(),
  };
}

function createPrompt({ texts, dispatch }: PartOptions, { state: { item } }: RankingPage) {
  const folding = createFoldable(texts, texts.prompt, () => dispatch({ type: "foldPrompt" }));
  folding.show([{ text: visible(item?.prompt ?? ""), change: "kept" }]);
  const about = (item?.about ?? []).map((text) => element("span", { class: "badge", text }));
  const why = item?.reason ?? null;
  const reason = why === null ? [] : [element("span", { class: "quiet", text: fill(texts.reason, why) })];
  const heading = element("h2", { text: texts.prompt });
  return {
    root: element("section", { class: "prompt", attributes: { "aria-label": texts.prompt } }, [
      element("div", { class: "about" }, [heading, ...about, ...reason]),
      folding.root,
    ]),
    measured: (): (() => void) => folding.measured(),
    update: ({ isPromptUnfolded }: RankingPage): void => folding.update(isPromptUnfolded),
  };
}
