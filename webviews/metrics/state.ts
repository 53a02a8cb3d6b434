import { mainMetrics, metricNames } from "../../extension/protocol/metrics";
import {
  applyMetricsDelta,
  axisMetric,
  xAxes,
  type MetricsState,
  type MetricsView,
  type ShownRun,
  type XAxis,
} from "../../extension/protocol/metricsMessages";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";

export type Range = readonly [min: number, max: number];

/** What all charts share along the axis, and each has for itself upwards; null and absent show everything. */
export interface Zoom {
  readonly x: Range | null;
  readonly y: Readonly<Record<string, Range>>;
}

/** A point that a person chose. */
export interface Chosen {
  readonly id: string;
  readonly iteration: number;
}

export interface Page {
  readonly state: MetricsState;
  readonly zoom: Zoom;
  readonly chosen: Chosen | null;
}

export type ZoomEvent =
  | {
      readonly type: "zoom";
      readonly x: Range | null;
      readonly y: { readonly name: string; readonly range: Range } | null;
    }
  | { readonly type: "pan"; readonly by: number }
  | { readonly type: "resetZoom" };

/** What happens on the page itself. */
export type PageEvent =
  | ZoomEvent
  | { readonly type: "view"; readonly change: Partial<MetricsView> }
  | { readonly type: "choose"; readonly chosen: Chosen | null };

export const noZoom: Zoom = { x: null, y: {} };

/** A zoom after a box, a drag along the axis, or a double click; a direction that a box leaves open stays as it was. */
export function zoomed({ x, y }: Zoom, event: ZoomEvent): Zoom {
  switch (event.type) {
    case "zoom":
      return { x: event.x ?? x, y: event.y === null ? y : { ...y, [event.y.name]: event.y.range } };
    case "pan":
      return { x: x && [x[0] + event.by, x[1] + event.by], y };
    case "resetZoom":
      return noZoom;
  }
}

/** The page after a message of the host, or what a person did; null before the host has said anything. */
export function reduce(page: Page | null, event: HostMessage<"metrics"> | PageEvent): Page | null {
  if (event.type === "hydrate") return { state: event.state, zoom: noZoom, chosen: null };
  if (page === null) return null;
  switch (event.type) {
    case "delta":
      return afterChange(page, applyMetricsDelta(page.state, event.delta));
    case "view": {
      const view = { ...page.state.view, ...event.change };
      // Zooms are in the units of what they were made on.
      const zoom = {
        x: view.axis === page.state.view.axis ? page.zoom.x : null,
        y: view.log === page.state.view.log ? page.zoom.y : {},
      };
      return { ...page, zoom, state: { ...page.state, view } };
    }
    case "zoom":
    case "pan":
    case "resetZoom":
      return { ...page, zoom: zoomed(page.zoom, event) };
    case "choose":
      return { ...page, chosen: event.chosen };
  }
}

/** A zoom that reached to the last point goes on with it while a run trains, with the same width. */
function afterChange(page: Page, state: MetricsState): Page {
  const chosen = state.runs.some(({ about }) => about.id === page.chosen?.id) ? page.chosen : null;
  const { x } = page.zoom;
  const { axis } = state.view;
  const [before, now] = [page.state, state].map(({ runs }) => lastPlace(runs, axis));
  if (x === null || now <= before || x[1] < before || x[0] > before) return { ...page, state, chosen };
  return { ...page, state, chosen, zoom: { ...page.zoom, x: [x[0] + now - before, x[1] + now - before] } };
}

function lastPlace(runs: readonly ShownRun[], axis: XAxis): number {
  const name = axisMetric[axis];
  return runs.reduce((last, { columns }) => {
    const places = name === null ? columns.iterations : columns.values[name];
    const place = places?.at(-1);
    return place !== undefined && Number.isFinite(place) ? Math.max(last, place) : last;
  }, -Infinity);
}

/** The axes that some run has the metric for. */
export function axesOf(runs: readonly ShownRun[]): readonly XAxis[] {
  return xAxes.filter((axis) => {
    const name = axisMetric[axis];
    return name === null || runs.some(({ columns }) => Object.hasOwn(columns.values, name));
  });
}

/** The ids of the runs whose lines are not hidden. */
export const shownRuns = (runs: readonly ShownRun[], { hidden }: MetricsView): readonly string[] =>
  runs.map(({ about }) => about.id).filter((id) => !hidden.includes(id));

/** The settings in which the runs differ, by which they can be grouped. */
export function groupKeys(runs: readonly ShownRun[]): readonly string[] {
  return [...new Set(runs.flatMap(({ about }) => Object.keys(about.settings)))];
}

export interface ChartGroup {
  /** Null for the first screen. */
  readonly group: string | null;
  readonly names: readonly string[];
}

/** The metrics that are axes; a chart of them would be a slope. */
const axisNames = new Set(["progress/episodes", "progress/tokens", "time/wallSeconds"]);

/** The charts in order: the first screen of the panel's own run, then the others by the first part of their names. */
export function chartGroups(runs: readonly ShownRun[]): readonly ChartGroup[] {
  const stage = runs[0]?.about.stage;
  const reported = new Set(runs.flatMap(({ columns }) => Object.keys(columns.values)));
  const known = metricNames().filter((name) => reported.has(name));
  const others = [...reported].filter((name) => !(known as readonly string[]).includes(name));
  const names = [...known, ...others].filter((name) => !axisNames.has(name));
  const wanted: readonly string[] = stage ? mainMetrics(stage) : [];
  const first = wanted.filter((name) => reported.has(name));
  const rest = names.filter((name) => !first.includes(name));
  const groups = [...new Set(rest.map(groupOf))].map((group) => ({
    group,
    names: rest.filter((name) => groupOf(name) === group),
  }));
  return [{ group: null, names: first }, ...groups].filter((each) => each.names.length > 0);
}

const groupOf = (name: string): string => name.split("/")[0];

/** The latest checkpoint at or before an iteration; null where there is none. */
export function checkpointFor(checkpoints: readonly number[], iteration: number): number | null {
  const before = checkpoints.filter((checkpoint) => checkpoint <= iteration);
  return before.length === 0 ? null : Math.max(...before);
}

/** The iteration of a run whose row stands nearest to a place on the axis; null for a run without rows there. */
export function iterationAt({ columns }: ShownRun, axis: XAxis, x: number): number | null {
  const name = axisMetric[axis];
  const places = name === null ? columns.iterations : columns.values[name];
  if (places === undefined) return null;
  let best: number | null = null;
  let distance = Infinity;
  places.forEach((raw, i) => {
    const place = axis === "sqrtKl" ? Math.sqrt(Math.max(0, raw)) : raw;
    if (Math.abs(place - x) < distance) {
      distance = Math.abs(place - x);
      best = columns.iterations[i];
    }
  });
  return best;
}
