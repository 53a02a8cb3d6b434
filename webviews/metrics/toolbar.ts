import { maxSmoothing, xAxes, type MetricsView, type XAxis } from "../../extension/protocol/metricsMessages";
import { element } from "../shared/dom";
import { button } from "../shared/toolkit";
import { axesOf, groupKeys, shownRuns, type Page } from "./state";
import type { Texts } from "./texts";
import { axisLabel } from "./tooltip";

export interface Toolbar {
  readonly root: HTMLElement;
  update(page: Page): void;
}

/** How the charts are looked at. */
export function createToolbar(
  texts: Texts,
  change: (change: Partial<MetricsView>) => void,
  resetZoom: () => void,
  exportEvents: () => void,
): Toolbar {
  const axis = element("select");
  axis.addEventListener("change", () =>
    change({ axis: xAxes.find((each) => each === axis.value) ?? "iteration" }),
  );
  const groupBy = element("select");
  groupBy.addEventListener("change", () => change({ groupBy: groupBy.value === "" ? null : groupBy.value }));
  const smoothing = element("input", {
    attributes: { type: "range", min: "0", max: String(maxSmoothing), step: "0.001" },
  });
  const weight = element("output", { class: "number" });
  smoothing.addEventListener("input", () => change({ smoothing: Number(smoothing.value) }));
  const check = (text: string, key: "log" | "ignoreOutliers" | "tables") => {
    const box = element("input", { attributes: { type: "checkbox" } });
    box.addEventListener("change", () => change({ [key]: box.checked }));
    return { box, label: element("label", { class: "check" }, [box, element("span", { text })]) };
  };
  const [log, outliers, tables] = [
    check(texts.log, "log"),
    check(texts.ignoreOutliers, "ignoreOutliers"),
    check(texts.tables, "tables"),
  ];
  const labelled = (text: string, ...controls: readonly HTMLElement[]): HTMLElement =>
    element("label", { class: "field" }, [element("span", { text }), ...controls]);
  const reset = button(texts.resetZoom, resetZoom);
  const events = button(texts.exportEvents, exportEvents);
  const group = labelled(texts.groupBy, groupBy);
  const root = element(
    "div",
    { class: "toolbar", attributes: { role: "group", "aria-label": texts.display } },
    [
      labelled(texts.axis, axis),
      labelled(texts.smoothing, smoothing, weight),
      ...[log.label, outliers.label, group, tables.label, reset, events],
    ],
  );
  const update = ({ state: { runs, view }, zoom }: Page): void => {
    options(
      axis,
      axesOf(runs).map((each: XAxis) => [each, axisLabel(texts, each)]),
      view.axis,
    );
    const keys = groupKeys(runs);
    const choices = view.groupBy === null || keys.includes(view.groupBy) ? keys : [...keys, view.groupBy];
    options(
      groupBy,
      [["", texts.groupNone], ...choices.map((key) => [key, key] as const)],
      view.groupBy ?? "",
    );
    group.classList.toggle("hidden", choices.length === 0);
    smoothing.value = String(view.smoothing);
    weight.textContent = view.smoothing.toFixed(3).replace(/0+$/, "").replace(/\.$/, "");
    log.box.checked = view.log;
    outliers.box.checked = view.ignoreOutliers;
    tables.box.checked = view.tables;
    events.disabled = shownRuns(runs, view).length === 0;
    reset.disabled = zoom.x === null && Object.keys(zoom.y).length === 0;
  };
  return { root, update };
}

/** Choices that stand already are left alone, so that an open list stays open. */
export function options(
  select: HTMLSelectElement,
  choices: readonly (readonly [value: string, text: string])[],
  chosen: string,
): void {
  const key = JSON.stringify(choices);
  if (select.dataset.choices !== key) {
    select.dataset.choices = key;
    select.replaceChildren(
      ...choices.map(([value, text]) => element("option", { text, attributes: { value } })),
    );
  }
  if (select.value !== chosen) select.value = chosen;
}
