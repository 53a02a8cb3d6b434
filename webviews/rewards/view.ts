import type { Inspection, InspectionGroup } from "../../extension/protocol/inspectionFormat";
import type { RewardAction, RewardState } from "../../extension/protocol/rewardMessages";
import { element, fill, setText } from "../shared/dom";
import { dataTable } from "../shared/plots";
import { button } from "../shared/toolkit";
import { accuracyTable, breakdowns, groupName, plots } from "./figuresView";
import { createLabels, createWorst, useText, type LabelList } from "./labelsView";
import { createProbe, type Draft } from "./probeView";
import { figuresOf, firstGroup, groupsOf, percent, shown, type Announcement } from "./state";
import type { Texts } from "./texts";

export interface RewardView {
  update(state: RewardState, announcement: Announcement | null): void;
}

export interface ViewOptions {
  readonly texts: Texts;
  readonly state: RewardState;
  readonly draft: Draft;
  readonly send: (action: RewardAction) => void;
  readonly onDraft: (draft: Draft) => void;
}

/** Builds the page into the body, in place of what was there, and gives what keeps it up to date. */
export function createView(options: ViewOptions): RewardView {
  const { texts, state, send } = options;
  const head = createHead(options);
  const corrected = createCorrections(options);
  const probe = createProbe(options);
  const live = element("div", { class: "spoken", attributes: { role: "status" } });
  const inspected = state.inspection === null ? null : createInspected(options, state.inspection);
  const empty = element("p", { class: "quiet", text: texts.notYet });
  const read = inspected === null ? [] : [inspected.labels];
  const parts = [head.root, corrected.root, ...(inspected?.parts ?? [empty]), probe.root, ...read, live];
  document.body.replaceChildren(element("main", {}, [...parts, ...othersTable(texts, state, send)]));
  return {
    update: (now, announcement) => {
      head.update(now);
      corrected.update(now);
      inspected?.follow(now);
      probe.update(now);
      if (announcement !== null) setText(live, spoken(texts, now, announcement));
    },
  };
}

function createHead({ texts, send, state }: ViewOptions) {
  const { inspection, name } = state;
  const about =
    inspection === null ? [] : [element("p", { class: "quiet", text: countText(texts, inspection) })];
  const again = button(texts.inspect, () => send({ type: "inspect" }));
  const status = element("p", { class: "quiet" });
  const problem = element("p", { class: "problem" });
  const log = button(texts.showLog, () => send({ type: "showLog" }));
  return {
    root: element("header", {}, [
      element("h1", { text: fill(texts.title, name) }),
      ...about,
      element("div", { class: "buttons" }, [again, status, problem, log]),
    ]),
    update: ({ working: { isInspecting, done, total, problem: why } }: RewardState): void => {
      again.disabled = isInspecting;
      setText(status, isInspecting ? fill(texts.inspecting, done, total) : "");
      setText(problem, why ?? "");
      problem.classList.toggle("hidden", why === null);
      log.classList.toggle("hidden", why === null);
    },
  };
}

function countText(texts: Texts, { axis, labels, pairs, wrong }: Inspection): string {
  return fill(texts.counted, axis, labels.length, pairs, wrong);
}

/** What corrections of labels have made stale, with the way on. */
function createCorrections({ texts, send }: ViewOptions) {
  const words = element("p");
  const train = button(texts.trainAgain, () => send({ type: "trainAgain" }), { primary: true });
  const root = element("div", { class: "notice hidden" }, [words, train]);
  return {
    root,
    update: (state: RewardState): void => {
      root.classList.toggle("hidden", state.corrections.length === 0);
      setText(words, correctionText(texts, state));
    },
  };
}

function correctionText(texts: Texts, { corrections }: RewardState): string {
  const models = [...new Set(corrections.flatMap((each) => each.models))];
  return corrections.length === 0 ? "" : fill(texts.corrections, corrections.length, models.join(", "));
}

/** Everything that one group of labels says; another group is a choice away. */
function createInspected(options: ViewOptions, inspection: Inspection) {
  const { texts, send } = options;
  let state = options.state;
  let worst: LabelList | null = null;
  const labels = createLabels({ texts, send, state, inspection });
  const measured = element("div", { class: "measured" });
  const show = (group: InspectionGroup): void => {
    const figures = figuresOf(inspection, group);
    worst = createWorst({ texts, send, state, inspection }, group);
    measured.replaceChildren(
      ...(figures === null
        ? []
        : [
            element("div", { class: "plots" }, plots(texts, figures)),
            element("div", { class: "breakdowns" }, breakdowns(texts, figures)),
          ]),
      worst.root,
    );
    worst.follow(state);
  };
  const choice = groupChoice(texts, inspection, show);
  const accuracy = element("section", {}, [
    element("h2", { text: texts.accuracy }),
    element("p", { class: "quiet", text: texts.accuracyHint }),
    accuracyTable(texts, inspection),
  ]);
  show(firstGroup(inspection));
  return {
    parts: [accuracy, choice, measured],
    labels: labels.root,
    follow: (now: RewardState): void => {
      state = now;
      worst?.follow(now);
      labels.follow(now);
    },
  };
}

function groupChoice(
  texts: Texts,
  inspection: Inspection,
  show: (group: InspectionGroup) => void,
): HTMLElement {
  const groups = groupsOf(inspection);
  const first = firstGroup(inspection);
  const choices = groups.map((group) => {
    const attributes = {
      type: "radio",
      name: "group",
      value: group,
      ...(group === first && { checked: "" }),
    };
    const input = element("input", { attributes });
    input.addEventListener("change", () => show(group));
    const label = element("label", {}, [input]);
    label.append(groupName(texts, group));
    return label;
  });
  return element("fieldset", { class: "choice" }, [
    element("legend", { text: texts.measuredOn }),
    ...choices,
  ]);
}

/** This model beside the project's others, axis by axis. */
function othersTable(
  texts: Texts,
  { others }: RewardState,
  send: (action: RewardAction) => void,
): HTMLElement[] {
  if (others.length === 0) return [];
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
  return [
    element("section", {}, [
      element("h2", { text: texts.axes }),
      element("p", { class: "quiet", text: texts.axesHint }),
      dataTable(texts.axes, head, rows),
    ]),
  ];
}

function spoken(texts: Texts, state: RewardState, announcement: Announcement): string {
  switch (announcement.type) {
    case "problem":
      return announcement.text;
    case "score":
      return fill(texts.saidScore, shown(announcement.score));
    case "corrections":
      return correctionText(texts, state);
    case "use":
      return state.use === null ? "" : useText(texts, state.use);
  }
}
