import type { Inspection, InspectionGroup } from "../../extension/protocol/inspectionFormat";
import type { RewardAction, RewardState } from "../../extension/protocol/rewardMessages";
import { element, fill, setText } from "../shared/dom";
import { button } from "../shared/toolkit";
import { accuracyTable, breakdowns, groupName, plots } from "./figuresView";
import { createAxes } from "./axesView";
import { createBins } from "./binsView";
import { createLabels, createWorst, useText, type LabelList } from "./labelsView";
import { createProbe, type Draft } from "./probeView";
import { figuresOf, firstGroup, groupsOf, shown, type Announcement } from "./state";
import type { Texts } from "./texts";

export interface RewardView {
  update(state: RewardState, announcement: Announcement | null): void;
  /** Figures in place of those that were shown, and all else as it is: where somebody types or stands, they go on. */
  renew(state: RewardState): void;
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
  const { texts, send } = options;
  const head = createHead(options);
  const corrected = createCorrections(options);
  const probe = createProbe(options);
  const live = element("div", { class: "spoken", attributes: { role: "status" } });
  const [figures, labels, others] = [1, 2, 3].map(() => element("div", { class: "parts" }));
  let inspected: Inspected | null = null;
  const show = (now: RewardState): void => {
    const before = inspected;
    const wanted = before?.group();
    const isWithin = figures.contains(document.activeElement);
    const say = (text: string): void => setText(live, text);
    inspected = now.inspection && createInspected({ ...options, state: now }, now.inspection, wanted, say);
    figures.replaceChildren(...(inspected?.parts ?? [element("p", { class: "quiet", text: texts.notYet })]));
    labels.replaceChildren(...(inspected === null ? [] : [inspected.labels]));
    others.replaceChildren(...createAxes(texts, now, send));
    if (isWithin) inspected?.focus();
  };
  show(options.state);
  document.body.replaceChildren(
    element("main", {}, [head.root, corrected.root, figures, probe.root, labels, live, others]),
  );
  const update = (now: RewardState, announcement: Announcement | null): void => {
    head.update(now);
    corrected.update(now);
    inspected?.follow(now);
    probe.update(now);
    if (announcement !== null) setText(live, spoken(texts, now, announcement));
  };
  return {
    update,
    renew: (now) => {
      show(now);
      update(now, null);
      if (now.inspection !== null) setText(live, fill(texts.inspected, countText(texts, now.inspection)));
    },
  };
}

function createHead({ texts, send }: ViewOptions) {
  const title = element("h1");
  const about = element("p", { class: "quiet" });
  let isBusy = false;
  // Not disabled while it works: a control that is would lose the focus.
  const again = button(texts.inspect, () => {
    if (!isBusy) send({ type: "inspect" });
  });
  const status = element("p", { class: "quiet" });
  const problem = element("p", { class: "problem" });
  const log = button(texts.showLog, () => send({ type: "showLog" }));
  return {
    root: element("header", {}, [
      ...[title, about],
      element("div", { class: "buttons" }, [again, status, problem, log]),
    ]),
    update: ({
      name,
      inspection,
      working: { isInspecting, done, total, problem: why },
    }: RewardState): void => {
      setText(title, fill(texts.title, name));
      setText(about, inspection === null ? "" : countText(texts, inspection));
      isBusy = isInspecting;
      again.ariaDisabled = String(isInspecting);
      again.classList.toggle("busy", isInspecting);
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

interface Inspected {
  readonly parts: readonly HTMLElement[];
  readonly labels: HTMLElement;
  readonly group: () => InspectionGroup;
  readonly focus: () => void;
  readonly follow: (state: RewardState) => void;
}

/** Everything that one group of labels says; another group is a choice away. */
function createInspected(
  options: ViewOptions,
  inspection: Inspection,
  wanted: InspectionGroup | undefined,
  say: (text: string) => void,
): Inspected {
  const { texts, send } = options;
  let state = options.state;
  let group = wanted !== undefined && figuresOf(inspection, wanted) ? wanted : firstGroup(inspection);
  let lists: readonly LabelList[] = [];
  const labels = createLabels({ texts, send, state, inspection });
  const measured = element("div", { class: "measured" });
  const show = (chosen: InspectionGroup): void => {
    group = chosen;
    const figures = figuresOf(inspection, group);
    const rows = { texts, send, state, inspection };
    const worst = createWorst(rows, group);
    const bins = figures && createBins(rows, figures, say);
    lists = [worst, ...(bins ? [bins.answers, bins.pairs] : [])];
    measured.replaceChildren(
      ...(figures === null
        ? []
        : [
            element("div", { class: "plots" }, plots(texts, figures, bins ? { lists: bins } : {})),
            element("div", { class: "breakdowns" }, breakdowns(texts, figures)),
          ]),
      worst.root,
    );
    for (const list of lists) list.follow(state);
  };
  const choice = groupChoice(texts, inspection, group, show);
  const accuracy = element("section", {}, [
    element("h2", { text: texts.accuracy }),
    element("p", { class: "quiet", text: texts.accuracyHint }),
    accuracyTable(texts, inspection),
  ]);
  show(group);
  return {
    parts: [accuracy, choice, measured],
    labels: labels.root,
    group: () => group,
    focus: () => choice.querySelector<HTMLElement>("input:checked")?.focus(),
    follow: (now: RewardState): void => {
      state = now;
      for (const list of lists) list.follow(now);
      labels.follow(now);
    },
  };
}

function groupChoice(
  texts: Texts,
  inspection: Inspection,
  first: InspectionGroup,
  show: (group: InspectionGroup) => void,
): HTMLElement {
  const choices = groupsOf(inspection).map((group) => {
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
