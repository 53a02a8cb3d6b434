import type { OveroptimizationLaw } from "../../extension/algorithms/overoptimization";
import { numberText } from "../../extension/charts/numberText";
import { element, fill, setText } from "../shared/dom";
import type { Chart } from "./chart";
import { frontierScore } from "../../extension/charts/frontier";
import { frontierOf, type Frontier } from "./frontier";
import { readingsAt, type Line } from "./lines";
import type { Drawing, Palette } from "./drawing";
import { createPlot } from "./plot";
import type { Page } from "./state";
import { fillTable } from "./table";
import type { Texts } from "./texts";
import type { Tooltip } from "./tooltip";

/** The view of over-optimisation: a chart, the law and where to stop in words, and the table. */
export function createFrontier(
  texts: Texts,
  tooltip: Tooltip,
  exportChart: (chart: Pick<Chart, "name" | "drawing" | "canvas">, kind: "png" | "svg" | "csv") => void,
) {
  const place = element("div", { class: "plot" });
  const law = element("p");
  const stop = element("p");
  const table = element("div", { class: "tablePlace" });
  const exports = (["png", "svg", "csv"] as const).map((kind) => {
    const name = kind.toUpperCase();
    const attributes = { type: "button", "aria-label": `${name}: ${texts.frontier}` };
    const made = element("button", { class: "link", text: name, attributes });
    made.addEventListener("click", () =>
      exportChart({ name: "frontier", drawing: () => drawing, canvas: () => plot.canvas() }, kind),
    );
    return made;
  });
  const root = element(
    "section",
    { class: "figure frontier hidden", attributes: { "aria-label": texts.frontier } },
    [
      element("h2", { text: texts.frontier }),
      element("p", { class: "quiet", text: texts.frontierHint }),
      ...[place, element("div", { class: "foot" }, exports), law, stop, table],
    ],
  );
  let drawing: Drawing | null = null;
  let lines: readonly Line[] = [];
  let view: Page["state"]["view"] | null = null;
  const plot = createPlot(
    place,
    {
      onCursor: (x, pointer) => {
        if (x === null || pointer === null || view === null) return tooltip.hide();
        const shown = { ...view, axis: "sqrtKl" as const };
        tooltip.show(pointer, {
          name: frontierScore,
          readings: readingsAt(lines, x),
          view: shown,
          palette: drawing?.palette,
        });
      },
      onClick: () => undefined,
      onZoom: () => undefined,
      onReset: () => undefined,
      onPan: () => undefined,
    },
    null,
  );
  return {
    root,
    resize: () => plot.resize(Math.floor(place.clientWidth)),
    /** Whether there is anything to see; the rest waits until it is seen. */
    prepare: ({ state: { runs } }: Page): void => {
      const isThere = runs.some(
        ({ about, columns }) => about.stage === "ppo" && columns.iterations.length >= 3,
      );
      root.classList.toggle("hidden", !isThere);
    },
    draw: ({ state }: Page, palette: Palette): void => {
      ({ view } = state);
      const hidden = new Set(view.hidden);
      const found = frontierOf(
        state.runs.filter(({ about }) => !hidden.has(about.id)),
        texts,
      );
      lines = found?.lines ?? [];
      drawing = {
        ...{
          name: "frontier",
          lines,
          palette,
          axis: "sqrtKl",
          isLog: false,
          ignoreOutliers: false,
          x: null,
          y: null,
        },
        marks: found?.stop ? [{ x: found.stop.at, kind: "stop" }] : [],
      };
      plot.resize(Math.floor(place.clientWidth));
      plot.draw(drawing);
      setText(law, lawText(texts, found?.law ?? null));
      setText(stop, stopText(texts, found?.stop ?? null));
      const shown = { ...view, axis: "sqrtKl" as const };
      if (view.tables) fillTable(table, { texts, name: frontierScore, lines, view: shown, zoom: null });
      else table.replaceChildren();
    },
  };
}

function lawText(texts: Texts, law: OveroptimizationLaw | null): string {
  if (law === null) return texts.frontierNoFit;
  const { intercept, alpha, beta, r2 } = law;
  return fill(texts.frontierFit, ...[intercept, alpha, beta, r2].map(numberText));
}

function stopText(texts: Texts, stop: Frontier["stop"]): string {
  if (stop === null) return texts.frontierNoStop;
  const text = stop.by === "heldOut" ? texts.frontierStopHeldOut : texts.frontierStopLaw;
  return fill(text, numberText(stop.at), numberText(stop.score));
}
