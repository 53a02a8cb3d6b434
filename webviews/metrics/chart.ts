import { numberText } from "../../extension/charts/numberText";
import { axisMetric, type MetricsView, type ShownRun } from "../../extension/protocol/metricsMessages";
import { element, fill, setAttribute, setText } from "../shared/dom";
import { linesOf, nearest, readingsAt, type Line, type Reading } from "./lines";
import { healthyText, isOutside, rowOf } from "./numbers";
import type { Drawing, Mark, Palette } from "./drawing";
import { placeAfter } from "./places";
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
  const focusable = element(
    "div",
    {
      class: "chart",
      attributes: {
        ...{ role: "group", tabindex: "0", "aria-label": fill(texts.chartOf, name) },
        ...{
          "aria-describedby": about.id,
          "aria-keyshortcuts": "ArrowLeft ArrowRight Home End Enter Escape",
        },
      },
    },
    [place],
  );
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
    ...[head, about, note, focusable, foot, table],
  ]);

  let page: Page | null = null;
  let lines: readonly Line[] = [];
  let drawing: Drawing | null = null;
  let cached: readonly unknown[] = [];
  /** The place on the axis that the keyboard has come to. */
  let cursor: number | null = null;

  const readings = (x: number): readonly Reading[] => readingsAt(lines, x);
  const chooseAt = (x: number): void => {
    const id = readings(x).find(({ line }) => line.run !== null)?.line.run;
    const run = page?.state.runs.find(({ about: each }) => each.id === (chosenRun() ?? id));
    const iteration = run && page ? iterationAt(run, page.state.view.axis, x) : null;
    if (run && iteration !== null) ports.choose({ id: run.about.id, iteration });
  };
  /** With one run shown there is nothing to choose; of several, the one whose controls are open. */
  const chosenRun = (): string | undefined =>
    lines.some(({ run }) => run !== null && run === page?.chosen?.id) ? page?.chosen?.id : undefined;

  const plot = createPlot(place, {
    onCursor: (x, pointer) => {
      if (x === null || pointer === null || page === null) tooltip.hide();
      else
        tooltip.show(pointer, {
          name,
          readings: readings(x),
          view: page.state.view,
          palette: drawing?.palette,
        });
    },
    onClick: chooseAt,
    onZoom: (x, y) => tell({ type: "zoom", x, y: y === null ? null : { name, range: y } }),
    onReset: () => tell({ type: "resetZoom" }),
    onPan: (by) => tell({ type: "pan", by }),
  });

  const moveTo = (x: number): void => {
    cursor = x;
    plot.point(x);
    const found = readings(x);
    if (page === null || found.length === 0) return say(texts.saidNothing);
    say(saidText(texts, name, found, x));
    const box = place.getBoundingClientRect();
    tooltip.show(
      { left: box.left + box.width / 2, top: box.bottom - 30 },
      { name, readings: found, view: page.state.view, palette: drawing?.palette },
    );
  };
  focusable.addEventListener("keydown", (event) => {
    if (page === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const places = lines.find(({ role }) => role !== "raw" && role !== "high" && role !== "low")?.x;
    if (event.key === "Escape") {
      tooltip.hide();
      tell({ type: "resetZoom" });
    } else if (event.key === "Enter" && cursor !== null) chooseAt(cursor);
    else if (places !== undefined && places.length > 0) {
      const to = placeAfter(event.key, event.shiftKey, places, cursor);
      if (to === null) return;
      moveTo(to);
    } else return;
    event.preventDefault();
  });
  focusable.addEventListener("blur", () => {
    tooltip.hide();
    plot.point(null);
  });

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
