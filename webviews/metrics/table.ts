import type { MetricsView } from "../../extension/protocol/metricsMessages";
import { element, fill } from "../shared/dom";
import type { Line, Series } from "./lines";
import { numberText } from "./numbers";
import type { Range } from "./state";
import type { Texts } from "./texts";
import { axisLabel } from "./tooltip";

/** A stretch of a line in numbers; with one value, all of them are that value. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly least: number;
  readonly most: number;
  readonly last: number;
  /** Values in it that are not finite. */
  readonly faults: number;
}

/** Rows that a person reads; a longer line is cut into as many stretches of equally many values. */
export const tableRows = 100;

/** A line as at most `rows` stretches: least and most of each, so that no spike is lost. NaN where a stretch has no finite value. */
export function stretchesOf({ x, y }: Series, rows: number, zoom: Range | null): readonly Stretch[] {
  const inside: number[] = [];
  for (let i = 0; i < x.length; i++) if (zoom === null || (x[i] >= zoom[0] && x[i] <= zoom[1])) inside.push(i);
  const size = Math.max(1, Math.ceil(inside.length / rows));
  const stretches: Stretch[] = [];
  for (let start = 0; start < inside.length; start += size) {
    const indices = inside.slice(start, start + size);
    const finite = indices.map((i) => y[i]).filter(Number.isFinite);
    stretches.push({
      from: x[indices[0]],
      to: x[indices[indices.length - 1]],
      least: finite.length === 0 ? NaN : finite.reduce((a, b) => Math.min(a, b)),
      most: finite.length === 0 ? NaN : finite.reduce((a, b) => Math.max(a, b)),
      last: y[indices[indices.length - 1]],
      faults: indices.length - finite.length,
    });
  }
  return stretches;
}

export interface TableContent {
  readonly texts: Texts;
  readonly name: string;
  readonly lines: readonly Line[];
  readonly view: MetricsView;
  readonly zoom: Range | null;
}

/** The chart in words and numbers: one table a line. */
export function fillTable(place: HTMLElement, { texts, name, lines, view, zoom }: TableContent): void {
  const told = lines.filter(({ role }) => role !== "raw" && role !== "low" && role !== "high");
  place.replaceChildren(
    ...told.map((line) => {
      const stretches = stretchesOf(line, tableRows, zoom);
      const isExact = stretches.every(({ from, to }) => from === to);
      const head = isExact
        ? [axisLabel(texts, view.axis), texts.last]
        : [texts.from, texts.to, texts.least, texts.most, texts.last];
      const rows = stretches.map((each) => {
        const last = each.faults > 0 && !Number.isFinite(each.last) ? String(each.last) : numberText(each.last);
        const cells = isExact
          ? [numberText(each.from), last]
          : [numberText(each.from), numberText(each.to), numberText(each.least), numberText(each.most), last];
        return element("tr", {}, cells.map((text) => element("td", { class: "number", text })));
      });
      const label = line.role === "coefficient" ? `${line.label}: ${texts.coefficient}` : line.label;
      const attributes = { tabindex: "0", role: "region", "aria-label": `${fill(texts.table, name)}: ${label}` };
      return element("div", { class: "scroll", attributes }, [
        element("table", { class: "values" }, [
          element("caption", { text: label }),
          element("thead", {}, [
            element("tr", {}, head.map((text) => element("th", { text, attributes: { scope: "col" } }))),
          ]),
          element("tbody", {}, rows),
        ]),
      ]);
    }),
  );
}
