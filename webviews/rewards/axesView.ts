import type { InspectionFigures } from "../../extension/protocol/inspectionFormat";
import type { RewardAction, RewardState } from "../../extension/protocol/rewardMessages";
import { element, fill } from "../shared/dom";
import { dataTable } from "../shared/plots";
import { button } from "../shared/toolkit";
import { frameOf, groupName, plots } from "./figuresView";
import { axisColumns, percent, shown } from "./state";
import type { Texts } from "./texts";

type Send = (action: RewardAction) => void;

/** This model beside the project's others: the axes that were labelled apart as charts, every model in a table. */
export function createAxes(texts: Texts, state: RewardState, send: Send): HTMLElement[] {
  if (state.others.length === 0) return [];
  const columns = axisColumns(state);
  const known = columns.flatMap(({ figures }) => (figures === null ? [] : [figures]));
  const frame = frameOf(known);
  const chartsOf = (figures: InspectionFigures, of: string): HTMLElement[] => [
    element("p", { class: "quiet", text: `${texts.measuredOn} ${groupName(texts, figures.group)}` }),
    ...plots(texts, figures, { frame, of }),
  ];
  const sides = columns.map(({ axis, name, figures }) =>
    element("section", { class: "axis", attributes: { "aria-label": fill(texts.axisOf, axis, name) } }, [
      element("h3", { text: fill(texts.axisOf, axis, name) }),
      ...(figures === null
        ? [element("p", { class: "quiet", text: texts.notInspectedAxis })]
        : chartsOf(figures, fill(texts.axisOf, axis, name))),
    ]),
  );
  return [
    element("section", {}, [
      element("h2", { text: texts.axes }),
      element("p", { class: "quiet", text: texts.axesHint }),
      ...(columns.length < 2 ? [] : [element("div", { class: "axes" }, sides)]),
      othersTable(texts, state, send),
    ]),
  ];
}

/** This model beside the project's others, axis by axis. */
function othersTable(texts: Texts, { others }: RewardState, send: Send): HTMLElement {
  const sorted = [...others].sort((a, b) => (a.axis < b.axis ? -1 : a.axis > b.axis ? 1 : 0));
  const rows = sorted.map(({ run, name, axis, summary }) => [
    ...[name, axis],
    ...(summary === null
      ? [texts.notInspected, "–", "–", "–"]
      : [
          percent(summary.accuracy?.value ?? NaN),
          percent(summary.accuracy?.ceiling ?? NaN),
          percent(summary.calibrationError),
          shown(summary.lengthWithinPrompt),
        ]),
    button(texts.openModel, () => send({ type: "openModel", run }), {
      label: `${texts.openModel}: ${fill(texts.openModelOf, name)}`,
    }),
  ]);
  const head = ["", texts.axisColumn, texts.share, texts.ceiling, texts.calibration, texts.length, ""];
  return dataTable(texts.axes, head, rows);
}
