import "./locale";
import UPlot from "uplot";
import { dashOf } from "../../extension/charts/lineSvg";
import { numberText } from "../../extension/charts/numberText";
import { isScatter } from "../../extension/charts/series";
import { thinned } from "../../extension/charts/thinning";
import type { Line, LineRole } from "./lines";
import { aligned, faultsOf, isBeside, middleRange } from "./lines";
import { colorOf, type Drawing } from "./drawing";
import type { Range } from "./state";

export interface PlotEvents {
  /** Places of the axis or null when the pointer leaves. */
  onCursor(x: number | null, pointer: { readonly left: number; readonly top: number } | null): void;
  onClick(x: number): void;
  onZoom(x: Range | null, y: Range | null): void;
  onReset(): void;
  onPan(by: number): void;
}

export interface Plot {
  readonly root: HTMLElement;
  draw(drawing: Drawing): void;
  resize(width: number): void;
  /** Puts the crosshair at a place; null takes it away. */
  point(x: number | null): void;
  canvas(): HTMLCanvasElement | null;
  destroy(): void;
}

export const plotHeight = 190;

/** A chart of uPlot, which is made anew when its lines or the theme change, and fed otherwise. Charts of one `sync` share their cursor. */
export function createPlot(root: HTMLElement, events: PlotEvents, sync: string | null = "metrics"): Plot {
  let plot: UPlot | null = null;
  let shape = "";
  let width = 0;
  let current: Drawing | null = null;
  /** The lines as far as pixels can show them. */
  let seen: readonly Line[] = [];
  const show = (drawing: Drawing): void => {
    current = drawing;
    if (width === 0) return;
    const now = shapeOf(drawing);
    const [min, max] = drawing.x ?? fullRange(drawing.lines);
    seen = seenOf(drawing, min, max, width * devicePixelRatio);
    const { x, ys } = aligned(seen, drawing.isLog);
    const data = [x, ...ys] as UPlot.AlignedData;
    if (plot === null || now !== shape) {
      plot?.destroy();
      shape = now;
      plot = new UPlot(
        optionsOf({ drawing, width, now: () => current ?? drawing, seen: () => seen, events, sync }),
        data,
        root,
      );
      plot.root.setAttribute("aria-hidden", "true");
    }
    const drawn = plot;
    drawn.batch(() => {
      drawn.setData(data, false);
      drawn.setScale("x", { min, max });
    });
  };
  return {
    root,
    draw: show,
    resize: (wide) => {
      if (wide === width) return;
      width = wide;
      plot?.setSize({ width, height: plotHeight });
      if (current !== null) show(current);
    },
    point: (x) => {
      if (plot === null) return;
      const left = x === null ? -10 : plot.valToPos(x, "x");
      plot.setCursor({ left, top: x === null ? -10 : plot.over.clientHeight / 2 }, false);
    },
    canvas: () => plot?.ctx.canvas ?? null,
    destroy: () => plot?.destroy(),
  };
}

/** From the first place to the last; one point stands in the middle of its chart. */
function fullRange(lines: readonly Line[]): Range {
  const ends = lines.flatMap(({ x }) => (x.length === 0 ? [] : [x[0], x[x.length - 1]]));
  const [first, last] = ends.length === 0 ? [0, 1] : [Math.min(...ends), Math.max(...ends)];
  return last > first ? [first, last] : [first - 0.5, first + 0.5];
}

/** The lines between two places, thinned out to what that many columns of pixels show of them; points that are no line stay. */
function seenOf({ lines, axis }: Drawing, min: number, max: number, pixels: number): readonly Line[] {
  return lines.map((line) =>
    isScatter(axis) && line.role !== "curve" ? line : { ...line, ...thinned(line, min, max, pixels) },
  );
}

const shapeOf = ({ lines, axis, isLog, palette }: Drawing): string =>
  JSON.stringify([lines.map(({ key, role, slot }) => [key, role, slot]), axis, isLog, palette]);

const widths: Readonly<Record<LineRole, number>> = {
  ...{ values: 1.5, raw: 1, smooth: 2, mean: 2, low: 0.5, high: 0.5, coefficient: 1 },
  ...{ curve: 1.5, heldOut: 1.5 },
};

function seriesOptions({ role, slot }: Line, drawing: Drawing): UPlot.Series {
  const color = colorOf(drawing.palette, slot);
  const scatter = isScatter(drawing.axis) && role !== "curve";
  return {
    scale: isBeside(role) ? "beside" : "y",
    stroke: role === "raw" || role === "low" || role === "high" ? faint(color) : color,
    width: widths[role],
    dash: role === "coefficient" ? [1, 4] : [...dashOf(slot)],
    ...(scatter && {
      paths: () => null,
      points: { show: true, size: 5, fill: role === "heldOut" ? drawing.palette.background : color },
    }),
    ...((role === "coefficient" || role === "curve") && { points: { show: false } }),
  };
}

const faint = (color: string): string => `color-mix(in srgb, ${color} 35%, transparent)`;

interface OptionsOf {
  readonly drawing: Drawing;
  readonly width: number;
  readonly now: () => Drawing;
  readonly seen: () => readonly Line[];
  readonly events: PlotEvents;
  readonly sync: string | null;
}

/** uPlot asks for ranges whenever it draws; what they are depends on the drawing of that moment. */
function optionsOf({ drawing, width, now, seen, events, sync }: OptionsOf): UPlot.Options {
  const { palette, lines, isLog } = drawing;
  const axis = (more: UPlot.Axis): UPlot.Axis => ({
    stroke: palette.quiet,
    grid: { stroke: faint(palette.grid), width: 1 },
    ticks: { stroke: faint(palette.grid), width: 1, size: 4 },
    values: (_, splits) => splits.map((value) => (value === null ? "" : numberText(value))),
    ...more,
  });
  const hasBeside = lines.some(({ role }) => isBeside(role));
  return {
    width,
    height: plotHeight,
    legend: { show: false },
    scales: {
      x: { time: false, auto: false },
      y: { distr: isLog ? 3 : 1, range: (plot, min, max) => yRange(now(), plot, min, max) },
      beside: { range: (_, min, max) => padded(Math.min(0, min ?? 0), max ?? 1) },
    },
    axes: [
      axis({ size: 26 }),
      axis({ size: 52 }),
      ...(hasBeside ? [axis({ scale: "beside", side: 1, size: 46, grid: { show: false } })] : []),
    ],
    series: [{}, ...lines.map((line) => seriesOptions(line, drawing))],
    bands: lines.flatMap(({ role, slot }, i) =>
      role === "high"
        ? [
            {
              series: [i + 1, i + 2] as [number, number],
              fill: `color-mix(in srgb, ${colorOf(palette, slot)} 15%, transparent)`,
            },
          ]
        : [],
    ),
    cursor: {
      // Charts share the cursor alone: a drag is the business of its own chart.
      ...(sync !== null && {
        sync: {
          ...{ key: sync, setSeries: false, scales: ["x", null] },
          filters: { pub: (type: string) => type === "mousemove" || type === "mouseleave", sub: () => true },
        },
      }),
      points: { size: 6 },
      // A drag along one direction zooms in that one; a slanted one in both. The page holds the zoom, so uPlot sets none.
      // What a click is, listenForClicks says: uPlot takes one on the last pixel, where the newest point stands, for a drag and swallows it.
      drag: { x: true, y: true, uni: 24, dist: 5, setScale: false, click: () => undefined },
      bind: {
        mousedown: (plot, _, handler) => (event) => {
          if (event.shiftKey) pan(plot, event, events);
          else handler(event);
          return null;
        },
        dblclick: () => () => {
          events.onReset();
          return null;
        },
      },
    },
    hooks: {
      setCursor: [(plot) => tellCursor(plot, events)],
      setSelect: [(plot) => tellSelection(plot, events)],
      draw: [(plot) => drawMarks(plot, now(), seen())],
      ready: [(plot) => listenForClicks(plot, events)],
    },
  };
}

function padded(min: number, max: number): [number, number] {
  const pad = max > min ? 0.05 * (max - min) : Math.abs(max) * 0.05 || 1;
  return [min - pad, max + pad];
}

function yRange(drawing: Drawing, plot: UPlot, min: number | null, max: number | null): [number, number] {
  if (drawing.y !== null) return [...drawing.y];
  const { x } = plot.scales;
  const middle = drawing.ignoreOutliers
    ? middleRange(
        drawing.lines.filter(({ role }) => !isBeside(role)),
        x.min ?? -Infinity,
        x.max ?? Infinity,
      )
    : null;
  const [low, high] = middle ?? [min ?? 0, max ?? 1];
  if (!drawing.isLog) return padded(low, high);
  return UPlot.rangeLog(low, high, 10, high / low > 100) as [number, number];
}

function tellCursor(plot: UPlot, events: PlotEvents): void {
  const { left = -1, top = -1, event } = plot.cursor;
  // Other charts follow this one's cursor; they have nothing to tell. Nor has a cursor that the keyboard moves.
  if (!event || !plot.over.matches(":hover")) return;
  if (left < 0) return events.onCursor(null, null);
  const box = plot.over.getBoundingClientRect();
  events.onCursor(plot.posToVal(left, "x"), { left: box.left + left, top: box.top + top });
}

function tellSelection(plot: UPlot, events: PlotEvents): void {
  const { left, top, width, height } = plot.select;
  if (width === 0 && height === 0) return;
  const isWide = width > 0 && width < plot.over.clientWidth;
  const isHigh = height > 0 && height < plot.over.clientHeight;
  const x: Range | null = isWide ? [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")] : null;
  const y: Range | null = isHigh ? [plot.posToVal(top + height, "y"), plot.posToVal(top, "y")] : null;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (x !== null || y !== null) events.onZoom(x, y);
}

/** Milliseconds in which a second click makes a double click of it. */
const doubleClickMilliseconds = 250;

/** A click is a press and a release at one place; a drag is none, and a double click shows everything again. */
function listenForClicks(plot: UPlot, events: PlotEvents): void {
  let pressed: { readonly x: number; readonly y: number } | null = null;
  let waiting: number | undefined;
  plot.over.addEventListener("mousedown", ({ clientX: x, clientY: y, shiftKey }) => {
    pressed = shiftKey ? null : { x, y };
  });
  plot.over.addEventListener("click", ({ clientX: x, clientY: y, detail }) => {
    clearTimeout(waiting);
    const isStill = pressed !== null && Math.hypot(x - pressed.x, y - pressed.y) < 4;
    if (!isStill || detail > 1) return;
    const place = plot.posToVal(x - plot.over.getBoundingClientRect().left, "x");
    waiting = window.setTimeout(() => events.onClick(place), doubleClickMilliseconds);
  });
  plot.over.addEventListener("mouseleave", () => events.onCursor(null, null));
}

function pan(plot: UPlot, start: MouseEvent, events: PlotEvents): void {
  let last = start.clientX;
  const move = ({ clientX }: MouseEvent): void => {
    const by = plot.posToVal(0, "x") - plot.posToVal(clientX - last, "x");
    last = clientX;
    events.onPan(by);
  };
  document.addEventListener("mousemove", move);
  document.addEventListener("mouseup", () => document.removeEventListener("mousemove", move), { once: true });
}

/** Red ticks where a value is not finite; lines where a setting was changed; triangles where a note is pinned. */
function drawMarks(plot: UPlot, { marks, palette }: Drawing, lines: readonly Line[]): void {
  const { ctx, bbox } = plot;
  const unit = devicePixelRatio;
  const [left, right] = [bbox.left, bbox.left + bbox.width];
  const places = (xs: readonly number[]): number[] =>
    xs.map((x) => Math.round(plot.valToPos(x, "x", true))).filter((x) => x >= left - 1 && x <= right + 1);
  ctx.save();
  ctx.fillStyle = palette.fault;
  for (const x of new Set(places(faultsOf(lines)))) ctx.fillRect(x - unit, bbox.top, 2 * unit, 10 * unit);
  ctx.strokeStyle = palette.mark;
  ctx.fillStyle = palette.mark;
  ctx.lineWidth = unit;
  for (const { x, kind } of marks)
    for (const at of places([x])) {
      ctx.beginPath();
      if (kind !== "pin") {
        ctx.setLineDash(kind === "change" ? [4 * unit, 3 * unit] : []);
        ctx.moveTo(at, bbox.top);
        ctx.lineTo(at, bbox.top + bbox.height);
        ctx.stroke();
      } else {
        const bottom = bbox.top + bbox.height;
        ctx.moveTo(at, bottom - 8 * unit);
        ctx.lineTo(at - 5 * unit, bottom);
        ctx.lineTo(at + 5 * unit, bottom);
        ctx.fill();
      }
    }
  ctx.restore();
}
