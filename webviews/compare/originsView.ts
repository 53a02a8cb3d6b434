import type { CompareAction, ComparedOrigin, CompareState } from "../../extension/protocol/compareMessages";
import { element, fill } from "../shared/dom";
import { dataTable } from "../shared/plots";
import { redraw, whenChanged } from "./redraw";
import { differing, namesOf, shownOrigins, shownSettings } from "./state";
import type { Texts } from "./texts";

interface Options {
  readonly texts: Texts;
  readonly send: (action: CompareAction) => void;
}

/** Settings and origins of the runs: where they differ, or all of them. */
export function createOriginsView({ texts, send }: Options) {
  let view: CompareState["view"] | null = null;
  const all = element("input", { attributes: { type: "checkbox" } });
  all.addEventListener("change", () => {
    if (view !== null) send({ type: "view", view: { ...view, showsAll: all.checked } });
  });
  const toggle = element("label", { class: "control" }, [all, element("span", { text: texts.showAll })]);
  const settings = element("div");
  const origins = element("div", { class: "origins" });
  const draw = whenChanged();
  const root = element("section", {}, [
    element("h2", { text: texts.settings }),
    toggle,
    settings,
    element("h2", { text: texts.origins }),
    origins,
  ]);
  return {
    root,
    update: (state: CompareState): void => {
      ({ view } = state);
      all.checked = view.showsAll;
      draw([state.settings, state.origins, view, namesOf(state)], () => {
        redraw(settings, [settingsTable(texts, state)]);
        redraw(origins, originsOf(texts, state));
      });
    },
  };
}

function settingsTable(texts: Texts, state: CompareState): HTMLElement {
  const shown = shownSettings(state);
  if (shown.length === 0) return element("p", { class: "quiet", text: texts.settingsSame });
  const rows = shown.map(({ path, doc, differs, values }) => {
    const name = element("span", {
      class: "setting",
      text: state.view.showsAll && differs ? `≠ ${path}` : path,
    });
    name.title = doc;
    return [name, ...state.runs.map((_, i) => settingCell(texts, values.at(i)))];
  });
  return dataTable(texts.settings, [texts.setting, ...state.runs.map(({ name }) => name)], rows);
}

function settingCell(
  texts: Texts,
  cell: CompareState["settings"][number]["values"][number] | undefined,
): HTMLElement {
  const changes = (cell?.changes ?? []).map(({ iteration, value, who }) =>
    element("div", { class: "change", text: `⚑ ${fill(texts.changedFrom, iteration, value, who)}` }),
  );
  return element("div", {}, [element("code", { text: cell?.value ?? "–" }), ...changes]);
}

function originsOf(texts: Texts, state: CompareState): HTMLElement[] {
  if (state.runs.length === 0) return [];
  const [inputs, parents] = [differing(state, "input"), differing(state, "parent")];
  const sentences = [
    inputs.length === 0 ? `= ${texts.sameData}` : `≠ ${fill(texts.otherData, inputs.join(", "))}`,
    ...(parents.length === 0 ? [] : [`≠ ${fill(texts.otherParents, parents.join(", "))}`]),
  ];
  const rows = shownOrigins(state).map((origin) => [
    originName(texts, origin),
    origin.differs ? `≠ ${texts.differs}` : `= ${texts.same}`,
    ...state.runs.map((_, i) => origin.values.at(i) ?? texts.none),
  ]);
  const table =
    rows.length === 0
      ? []
      : [dataTable(texts.origins, [texts.origin, "", ...state.runs.map(({ name }) => name)], rows)];
  return [...sentences.map((text) => element("p", { text })), ...table];
}

const originName = (texts: Texts, { kind, name }: ComparedOrigin): string => fill(texts[kind], name);
