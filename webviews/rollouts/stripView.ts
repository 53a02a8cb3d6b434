import { element, fill, setAttribute } from "../shared/dom";
import { heatOf, scaleOf, valueOf, type Scale } from "./heat";
import { numberText, signedText, tokenLabel } from "./numbers";
import type { Choice, Page } from "./state";
import type { Texts } from "./view";

interface StripOptions {
  readonly texts: Texts;
  readonly choose: (choice: Choice) => void;
  /** The token under the pointer, whose numbers are shown meanwhile; null when there is none. */
  readonly point: (token: number | null) => void;
}

/**
 * The response's tokens, each with its colour and a bar: up and one colour above the centre, down and the other below it, so that the
 * bar alone says as much as the colour.
 */
export function createStripView({ texts, choose, point }: StripOptions) {
  const root = element("div", {
    class: "strip",
    attributes: { role: "listbox", "aria-label": texts.tokens, "aria-orientation": "horizontal" },
  });
  const legend = element("p", { class: "legend" });
  let page: Page | null = null;
  let cells: readonly HTMLElement[] = [];
  let drawn: readonly unknown[] = [];

  root.addEventListener("keydown", (event) => {
    if (page === null || event.ctrlKey || event.altKey || event.metaKey) return;
    const { token } = page;
    const target = { ArrowRight: token + 1, ArrowLeft: token - 1, Home: 0, End: cells.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    choose({ type: "token", token: target });
    cells.at(page.token)?.focus();
  });
  root.addEventListener("pointerleave", () => point(null));

  const make = (now: Page): HTMLElement[] => {
    const { open } = now.state;
    return (open?.tokens ?? []).map((token, t) => {
      const label = tokenLabel(token);
      const text = element("span", {
        class: `text ${token.kind}`,
        text: label === "" ? "∅" : label,
        attributes: { dir: "auto" },
      });
      const bar = element("span", { class: "bar", attributes: { "aria-hidden": "true" } }, [element("span")]);
      const cell = element("span", { class: "token", attributes: { role: "option" } }, [text, bar]);
      cell.addEventListener("click", () => {
        choose({ type: "token", token: t });
        cell.focus();
      });
      cell.addEventListener("focus", () => choose({ type: "token", token: t }));
      cell.addEventListener("pointerenter", () => point(t));
      return cell;
    });
  };
  const colour = ({ state: { open }, quantity }: Page): void => {
    const tokens = open?.tokens ?? [];
    const scale = scaleOf(tokens, quantity);
    cells.forEach((cell, t) => {
      const value = valueOf(tokens[t], quantity);
      const { side, share } = heatOf(value, scale);
      cell.dataset.side = side;
      cell.style.setProperty("--share", share.toFixed(3));
      const shown = quantity === "ratio" ? numberText(value) : signedText(value);
      setAttribute(cell, "aria-label", `${tokenLabel(tokens[t])}, ${texts[quantity]} ${shown}`);
    });
    legend.replaceChildren(...legendOf(texts, scale));
  };
  return {
    root: element("div", {}, [root, legend]),
    update: (now: Page): void => {
      page = now;
      const { open } = now.state;
      if (open !== drawn[0]) {
        cells = make(now);
        root.replaceChildren(...cells.flatMap((cell, t) => withBreak(cell, open?.tokens[t].text ?? "")));
      }
      if (open !== drawn[0] || now.quantity !== drawn[1]) colour(now);
      drawn = [open, now.quantity];
      cells.forEach((cell, t) => {
        setAttribute(cell, "aria-selected", String(t === now.token));
        setAttribute(cell, "tabindex", t === now.token ? "0" : "-1");
      });
    },
  };
}

/** A line of the response is a line of the strip. */
const withBreak = (cell: HTMLElement, text: string): Node[] =>
  text.endsWith("\n") ? [cell, element("br")] : [cell];

function legendOf(texts: Texts, { centre, low, high, reach }: Scale): readonly Node[] {
  if (reach === 0) return [element("span", { text: fill(texts.legendNone, numberText(centre)) })];
  const mark = (side: string, text: string): HTMLElement =>
    element("span", { class: "mark", text, attributes: { "data-side": side } });
  return [
    ...(low < centre ? [mark("below", fill(texts.legendBelow, centre, numberText(low)))] : []),
    ...(high > centre ? [mark("above", fill(texts.legendAbove, centre, numberText(high)))] : []),
  ];
}
