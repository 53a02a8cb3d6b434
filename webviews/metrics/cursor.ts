import { numberText } from "../../extension/charts/numberText";
import type { MetricsView } from "../../extension/protocol/metricsMessages";
import { element, fill } from "../shared/dom";
import type { Palette } from "./drawing";
import { readingsAt, type Line, type Reading } from "./lines";
import { healthyText, isOutside, rowOf } from "./numbers";
import { placeAfter } from "./places";
import type { PlotEvents } from "./plot";
import type { Texts } from "./texts";
import type { Tooltip } from "./tooltip";

export interface CursorOptions {
  readonly place: HTMLElement;
  /** The metric whose values are read. */
  readonly name: string;
  readonly label: string;
  /** Id of what says more. */
  readonly describedBy: string;
  readonly texts: Texts;
  readonly tooltip: Tooltip;
  readonly say: (text: string) => void;
  /** What is drawn; null before anything is. */
  readonly shown: () => {
    readonly lines: readonly Line[];
    readonly view: MetricsView;
    readonly palette: Palette | undefined;
  } | null;
  readonly point: (x: number | null) => void;
  readonly choose: (x: number) => void;
  readonly reset: () => void;
}

/** The cursor of a chart: the pointer's, and the one that arrows move, with the same values in the same tooltip. */
export function createCursor(options: CursorOptions): {
  readonly root: HTMLElement;
  readonly follow: PlotEvents["onCursor"];
} {
  const { place, name, texts, tooltip, say, shown, point } = options;
  const root = element(
    "div",
    {
      class: "chart",
      attributes: {
        ...{ role: "group", tabindex: "0", "aria-label": options.label },
        ...{ "aria-describedby": options.describedBy },
        "aria-keyshortcuts": "ArrowLeft ArrowRight Home End Enter Escape",
      },
    },
    [place],
  );
  /** The place on the axis that the keyboard has come to. */
  let cursor: number | null = null;
  const follow: PlotEvents["onCursor"] = (x, pointer) => {
    const now = shown();
    if (x === null || pointer === null || now === null) return tooltip.hide();
    const { lines, view, palette } = now;
    tooltip.show(pointer, { name, readings: readingsAt(lines, x), view, palette });
  };
  const moveTo = (x: number): void => {
    cursor = x;
    point(x);
    const now = shown();
    const readings = now === null ? [] : readingsAt(now.lines, x);
    if (now === null || readings.length === 0) return say(texts.saidNothing);
    say(saidText(texts, name, readings, x));
    const box = place.getBoundingClientRect();
    const { view, palette } = now;
    tooltip.show({ left: box.left + box.width / 2, top: box.bottom - 30 }, { name, readings, view, palette });
  };
  root.addEventListener("keydown", (event) => {
    const now = shown();
    if (now === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const places = now.lines.find(({ role }) => role !== "raw" && role !== "high" && role !== "low")?.x;
    if (event.key === "Escape") {
      tooltip.hide();
      options.reset();
    } else if (event.key === "Enter" && cursor !== null) options.choose(cursor);
    else if (places !== undefined && places.length > 0) {
      const to = placeAfter(event.key, event.shiftKey, places, cursor);
      if (to === null) return;
      moveTo(to);
    } else return;
    event.preventDefault();
  });
  root.addEventListener("blur", () => {
    tooltip.hide();
    point(null);
  });
  return { root, follow };
}

function saidText(texts: Texts, name: string, readings: readonly Reading[], x: number): string {
  const row = rowOf(name);
  const values = readings.map(({ line, value }) => {
    const outside = isOutside(row, value)
      ? `, ${fill(texts.outside, healthyText(texts, row) || texts.notFinite)}`
      : "";
    return `${line.label}: ${numberText(value)}${outside}`;
  });
  return fill(texts.saidPoint, numberText(x), values.join("; "));
}
