import { element } from "./dom";
import { scale, stepPath, ticksOf } from "./plotGeometry";

// Small pictures of numbers: drawn once, as vectors in the colours of the theme. Each has a table that says the same.

/** Steps of a histogram: `heights` has one entry a bin of `edges`. Series are told apart by colour and dashes, by their place. */
export interface StepSeries {
  readonly name: string;
  readonly heights: readonly number[];
  /** The place of its colour and dashes. */
  readonly style: number;
}

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** In units of the picture, 2 unless told. */
  readonly radius?: number;
  readonly title?: string;
}

export interface PlotMark {
  readonly x: number;
  readonly text: string;
}

export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
}

/** Bins of a histogram that can be looked into: what each says, null for one that holds nothing. */
export interface PlotBins {
  readonly label: string;
  readonly names: readonly (string | null)[];
  readonly onPick: (bin: number) => void;
}

export interface Plot {
  /** What a screen reader says in place of the picture. */
  readonly label: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly edges?: readonly number[];
  readonly steps?: readonly StepSeries[];
  readonly points?: readonly PlotPoint[];
  readonly lines?: readonly (readonly [x1: number, y1: number, x2: number, y2: number])[];
  /** Upright lines. */
  readonly marks?: readonly PlotMark[];
  readonly bins?: PlotBins;
}

/** The picture's own units; it is as wide as its column. */
const size = { width: 360, height: 210, left: 46, right: 22, top: 24, bottom: 36 } as const;

const space = "http://www.w3.org/2000/svg";

/** A shape of an SVG picture. */
export function shape(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly Node[] = [],
): SVGElement {
  const made = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

function words(text: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = shape("text", attributes);
  made.textContent = text;
  return made;
}

/** Draws the axes, then steps, lines and points over them. */
export function drawPlot(plot: Plot): SVGElement {
  const { width, height, left, right, top, bottom } = size;
  const x = scale(plot.x.from, plot.x.to, left, width - right);
  const y = scale(plot.y.from, plot.y.to, height - bottom, top);
  const { edges = [], steps = [], points = [], lines = [], marks = [] } = plot;
  const parts = [
    ...axes(plot, x, y),
    ...steps.map(({ heights, style }) =>
      shape("path", { class: `series series-${style}`, d: stepPath(edges, heights, x, y) }),
    ),
    ...lines.map(([x1, y1, x2, y2]) =>
      shape("line", { class: "reference", x1: x(x1), y1: y(y1), x2: x(x2), y2: y(y2) }),
    ),
    ...marks.map((mark) => {
      const place = { class: "mark", x1: x(mark.x), x2: x(mark.x), y1: top, y2: height - bottom };
      return shape("line", place, [titled(mark.text)]);
    }),
    ...points.map(({ x: px, y: py, radius = 2, title }) =>
      shape(
        "circle",
        { class: "point", cx: x(px), cy: y(py), r: radius },
        title === undefined ? [] : [titled(title)],
      ),
    ),
  ];
  const view = { class: "plot", viewBox: `0 0 ${width} ${height}` };
  const spoken = { role: "img", "aria-label": plot.label };
  if (plot.bins === undefined) return shape("svg", { ...view, ...spoken }, parts);
  const places = binPlaces(plot.bins, edges, x);
  return shape("svg", view, [shape("g", spoken, parts), places]);
}

/**
 * A button over each bin that holds something, from ground to top, so that a low one is found as easily. One of them is a stop of the Tab key;
 * from it arrows, Home and End go to the others.
 */
function binPlaces(
  { label, names, onPick }: PlotBins,
  edges: readonly number[],
  x: (v: number) => number,
): SVGElement {
  const { height, top, bottom } = size;
  const places: SVGElement[] = [];
  const focus = (to: number): void => {
    const next = places[Math.min(places.length - 1, Math.max(0, to))];
    for (const place of places) place.setAttribute("tabindex", place === next ? "0" : "-1");
    next.focus();
  };
  names.forEach((name, bin) => {
    if (name === null) return;
    const own = places.length;
    const attributes = { role: "button", "aria-label": name, "aria-pressed": "false" };
    const box = { x: x(edges[bin]), width: x(edges[bin + 1]) - x(edges[bin]), y: top };
    const place = shape(
      "rect",
      { class: "bin", ...attributes, ...box, height: height - bottom - top, tabindex: own === 0 ? 0 : -1 },
      [titled(name)],
    );
    const pick = (): void => {
      for (const other of places) other.setAttribute("aria-pressed", String(other === place));
      onPick(bin);
    };
    place.addEventListener("click", () => {
      focus(own);
      pick();
    });
    place.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: own - 1, ArrowRight: own + 1, Home: 0, End: places.length - 1 }[event.key];
      if (to !== undefined) focus(to);
      else if (event.key === "Enter" || event.key === " ") pick();
      else return;
      event.preventDefault();
    });
    places.push(place);
  });
  return shape("g", { role: "group", "aria-label": label }, places);
}

function titled(text: string): SVGElement {
  const made = shape("title", {});
  made.textContent = text;
  return made;
}

function axes({ x: ofX, y: ofY }: Plot, x: (v: number) => number, y: (v: number) => number): SVGElement[] {
  const { width, height, left, right, bottom } = size;
  const ground = height - bottom;
  return [
    ...ticksOf(ofY.from, ofY.to).flatMap((tick) => [
      shape("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      words(ofY.format(tick), { class: "tick", x: left - 5, y: y(tick) + 4, "text-anchor": "end" }),
    ]),
    ...ticksOf(ofX.from, ofX.to).map((tick) =>
      words(ofX.format(tick), { class: "tick", x: x(tick), y: ground + 14, "text-anchor": "middle" }),
    ),
    shape("line", { class: "axis", x1: left, x2: width - right, y1: ground, y2: ground }),
    words(ofX.label, {
      class: "tick",
      x: (left + width - right) / 2,
      y: height - 6,
      "text-anchor": "middle",
    }),
    words(ofY.label, { class: "tick", x: 2, y: 12, "text-anchor": "start" }),
  ];
}

/** What the colours and dashes of step series stand for. */
export function legend(series: readonly Pick<StepSeries, "name" | "style">[]): HTMLElement {
  const items = series.map(({ name, style }) => {
    const line = shape("line", { class: `series series-${style}`, x1: 0, x2: 26, y1: 5, y2: 5 });
    const swatch = shape("svg", { class: "swatch", viewBox: "0 0 26 10", "aria-hidden": "true" }, [line]);
    const item = element("li", {}, [swatch]);
    item.append(name);
    return item;
  });
  return element("ul", { class: "legend" }, items);
}

/** A table that scrolls sideways by itself where it is wider than the page; its first column names the rows. */
export function dataTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | Node)[])[],
): HTMLElement {
  const headCells = head.map((text) =>
    text === "" ? element("td") : element("th", { text, attributes: { scope: "col" } }),
  );
  const cell = (content: string | Node, i: number): HTMLElement => {
    const made = i === 0 ? element("th", { attributes: { scope: "row" } }) : element("td");
    made.append(content);
    return made;
  };
  const table = element("table", {}, [
    element("caption", { class: "spoken", text: caption }),
    element("thead", {}, [element("tr", {}, headCells)]),
    element(
      "tbody",
      {},
      rows.map((row) => element("tr", {}, row.map(cell))),
    ),
  ]);
  return element(
    "div",
    { class: "wide", attributes: { role: "region", "aria-label": caption, tabindex: "0" } },
    [table],
  );
}

/** A picture with its heading, what it means, its legend, and its table behind a fold. */
export function figure(parts: {
  readonly title: string;
  readonly hint: string;
  readonly plot: SVGElement;
  readonly legend?: HTMLElement;
  /** What stands between the picture and its table. */
  readonly below?: HTMLElement;
  readonly foldTitle: string;
  readonly table: HTMLElement;
}): HTMLElement {
  const { title, hint, plot, legend: key, below, foldTitle, table } = parts;
  return element("section", { class: "figure" }, [
    element("h3", { text: title }),
    element("p", { class: "quiet", text: hint }),
    plot,
    ...(key ? [key] : []),
    ...(below ? [below] : []),
    element("details", {}, [element("summary", { text: `${title}: ${foldTitle}` }), table]),
  ]);
}
