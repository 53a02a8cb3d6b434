import {
  differenceFrom,
  figureOf,
  overSeeds,
  type Difference,
} from "../../extension/algorithms/comparedFigures";
import {
  figureKinds,
  type CompareAction,
  type ComparedMetric,
  type CompareState,
  type CompareView,
  type Figure,
  type MetricCell,
} from "../../extension/protocol/compareMessages";
import { element, fill } from "../shared/dom";
import { numberText } from "../../extension/charts/numberText";
import { scale } from "../shared/plotGeometry";
import { dataTable, shape } from "../shared/plots";
import { redraw, whenChanged } from "./redraw";
import { lineStyle } from "./runsView";
import { baselinePlace, namesOf, shownMetrics, type Choice, type Page } from "./state";
import type { Texts } from "./texts";

interface Options {
  readonly texts: Texts;
  readonly page: Page;
  readonly send: (action: CompareAction) => void;
  readonly choose: (choice: Choice) => void;
}

/** What the metrics of the runs came to, against the baseline, and over seeds. */
export function createMetricsView({ texts, page: first, send, choose }: Options) {
  let { view } = first.state;
  const change = (part: Partial<CompareView>): void => send({ type: "view", view: { ...view, ...part } });
  const options = figureKinds.map((kind) =>
    element("option", { text: texts[kind], attributes: { value: kind } }),
  );
  const figure = element("select", {}, options);
  figure.addEventListener("change", () => {
    const kind = figureKinds.find((each) => each === figure.value);
    if (kind !== undefined) change({ figure: kind });
  });
  const step = element("input", { attributes: { type: "number", min: "0", step: "1" } });
  step.addEventListener("change", () => {
    const iteration = Number(step.value);
    if (Number.isSafeInteger(iteration) && iteration >= 0) change({ step: iteration });
  });
  const filter = element("input", { attributes: { type: "search" } });
  filter.value = first.filter;
  filter.addEventListener("input", () => choose({ filter: filter.value }));
  const stepLabel = labelled(texts.iteration, step);
  const controls = element("div", { class: "buttons" }, [
    labelled(texts.figure, figure),
    stepLabel,
    labelled(texts.filter, filter),
  ]);
  const table = element("div");
  const groups = element("section");
  const [draw, drawGroups] = [whenChanged(), whenChanged()];
  const root = element("section", {}, [
    element("h2", { text: texts.metrics }),
    element("p", { class: "quiet", text: texts.intervalHint }),
    controls,
    table,
    groups,
  ]);
  return {
    root,
    update: (page: Page): void => {
      const { state } = page;
      const { metrics, baseline } = state;
      const parts = [metrics, baseline, state.view, namesOf(state)];
      view = state.view;
      figure.value = view.figure;
      if (document.activeElement !== step) step.value = String(view.step);
      stepLabel.classList.toggle("hidden", view.figure !== "step");
      draw([...parts, page.filter], () => redraw(table, [metricsTable(texts, page)]));
      groups.classList.toggle("hidden", state.groups.length === 0);
      drawGroups([...parts, state.groups], () => redraw(groups, groupsTable(texts, state)));
    },
  };
}

export function labelled(text: string, control: HTMLElement): HTMLElement {
  const label = element("label", { class: "control" }, [element("span", { text })]);
  label.append(control);
  return label;
}

function metricsTable(texts: Texts, page: Page): HTMLElement {
  const { state } = page;
  if (state.metrics.length === 0) return element("p", { class: "quiet", text: texts.metricsNone });
  const place = baselinePlace(state);
  const head = [
    texts.metric,
    ...state.runs.map(({ name, id }) => (id === state.baseline ? `${name} ◆ ${texts.isBaseline}` : name)),
  ];
  const rows = shownMetrics(page).map((row) => [
    metricName(texts, row),
    ...state.runs.map((_, i) => metricCell(texts, state.view, row, { run: i, baseline: place })),
  ]);
  return dataTable(texts.metrics, head, rows);
}

function metricName(texts: Texts, { name, unit, direction, meaning }: ComparedMetric): HTMLElement {
  const way =
    direction === "neutral"
      ? ""
      : direction === "higher"
        ? `↑ ${texts.higherBetter}`
        : `↓ ${texts.lowerBetter}`;
  const words = [unit === "1" ? "" : unit, way].filter(Boolean).join(" · ");
  const made = element("div", { class: "metric" }, [
    element("span", { text: name }),
    element("span", { class: "quiet", text: words }),
  ]);
  made.title = meaning;
  return made;
}

function metricCell(
  texts: Texts,
  { figure: kind }: CompareView,
  { name, cells, direction }: ComparedMetric,
  place: { readonly run: number; readonly baseline: number },
): HTMLElement {
  const cell = cells.at(place.run) ?? null;
  const figure = figureOf(cell, kind, direction);
  if (cell === null) return element("span", { text: "–" });
  const lines: HTMLElement[] = [];
  if (cell.spark.length > 1) lines.push(element("div", {}, [spark(texts, name, cells, place.run)]));
  if (figure === null)
    return element("div", { class: "figures" }, [...lines, element("span", { text: "–" })]);
  lines.push(
    element("div", { class: "value" }, [
      element("strong", { text: numberText(figure.value) }),
      element("span", { class: "quiet", text: intervalText(texts, figure) }),
    ]),
  );
  const base = place.baseline < 0 ? null : figureOf(cells.at(place.baseline) ?? null, kind, direction);
  const difference =
    place.run === place.baseline || base === null ? null : differenceFrom(figure, base, direction);
  if (difference !== null) lines.push(differenceLine(texts, difference));
  const best = kind === "best" ? null : figureOf(cell, "best", direction);
  if (best !== null && cell.spark.length > 1)
    lines.push(
      element("div", { class: "quiet", text: fill(texts.bestAt, withInterval(texts, best), best.iteration) }),
    );
  return element("div", { class: "figures" }, lines);
}

function withInterval(texts: Texts, figure: Figure): string {
  const range = rangeText(texts, figure);
  return numberText(figure.value) + (range === "" ? "" : ` (${range})`);
}

/** The interval: of the figure itself, or else of the mean around it. Empty where there is none. */
function rangeText(texts: Texts, { value, mean, low, high }: Figure): string {
  if (Number.isNaN(low)) return "";
  return fill(value === mean ? texts.interval : texts.around, numberText(low), numberText(high));
}

/** The interval with where it comes from. */
function intervalText(texts: Texts, figure: Figure): string {
  const { kind, count } = figure;
  const range = rangeText(texts, figure);
  if (kind === "none" || range === "") return texts.noInterval;
  const source = { batchMeans: fill(texts.batchMeans, count), wilson: texts.wilson, student: texts.student }[
    kind
  ];
  return `${range}, ${source}`;
}

const signs: Readonly<Record<Difference["verdict"], string>> = {
  ...{ better: "✓", worse: "✗", higher: "↑", lower: "↓", equal: "=", unclear: "≈" },
};

/** "✓ +0.1 better": a sign, the difference and a word, so that no colour is needed. */
function differenceText(texts: Texts, { value, verdict }: Difference): string {
  return `${signs[verdict]} ${value > 0 ? "+" : ""}${numberText(value)} ${texts[verdict]}`;
}

const differenceLine = (texts: Texts, difference: Difference): HTMLElement =>
  element("div", { class: `difference ${difference.verdict}`, text: differenceText(texts, difference) });

const size = { width: 120, height: 28 } as const;

/** The course of a run's metric, on the scale that all runs of the row share. */
function spark(texts: Texts, name: string, cells: readonly (MetricCell | null)[], run: number): SVGElement {
  const own = cells.at(run)?.spark ?? [];
  const all = cells.flatMap((cell) => cell?.spark ?? []).filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = scale(0, own.length - 1, 2, size.width - 2);
  const y = scale(low, high, size.height - 3, 3);
  const path = own.map((value, i) => {
    if (!Number.isFinite(value)) return "";
    const starts = i === 0 || !Number.isFinite(own[i - 1]);
    // A number alone between gaps is a dot: a line without length, whose ends are round.
    return `${starts ? "M" : "L"}${x(i).toFixed(1)} ${y(value).toFixed(1)}${starts ? "h0" : ""}`;
  });
  const numbers = own.filter(Number.isFinite);
  const ends = [numbers.at(0) ?? NaN, numbers.at(-1) ?? NaN].map(numberText);
  const attributes = {
    class: "spark",
    viewBox: `0 0 ${size.width} ${size.height}`,
    role: "img",
    "aria-label": fill(texts.course, name, ...ends),
  };
  return shape("svg", attributes, [shape("path", { class: lineStyle(run), d: path.join("") })]);
}

/** Means over seeds, of the figure that stands in front; against the baseline's group, where it has one. */
function groupsTable(texts: Texts, { groups, metrics, runs, view, baseline }: CompareState): HTMLElement[] {
  if (groups.length === 0) return [];
  const members = groups.map((group) =>
    group.runs.map((id) => runs.findIndex((run) => run.id === id)).filter((i) => i >= 0),
  );
  const base = groups.findIndex((group) => group.runs.includes(baseline));
  const rows = metrics.flatMap((row) => {
    const over = members.map((places) => overSeeds(row, places, view.figure));
    if (over.every((each) => each === null)) return [];
    const cells = over.map((each, i) => {
      if (each === null) return "–";
      const { value, low, high } = each;
      const against = i === base ? null : (over.at(base) ?? null);
      const difference = base < 0 || against === null ? null : differenceFrom(each, against, row.direction);
      return element("div", { class: "figures" }, [
        element("div", { class: "value" }, [
          element("strong", { text: numberText(value) }),
          element("span", { class: "quiet", text: fill(texts.interval, numberText(low), numberText(high)) }),
        ]),
        ...(difference === null ? [] : [differenceLine(texts, difference)]),
      ]);
    });
    return [[metricName(texts, row), ...cells]];
  });
  const head = groups.map(({ seeds }, i) => {
    const name = `${fill(texts.group, seeds.join(", "))} · ${fill(texts.groupSeeds, new Set(seeds).size)}`;
    return i === base ? `${name} ◆ ${texts.isBaseline}` : name;
  });
  return [
    element("h3", { text: texts.groups }),
    element("p", { class: "quiet", text: texts.groupsHint }),
    dataTable(texts.groups, [texts.metric, ...head], rows),
  ];
}
