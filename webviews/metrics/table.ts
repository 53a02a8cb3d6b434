import { numberText } from "../../extension/charts/numberText";
import { stretchesOf, tableRows } from "../../extension/charts/stretches";
import type { MetricsView } from "../../extension/protocol/metricsMessages";
import { element, fill } from "../shared/dom";
import type { Line } from "./lines";
import type { Range } from "./state";
import type { Texts } from "./texts";
import { axisLabel } from "./tooltip";

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
        const last =
          each.faults > 0 && !Number.isFinite(each.last) ? String(each.last) : numberText(each.last);
        const cells = isExact
          ? [numberText(each.from), last]
          : [numberText(each.from), numberText(each.to), numberText(each.least), numberText(each.most), last];
        return element(
          "tr",
          {},
          cells.map((text) => element("td", { class: "number", text })),
        );
      });
      const label = line.role === "coefficient" ? `${line.label}: ${texts.coefficient}` : line.label;
      const attributes = {
        tabindex: "0",
        role: "region",
        "aria-label": `${fill(texts.table, name)}: ${label}`,
      };
      return element("div", { class: "scroll", attributes }, [
        element("table", { class: "values" }, [
          element("caption", { text: label }),
          element("thead", {}, [
            element(
              "tr",
              {},
              head.map((text) => element("th", { text, attributes: { scope: "col" } })),
            ),
          ]),
          element("tbody", {}, rows),
        ]),
      ]);
    }),
  );
}
