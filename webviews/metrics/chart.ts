import { numberText } from "../../extension/charts/numberText";
import {
  axisMetric,
  type MetricsView,
  type ShownRun,
  type XAxis,
} from "../../extension/protocol/metricsMessages";
import { element, fill, setAttribute, setText } from "../shared/dom";
import { linesOf, nearest, readingsAt, type Line } from "./lines";
import { healthyText, isOutside, rowOf } from "./numbers";
import { createCursor } from "./cursor";
import type { Drawing, Mark, Palette } from "./drawing";
import { createPlot } from "./plot";
import { iterationAt, type Chosen, type Page, type PageEvent } from "./state";
import { fillTable } from "./table";
import type { Texts } from "./texts";
import type { Tooltip } from "./tooltip";

export interface ChartPorts {
  readonly texts: Texts;
  readonly tooltip: Tooltip;
  readonly tell: (event: PageEvent) => void;
  /** A point that was clicked or chosen by Enter. */
  readonly choose: (chosen: Chosen) => void;
  readonly say: (text: string) => void;
  readonly exportChart: (chart: Chart, kind: "png" | "svg" | "csv") => void;
}

export interface Chart {
  readonly name: string;
  readonly root: HTMLElement;
  /** Draws what the page says now. Called only while the chart is in view. */
  draw(page: Page, palette: Palette): void;
  resize(): void;
  drawing(): Drawing | null;
  canvas(): HTMLCanvasElement | null;
  destroy(): void;
}

/** A chart with its heading, its words for those who do not see it, and its table. */
export function createChart(name: string, ports: ChartPorts): Chart {
  const { texts, tooltip, tell, say } = ports;
  const row = rowOf(name);
  const healthy = healthyText(texts, row);
  const title = element("h3", { text: name });
  const unit = element("span", { class: "quiet", text: row === null || row.unit === "1" ? "" : row.unit });
  const value = element("span", { class: "value" });
  const note = element("p", { class: "quiet note hidden" });
  const about = element("p", { class: "spoken", text: aboutText(texts, name) });
  about.id = `about-${name.replace(/\W/g, "-")}`;
  const place = element("div", { class: "plot" });
  const table = element("div", { class: "tablePlace hidden" });
  const exports = (["png", "svg", "csv"] as const).map((kind) => {
    const label = `${kind.toUpperCase()}: ${texts.export}, ${name}`;
    const made = element("button", {
      class: "link",
      text: kind.toUpperCase(),
      attributes: { type: "button", "aria-label": label },
    });
    made.addEventListener("click", () => ports.exportChart(chart, kind));
    return made;
  });
  const head = element("div", { class: "head" }, [title, unit, value]);
  const foot = element("div", { class: "foot" }, exports);
  const root = element("section", { class: "figure", attributes: { "aria-label": name } }, [
    ...[head, about, note, foot, table],
  ]);

  let page: Page | null = null;
  let lines: readonly Line[] = [];
  let drawing: Drawing | null = null;
  let cached: readonly unknown[] = [];

  const chooseAt = (x: number): void => {
    const chosen = page && chosenAt(page, lines, page.state.view.axis, x);
    if (chosen !== null) ports.choose(chosen);
  };
  const reset = (): void => tell({ type: "resetZoom" });
  const cursor = createCursor({
    ...{ place, name, texts, tooltip, say, choose: chooseAt, reset, label: fill(texts.chartOf, name) },
    describedBy: about.id,
    shown: () => (page === null ? null : { lines, view: page.state.view, palette: drawing?.palette }),
    point: (x) => plot.point(x),
  });
  const plot = createPlot(place, {
    onCursor: cursor.follow,
    onClick: chooseAt,
    onZoom: (x, y) => tell({ type: "zoom", x, y: y === null ? null : { name, range: y } }),
    onReset: reset,
    onPan: (by) => tell({ type: "pan", by }),
  });
  foot.before(cursor.root);

  const draw = (now: Page, palette: Palette): void => {
    page = now;
    const { view, runs } = now.state;
    const key = [
      view,
      ...runs.flatMap(({ about: { id, name: label, slot, settings }, columns }) => [
        id,
        label,
        slot,
        JSON.stringify(settings),
        columns,
      ]),
    ];
    const isSame = key.length === cached.length && key.every((each, i) => each === cached[i]);
    if (!isSame) {
      lines = linesOf(runs, name, view);
      cached = key;
    }
    const mayLog = view.log && isAboveZero(lines);
    drawing = {
      ...{ name, lines, palette, axis: view.axis, isLog: mayLog },
      ...{
        ignoreOutliers: view.ignoreOutliers,
        x: now.zoom.x,
        y: now.zoom.y[name] ?? null,
        marks: marksOf(runs, view),
      },
    };
    plot.draw(drawing);
    setText(note, view.log && !mayLog ? texts.logImpossible : lines.length === 0 ? texts.noValues : "");
    note.classList.toggle("hidden", note.textContent === "");
    const last = lines
      .find(({ role }) => role === "values" || role === "smooth" || role === "mean")
      ?.y.at(-1);
    setText(value, last === undefined ? "" : numberText(last));
    const outside = last !== undefined && isOutside(row, last);
    value.classList.toggle("problem", outside);
    setAttribute(
      value,
      "title",
      outside ? fill(texts.outside, healthy === "" ? texts.notFinite : healthy) : "",
    );
    table.classList.toggle("hidden", !view.tables);
    if (view.tables) fillTable(table, { texts, name, lines, view, zoom: now.zoom.x });
    else table.replaceChildren();
  };
  const chart: Chart = {
    ...{ name, root, draw },
    resize: () => plot.resize(Math.floor(place.clientWidth)),
    drawing: () => drawing,
    canvas: () => plot.canvas(),
    destroy: () => plot.destroy(),
  };
  return chart;
}

/** The point at a place of the axis. With one run shown there is nothing to choose; of several, the one whose controls are open. */
export function chosenAt(
  { state, chosen }: Page,
  lines: readonly Line[],
  axis: XAxis,
  x: number,
): Chosen | null {
  const isOpen = lines.some(({ run }) => run !== null && run === chosen?.id);
  const first = readingsAt(lines, x).find(({ line }) => line.run !== null)?.line.run;
  const id = isOpen ? chosen?.id : first;
  const run = state.runs.find(({ about }) => about.id === id);
  const iteration = run ? iterationAt(run, axis, x) : null;
  return run && iteration !== null ? { id: run.about.id, iteration } : null;
}

/** Whether a log scale has a place for every value that is finite. */
const isAboveZero = (lines: readonly Line[]): boolean =>
  lines.every(
    ({ y, role }) => role === "coefficient" || !y.some((value) => value <= 0 && Number.isFinite(value)),
  );

/** Changes and pins of the shown runs, where the axis has a place for them. */
function marksOf(runs: readonly ShownRun[], { axis, hidden }: MetricsView): readonly Mark[] {
  return runs.flatMap((run): Mark[] => {
    const { id, interventions, pins } = run.about;
    if (hidden.includes(id)) return [];
    const source = axisMetric[axis];
    const placeOf = (iteration: number): number | null => {
      if (source === null) return iteration;
      const at = nearest(run.columns.iterations, iteration);
      const place = at < 0 ? undefined : run.columns.values[source]?.[at];
      if (place === undefined) return null;
      return axis === "sqrtKl" ? Math.sqrt(Math.max(0, place)) : place;
    };
    const marks = [
      ...interventions.map(({ iteration }) => ({ iteration, kind: "change" as const })),
      ...pins.map(({ iteration }) => ({ iteration, kind: "pin" as const })),
    ];
    return marks.flatMap(({ iteration, kind }) => {
      const x = placeOf(iteration);
      return x === null || !Number.isFinite(x) ? [] : [{ x, kind }];
    });
  });
}

/** What a chart is, for those who hear it. */
function aboutText(texts: Texts, name: string): string {
  const row = rowOf(name);
  const healthy = healthyText(texts, row);
  const parts = [
    ...(row === null
      ? []
      : [
          `${texts.unit}: ${row.unit}`,
          `${texts.formula}: ${row.formula}`,
          `${texts.source}: ${row.citation}`,
        ]),
    ...(healthy === "" ? [] : [`${texts.healthy}: ${healthy}`]),
  ];
  return [...parts, texts.chartHelp].join(". ");
}
