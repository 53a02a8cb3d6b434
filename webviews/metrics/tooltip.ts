import { dashOf } from "../../extension/charts/lineSvg";
import { numberText } from "../../extension/charts/numberText";
import type { MetricsView, XAxis } from "../../extension/protocol/metricsMessages";
import { element } from "../shared/dom";
import type { Reading } from "./lines";
import { healthyText, isOutside, rowOf } from "./numbers";
import { colorOf, type Palette } from "./drawing";
import type { Texts } from "./texts";

export interface TooltipContent {
  readonly name: string;
  readonly readings: readonly Reading[];
  readonly view: MetricsView;
  readonly palette: Palette | undefined;
}

/** The one tooltip of all charts. It says what the live region says too, so that screen readers pass over it. */
export interface Tooltip {
  readonly root: HTMLElement;
  show(at: { readonly left: number; readonly top: number }, content: TooltipContent): void;
  hide(): void;
}

export const axisLabel = (texts: Texts, axis: XAxis): string =>
  ({
    iteration: texts.axisIteration,
    episodes: texts.axisEpisodes,
    tokens: texts.axisTokens,
    wallSeconds: texts.axisWallSeconds,
    kl: texts.axisKl,
    sqrtKl: texts.axisSqrtKl,
  })[axis];

export function createTooltip(texts: Texts): Tooltip {
  const root = element("div", { class: "tooltip hidden", attributes: { "aria-hidden": "true" } });
  return {
    root,
    hide: () => root.classList.add("hidden"),
    show: ({ left, top }, content) => {
      root.replaceChildren(...partsOf(texts, content));
      root.classList.remove("hidden");
      const { offsetWidth, offsetHeight } = root;
      const gap = 14;
      const fits = left + gap + offsetWidth < innerWidth;
      root.style.left = `${Math.max(4, fits ? left + gap : Math.max(4, left - gap - offsetWidth))}px`;
      root.style.top = `${Math.max(4, Math.min(top + gap, innerHeight - offsetHeight - 4))}px`;
    },
  };
}

function partsOf(texts: Texts, { name, readings, view, palette }: TooltipContent): Node[] {
  const row = rowOf(name);
  const healthy = healthyText(texts, row);
  const place = readings.length === 0 ? "" : numberText(readings[0].x);
  const rows = readings.map(({ line, value, band }) => {
    const range = band === null ? "" : ` (${numberText(band[0])} … ${numberText(band[1])})`;
    const cell = element("td", { class: "number", text: numberText(value) + range });
    if (isOutside(row, value)) cell.classList.add("problem");
    return element("tr", {}, [
      element("td", {}, [swatch(palette, line.slot)]),
      element("td", { class: "label", text: line.label }),
      cell,
    ]);
  });
  const facts: readonly (readonly [string, string])[] =
    row === null
      ? []
      : [
          [texts.unit, row.unit],
          [texts.formula, row.formula],
          [texts.source, row.citation],
          ...(healthy === "" ? [] : [[texts.healthy, healthy] as const]),
        ];
  return [
    element("p", { class: "where" }, [
      element("strong", { text: name }),
      element("span", { class: "quiet", text: ` ${axisLabel(texts, view.axis)} ${place}` }),
    ]),
    element("table", {}, [element("tbody", {}, rows)]),
    element(
      "dl",
      {},
      facts.flatMap(([term, text]) => [element("dt", { text: term }), element("dd", { text })]),
    ),
  ];
}

/** A line's colour and dash pattern, as in the charts. */
export function swatch(palette: Palette | undefined, slot: number): HTMLCanvasElement {
  const canvas = element("canvas", { class: "swatch", attributes: { "aria-hidden": "true" } });
  canvas.width = 56;
  canvas.height = 12;
  const context = canvas.getContext("2d");
  if (context === null || palette === undefined) return canvas;
  context.scale(2, 2);
  context.strokeStyle = colorOf(palette, slot);
  context.lineWidth = 2;
  context.setLineDash([...dashOf(slot)]);
  context.beginPath();
  context.moveTo(0, 3);
  context.lineTo(28, 3);
  context.stroke();
  return canvas;
}
