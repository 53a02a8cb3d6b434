import type {
  InspectedLabel,
  Inspection,
  InspectionGroup,
  ScoredPair,
} from "../../extension/protocol/inspectionFormat";
import type { LabelUse, RewardAction, RewardState } from "../../extension/protocol/rewardMessages";
import { element, fill, setText } from "../shared/dom";
import { button, textField } from "../shared/toolkit";
import { groupName } from "./figuresView";
import { filteredLabels, shown, signed, worstOf } from "./state";
import type { Texts } from "./texts";

/** So many at first; more on demand, so that what stands below is not far away. */
const [firstPortion, portion] = [5, 20];

export interface LabelList {
  readonly root: HTMLElement;
  /** What has become of the labels, and who has read the one that was asked about; rows stay as they are. */
  follow(state: RewardState): void;
}

export interface Options {
  readonly texts: Texts;
  readonly send: (action: RewardAction) => void;
  readonly state: RewardState;
  readonly inspection: Inspection;
}

/** A row about a label: what stands in it, and a place for what comes later. */
export interface Row {
  readonly root: HTMLElement;
  /** Empty for an answer that nobody ranked. */
  readonly id: string;
  readonly change: HTMLElement;
  readonly use: HTMLElement;
}

export function createWorst(options: Options, group: InspectionGroup): LabelList {
  const { texts, inspection } = options;
  const worst = worstOf(inspection, group);
  const list = createList(options, () =>
    worst.map(
      ({ pair, label }) =>
        () =>
          pairRow(options, pair, label),
    ),
  );
  const hint = worst.length === 0 ? texts.worstNone : texts.worstHint;
  const root = element("section", { class: "worst" }, [
    element("h2", { text: texts.worst }),
    element("p", { class: "quiet", text: hint }),
    list.root,
  ]);
  return { root, follow: list.follow };
}

export function createLabels(options: Options): LabelList {
  const { texts, inspection } = options;
  const filter = textField(texts.filter, texts.filterHint);
  const list = createList(options, () =>
    filteredLabels(inspection, filter.value).map((label) => () => labelRow(options, label)),
  );
  filter.addEventListener("input", () => list.begin());
  const details = element("details", { class: "labels" }, [
    element("summary", {}, [element("h2", { text: texts.labels })]),
    filter,
    list.root,
  ]);
  return { root: details, follow: list.follow };
}

/** The first of many rows, and a button for the next. */
export function createList({ texts, state: first }: Options, rowsOf: () => readonly (() => Row)[]) {
  let state = first;
  let makers: readonly (() => Row)[] = [];
  let rows: Row[] = [];
  const list = element("ol", { class: "rows" });
  const counted = element("p", { class: "quiet" });
  const more = button(texts.more, () => grow());
  const grow = (): void => {
    const next = makers
      .slice(rows.length, rows.length + (rows.length === 0 ? firstPortion : portion))
      .map((make) => make());
    rows = [...rows, ...next];
    list.append(...next.map(({ root }) => root));
    more.classList.toggle("hidden", rows.length >= makers.length);
    setText(counted, fill(texts.shownOf, rows.length, makers.length));
    counted.classList.toggle("hidden", makers.length === 0);
    for (const row of next) followRow(texts, row, state);
  };
  const begin = (): void => {
    makers = rowsOf();
    rows = [];
    list.replaceChildren();
    grow();
  };
  begin();
  return {
    root: element("div", { class: "list" }, [list, counted, more]),
    begin,
    follow: (now: RewardState): void => {
      state = now;
      for (const row of rows) followRow(texts, row, now);
    },
  };
}

function followRow(texts: Texts, { id, change, use }: Row, { corrections, use: asked }: RewardState): void {
  const correction = corrections.find((each) => each.id === id);
  const what = correction?.isGone === true ? texts.goneSince : texts.changedSince;
  setText(change, correction === undefined ? "" : fill(what, correction.models.join(", ")));
  change.classList.toggle("hidden", correction === undefined);
  setText(use, asked?.id === id ? useText(texts, asked) : "");
  use.classList.toggle("hidden", asked?.id !== id);
}

export function useText(texts: Texts, { models, policies }: LabelUse): string {
  if (models.length === 0) return texts.useNone;
  const named = models.map(({ run, group, isStale }) =>
    fill(isStale ? texts.stale : texts.readIn, run, groupName(texts, group)),
  );
  const rewarded = policies.map(({ run }) => run);
  return [
    fill(texts.useModels, named.join(", ")),
    ...(rewarded.length > 0 ? [fill(texts.usePolicies, rewarded.join(", "))] : []),
  ].join(" ");
}

export function pairRow(options: Options, pair: ScoredPair, label: InspectedLabel): Row {
  const { texts } = options;
  const { chosen, rejected, chosenScore, rejectedScore } = pair;
  const side = (title: string, score: number, text: string): HTMLElement =>
    element("div", { class: "side" }, [
      element("p", { class: "quiet", text: fill(title, shown(score)) }),
      element("p", { class: "text", text, attributes: { dir: "auto" } }),
    ]);
  const margin = element("strong", {
    text: signed(chosenScore - rejectedScore),
    attributes: { title: texts.margin },
  });
  const sides = element("div", { class: "sides" }, [
    side(texts.preferred, chosenScore, chosen),
    side(texts.modelPrefers, rejectedScore, rejected),
  ]);
  return rowOf(options, label, [margin], [sides]);
}

function labelRow(options: Options, label: InspectedLabel): Row {
  const right = fill(options.texts.rightOf, label.right, label.pairs);
  const about = `${groupName(options.texts, label.group)} · ${right}`;
  return rowOf(options, label, [element("span", { class: "quiet", text: about })], []);
}

export function rowOf(
  { texts, send }: Options,
  { id, place, prompt, labeler }: InspectedLabel,
  before: readonly HTMLElement[],
  parts: readonly HTMLElement[],
): Row {
  const change = element("p", { class: "changed hidden" });
  const use = element("p", { class: "use hidden" });
  const openItem = (): HTMLElement =>
    button(texts.openItem, () => send({ type: "openLabel", id }), {
      label: `${texts.openItem}: ${fill(texts.openItemOf, place?.item ?? "")}`,
    });
  const who = button(texts.who, () => send({ type: "showUse", id }), {
    label: `${texts.who}: ${fill(texts.whoOf, id)}`,
  });
  const named = element("span", { class: "quiet", text: labeler ?? "" });
  const root = element("li", {}, [
    element("p", { class: "prompt", text: prompt, attributes: { dir: "auto" } }),
    ...parts,
    element("div", { class: "buttons" }, [
      ...[...before, named],
      place === null ? element("span", { class: "quiet", text: texts.noItem }) : openItem(),
      who,
    ]),
    ...[change, use],
  ]);
  return { root, id, change, use };
}
