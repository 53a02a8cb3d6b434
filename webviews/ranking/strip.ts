import { rankOf } from "../../extension/protocol/rankingEdits";
import type { RankingAxis } from "../../extension/protocol/rankingFormat";
import { element, fill, setAttribute, setText } from "../shared/dom";
import { keyHint } from "../shared/keyHint";
import type { Dragging } from "./dragging";
import { letterOf, shownKeys } from "./keys";
import { rankWords, type PartOptions } from "./parts";
import { axisText } from "./saying";
import { isLocked, type RankingPage } from "./state";

export interface Strip {
  readonly root: HTMLElement;
  update(page: RankingPage): void;
}

/** The ranking on one axis: a lane a rank with the letters of its responses, ties side by side, and a place for those without a rank. */
export function createStrip(
  { texts, dispatch }: PartOptions,
  page: RankingPage,
  axis: RankingAxis,
  dragging: Dragging,
): Strip {
  const ids = page.state.item?.responses.map(({ id }) => id) ?? [];
  const isOnly = page.state.axes.length === 1;
  const name = texts[axisText(axis)];
  const options = new Map(ids.map((id, i) => [id, createChip(letterOf(i))]));
  const lanes = [...ids.map((_, i) => i + 1), 0].map((rank) => createLane(rank));
  const title = isOnly
    ? element("span", { class: "axis", text: texts.ranking })
    : axisButton(name, () => dispatch({ type: "axis", axis }));
  const label = fill(texts.rankingBy, name);
  const attributes = { role: "listbox", "aria-label": label, "aria-orientation": "horizontal" };
  const list = element(
    "div",
    { class: "lanes", attributes },
    lanes.map(({ root }) => root),
  );
  const head = element("span", { class: "name" }, isOnly ? [title] : [title, keyHint(shownKeys.axis)]);
  const root = element("div", { class: "strip" }, [head, list]);
  const order = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>("[role=option]")];

  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const all = order();
    all[all.findIndex((each) => each === document.activeElement) + by]?.focus();
  });
  for (const [id, chip] of options) {
    chip.addEventListener("focus", () => {
      dispatch({ type: "focus", response: id });
      dispatch({ type: "axis", axis });
    });
    dragging.source(chip, id);
  }
  for (const { root: lane, rank } of lanes)
    dragging.target(lane, (response) => dispatch({ type: "place", axis, response, rank }));

  function createLane(rank: number) {
    const label = rank === 0 ? texts.unranked : fill(texts.rank, rank);
    const number = element("span", { class: "number", text: rank === 0 ? texts.unranked : String(rank) });
    number.setAttribute("aria-hidden", "true");
    const chips = element("span", { class: "chips", attributes: { role: "presentation" } });
    const attributes = { role: "group", "aria-label": label };
    const lane = element("div", { class: rank === 0 ? "lane none" : "lane", attributes }, [number, chips]);
    return { root: lane, chips, rank };
  }

  return {
    root,
    update: (now) => {
      const ranks = now.state.item?.judgement?.tiers?.[axis] ?? [];
      const active = document.activeElement;
      for (const { chips, rank } of lanes) {
        // In a tie, and among those without a rank, the letters stand in their own order.
        const members = ids.filter((id) => (rankOf(ranks, id) ?? 0) === rank);
        const wanted = members.flatMap((id) => options.get(id) ?? []);
        const isThere =
          chips.children.length === wanted.length && wanted.every((chip, i) => chips.children[i] === chip);
        if (!isThere) chips.replaceChildren(...wanted);
        members.forEach((id, i) => {
          const others = rank === 0 ? [] : members.filter((each) => each !== id);
          const tiedWith = others.map((each) => letterOf(ids.indexOf(each)));
          const words = rankWords(texts, rank === 0 ? null : rank, tiedWith);
          setAttribute(wanted[i], "aria-label", `${letterOf(ids.indexOf(id))}, ${words}`);
        });
      }
      if (active instanceof HTMLElement && active !== document.activeElement && list.contains(active))
        active.focus();
      order().forEach((chip, i, all) => {
        setAttribute(chip, "aria-posinset", String(i + 1));
        setAttribute(chip, "aria-setsize", String(all.length));
      });
      for (const [id, chip] of options) {
        const isFocused = id === now.card;
        setAttribute(chip, "aria-selected", String(isFocused));
        setAttribute(chip, "tabindex", isFocused ? "0" : "-1");
        chip.draggable = !isLocked(now.state);
      }
      const isCurrent = now.axis === axis;
      root.classList.toggle("current", isCurrent && !isOnly);
      if (!isOnly) setAttribute(title, "aria-pressed", String(isCurrent));
    },
  };
}

function createChip(letter: string): HTMLElement {
  const chip = element("span", { class: "chip", attributes: { role: "option" } });
  setText(chip, letter);
  return chip;
}

function axisButton(name: string, onClick: () => void): HTMLElement {
  const made = element("button", { class: "axis link", text: name, attributes: { type: "button" } });
  made.addEventListener("click", onClick);
  return made;
}
