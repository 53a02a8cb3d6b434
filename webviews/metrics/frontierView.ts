import type { OveroptimizationLaw } from "../../extension/algorithms/overoptimization";
import { factorText, numberText } from "../../extension/charts/numberText";
import { element, fill, setText } from "../shared/dom";
import { chosenAt, type Chart, type ChartPorts } from "./chart";
import { createCursor } from "./cursor";
import { frontierScore } from "../../extension/charts/frontier";
import { frontierOf, type Frontier } from "./frontier";
import type { Line } from "./lines";
import type { Drawing, Palette } from "./drawing";
import { createPlot } from "./plot";
import { noZoom, zoomed, type Page, type Zoom, type ZoomEvent } from "./state";
import { fillTable } from "./table";
import type { Texts } from "./texts";

const axis = "sqrtKl" as const;

export interface FrontierPorts extends Pick<ChartPorts, "texts" | "tooltip" | "choose" | "say"> {
  readonly exportChart: (
    chart: Pick<Chart, "name" | "drawing" | "canvas">,
    kind: "png" | "svg" | "csv",
  ) => void;
}

/** The view of over-optimisation: a chart, the law and where to stop in words, and the table. Its axis is its own, and so is its zoom. */
export function createFrontier({ texts, tooltip, choose, say, exportChart }: FrontierPorts) {
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
  const hint = element("p", { class: "quiet", text: texts.frontierHint });
  const help = element("p", { class: "spoken", text: texts.chartHelp });
  [hint.id, help.id] = ["frontier-hint", "frontier-help"];
  let drawing: Drawing | null = null;
  let lines: readonly Line[] = [];
  let last: { readonly page: Page; readonly palette: Palette } | null = null;
  let zoom: Zoom = noZoom;
  const change = (event: ZoomEvent): void => {
    zoom = zoomed(zoom, event);
    if (last !== null) draw(last.page, last.palette);
  };
  const chooseAt = (x: number): void => {
    const chosen = last && chosenAt(last.page, lines, axis, x);
    if (chosen !== null) choose(chosen);
  };
  const reset = (): void => change({ type: "resetZoom" });
  const cursor = createCursor({
    ...{ place, name: frontierScore, texts, tooltip, say, choose: chooseAt, reset },
    label: fill(texts.chartOf, texts.frontier),
    describedBy: `${hint.id} ${help.id}`,
    shown: () => last && { lines, view: { ...last.page.state.view, axis }, palette: last.palette },
    point: (x) => plot.point(x),
  });
  const plot = createPlot(
    place,
    {
      ...{ onCursor: cursor.follow, onClick: chooseAt, onReset: reset },
      onZoom: (x, y) => change({ type: "zoom", x, y: y === null ? null : { name: frontierScore, range: y } }),
      onPan: (by) => change({ type: "pan", by }),
    },
    null,
  );
  const root = element(
    "section",
    { class: "figure frontier hidden", attributes: { "aria-label": texts.frontier } },
    [
      element("h2", { text: texts.frontier }),
      ...[hint, help, cursor.root, element("div", { class: "foot" }, exports), law, stop, table],
    ],
  );
  const draw = (page: Page, palette: Palette): void => {
    last = { page, palette };
    const { view, runs } = page.state;
    const hidden = new Set(view.hidden);
    const found = frontierOf(
      runs.filter(({ about }) => !hidden.has(about.id)),
      texts,
    );
    lines = found?.lines ?? [];
    drawing = {
      ...{ name: "frontier", lines, palette, axis, isLog: false, ignoreOutliers: false },
      ...{ x: zoom.x, y: zoom.y[frontierScore] ?? null },
      marks: found?.stop ? [{ x: found.stop.at, kind: "stop" }] : [],
    };
    plot.resize(Math.floor(place.clientWidth));
    plot.draw(drawing);
    setText(law, lawText(texts, found?.law ?? null));
    setText(stop, stopText(texts, found?.stop ?? null));
    const shown = { ...view, axis };
    if (view.tables) fillTable(table, { texts, name: frontierScore, lines, view: shown, zoom: zoom.x });
    else table.replaceChildren();
  };
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
    draw,
  };
}

function lawText(texts: Texts, law: OveroptimizationLaw | null): string {
  if (law === null) return texts.frontierNoFit;
  const { intercept, alpha, beta, r2 } = law;
  return fill(texts.frontierFit, numberText(intercept), factorText(alpha), factorText(beta), numberText(r2));
}

function stopText(texts: Texts, stop: Frontier["stop"]): string {
  if (stop === null) return texts.frontierNoStop;
  const text = stop.by === "heldOut" ? texts.frontierStopHeldOut : texts.frontierStopLaw;
  return fill(text, numberText(stop.at), numberText(stop.score));
}
