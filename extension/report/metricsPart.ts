import { numberText } from "../charts/numberText";
import { seriesOf, type Series } from "../charts/series";
import { sparkline } from "../charts/sparkline";
import { stretchesOf } from "../charts/stretches";
import type { SvgLine } from "../charts/lineSvg";
import type { Say } from "../protocol/fieldValue";
import type { MetricColumns } from "../protocol/metricColumns";
import { isMetricName, mainMetrics, metric } from "../protocol/metrics";
import type { Intervention, Stage } from "../protocol/runFormat";
import { table, text, type Block, type ChartBlock } from "./reportParts";
import { valuesOf } from "./reportedRun";

/** First, last and extreme values of every metric with its course, then what each means. */
export function metricsTables(columns: MetricColumns, t: Say): Block[] {
  const names = Object.keys(columns.values);
  const rows = names.map((name) => {
    const series = valuesOf(columns, name);
    const finite = series.filter(Number.isFinite);
    return [
      name,
      shown(series.at(-1)),
      sparkline(series),
      ...[finite[0], least(finite), most(finite)].map(shown),
      unitOf(name),
    ];
  });
  const head = [t("metric"), t("last"), t("course"), t("first"), t("least"), t("most"), t("unit")];
  const meanings = names.filter(isMetricName).map((name) => [name, metric(name).formula]);
  const metrics = table(head, rows);
  // A table of its own: beside the numbers the formulas would make every line many lines high.
  const formulas = table([t("metric"), t("meaning")], meanings, t("What each metric means"));
  return metrics === null || formulas === null ? [text(t("There are no metrics yet."))] : [metrics, formulas];
}

const least = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((a, b) => Math.max(a, b));

export const unitOf = (name: string): string => (isMetricName(name) ? metric(name).unit : "");
export const shown = (value: number | undefined): string => (value === undefined ? "–" : numberText(value));

/** The charts that one looks at first for a stage, with the iterations at which a person changed a setting. */
export function mainCharts(
  stage: Stage,
  columns: MetricColumns,
  interventions: readonly Intervention[],
  t: Say,
): ChartBlock[] {
  const marks = interventions.map(({ iteration }) => iteration);
  return mainMetrics(stage).flatMap((name) => {
    const series = seriesOf(columns, name, "iteration");
    // A single value is no course; the table of metrics has it.
    if (series === null || series.x.length < 2) return [];
    const unit = metric(name).unit === "1" ? "" : metric(name).unit;
    const line: SvgLine = { ...series, label: name, slot: 0, look: "line", isNamed: false };
    return [
      chartBlock(
        {
          title: unit === "" ? name : `${name}, ${unit}`,
          xLabel: t("iteration"),
          lines: [line],
          marks,
        },
        courseText(series, t),
        t,
      ),
    ];
  });
}

/** A chart with its table: at most this many stretches a line, since the charts are what a report is read for. */
const tableRows = 20;

export function chartBlock(
  { title, xLabel, lines, marks }: Pick<ChartBlock["chart"], "title" | "xLabel" | "lines" | "marks">,
  description: string,
  t: Say,
): ChartBlock {
  const faults = lines.flatMap(({ x, y }) => [...x].filter((_, i) => !Number.isFinite(y[i])));
  const rows = lines.flatMap((line) =>
    stretchesOf(line, tableRows, null).map(({ from, to, least: low, most: high, last }) => [
      ...(lines.length > 1 ? [line.label] : []),
      from === to ? numberText(from) : `${numberText(from)} – ${numberText(to)}`,
      ...[low, high, last].map(numberText),
    ]),
  );
  const head = [xLabel, t("least"), t("most"), t("last")];
  return {
    kind: "chart",
    chart: { title, xLabel, lines, marks, faults: [...new Set(faults)], x: null, y: null, isLog: false },
    description,
    table: { head: lines.length > 1 ? [t("line"), ...head] : head, rows, fold: t("Values of {0}", title) },
  };
}

function courseText({ x, y }: Series, t: Say): string {
  const finite = [...y].filter(Number.isFinite);
  const values = [finite[0], finite.at(-1), least(finite), most(finite)].map(shown);
  const said = t(
    "From {0} to {1} in iterations {2} to {3}; least {4}, most {5}.",
    ...[values[0], values[1], x[0], x[x.length - 1], values[2], values[3]],
  );
  const faults = y.length - finite.length;
  return faults === 0 ? said : `${said} ${t("Not a finite number in {0} iterations.", faults)}`;
}

/** The main metrics of a stage as they are now; null before there are any. */
export function lastRow(stage: Stage, columns: MetricColumns, t: Say): Block | null {
  const rows = mainMetrics(stage).flatMap((name) => {
    const last = valuesOf(columns, name).at(-1);
    return last === undefined ? [] : [[name, shown(last), unitOf(name)]];
  });
  return table([t("metric"), t("last"), t("unit")], rows);
}
