import type { MetricsAction, MetricsCommand, RunAbout } from "../../extension/protocol/metricsMessages";
import { element, fill, setText } from "../shared/dom";
import { button, textField } from "../shared/toolkit";
import type { Palette } from "./drawing";
import type { Page } from "./state";
import type { Texts } from "./texts";
import { options } from "./toolbar";
import { swatch } from "./tooltip";

export interface RunsPorts {
  readonly texts: Texts;
  readonly send: (action: MetricsAction) => void;
  readonly setHidden: (hidden: readonly string[]) => void;
  readonly showEvidence: (metric: string, from: number, to: number) => void;
}

export interface RunsView {
  readonly root: HTMLElement;
  update(page: Page, palette: Palette): void;
}

/** The shown runs: the key to their lines, what they do, and what can be done with them. */
export function createRuns(ports: RunsPorts): RunsView {
  const list = element("ul", { class: "runs", attributes: { "aria-label": ports.texts.runs } });
  const items = new Map<string, RunItem>();
  const update = ({ state: { runs, view } }: Page, palette: Palette): void => {
    for (const [id, { root }] of items)
      if (!runs.some(({ about }) => about.id === id)) {
        root.remove();
        items.delete(id);
      }
    runs.forEach(({ about }, i) => {
      const known = items.get(about.id);
      const item = known ?? createRun(about.id, ports, () => view.hidden);
      items.set(about.id, item);
      if (list.children[i] !== item.root) list.insertBefore(item.root, list.children[i] ?? null);
      item.update(about, view.hidden, palette);
    });
  };
  return { root: list, update };
}

interface RunItem {
  readonly root: HTMLElement;
  update(about: RunAbout, hidden: readonly string[], palette: Palette): void;
}

/** The commands that make sense in a state. */
const commandsIn = ({ state }: RunAbout): readonly MetricsCommand[] => {
  switch (state) {
    case "running":
      return ["pause", "stop", "checkpoint"];
    case "paused":
      return ["resume", "stop", "checkpoint"];
    case "stopped":
    case "interrupted":
    case "failed":
    case "queued":
      return ["resume"];
    case "finished":
      return [];
  }
};

function createRun(id: string, ports: RunsPorts, hiddenNow: () => readonly string[]): RunItem {
  const { texts, send, setHidden } = ports;
  let hidden = hiddenNow();
  const box = element("input", { attributes: { type: "checkbox" } });
  box.addEventListener("change", () =>
    setHidden(box.checked ? hidden.filter((each) => each !== id) : [...hidden, id]),
  );
  const sign = element("span", { class: "sign" });
  const name = element("span", { class: "name" });
  const label = element("label", { class: "check" }, [box, sign, name]);
  const state = element("span", { class: "quiet state" });
  const words: Readonly<Record<MetricsCommand, string>> = {
    ...{ pause: texts.pause, resume: texts.resume, stop: texts.stop, checkpoint: texts.checkpoint },
    change: texts.change,
  };
  const commands = (["pause", "resume", "stop", "checkpoint"] as const).map((command) => ({
    command,
    made: button(words[command], () => send({ type: "command", id, command })),
  }));
  const buttons = element("div", { class: "buttons", attributes: { role: "group" } }, [
    ...commands.map(({ made }) => made),
    button(texts.copyMarkdown, () => send({ type: "copyMarkdown", id })),
    button(texts.report, () => send({ type: "openReport", id })),
  ]);
  const change = createChange(id, ports);
  const facts = element("div", { class: "facts" });
  let shown = "";
  const update = (about: RunAbout, hiddenIds: readonly string[], palette: Palette): void => {
    hidden = hiddenIds;
    box.checked = !hidden.includes(id);
    const place =
      about.iterations > 0
        ? ` · ${fill(texts.iterationOf, Math.max(0, about.iteration), about.iterations)}`
        : "";
    setText(state, about.stateText + place);
    for (const { command, made } of commands)
      made.classList.toggle("hidden", !commandsIn(about).includes(command));
    change.update(about);
    const key = JSON.stringify([about, palette]);
    if (key === shown) return;
    shown = key;
    setText(name, about.name);
    buttons.setAttribute("aria-label", fill(texts.runControls, about.name));
    sign.replaceChildren(swatch(palette, about.slot));
    facts.replaceChildren(...factsOf(about, ports));
  };
  const line = element("div", { class: "line" }, [label, state, buttons]);
  return { root: element("li", {}, [line, change.root, facts]), update };
}

/** A new value for a setting that may change while the run goes on. */
function createChange(id: string, { texts, send }: RunsPorts) {
  const key = element("select", { attributes: { "aria-label": texts.setting } });
  const value = textField(texts.newValue, "");
  let live: Readonly<Record<string, string>> = {};
  const showValue = (): void => void (value.value = Object.hasOwn(live, key.value) ? live[key.value] : "");
  key.addEventListener("change", showValue);
  const form = element("form", { class: "change" }, [
    element("label", { class: "field" }, [element("span", { text: texts.setting }), key]),
    value,
    button(texts.apply, () => apply()),
  ]);
  const apply = (): void => {
    if (value.value.trim() !== "") send({ type: "set", id, key: key.value, value: value.value.trim() });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  value.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) apply();
  });
  const root = element("details", { class: "hidden" }, [element("summary", { text: texts.change }), form]);
  const update = (about: RunAbout): void => {
    const mayChange = about.state === "running" || about.state === "paused";
    root.classList.toggle("hidden", !mayChange || Object.keys(about.live).length === 0);
    const isOther = JSON.stringify(live) !== JSON.stringify(about.live);
    live = about.live;
    const keys = Object.keys(live);
    const chosen = keys.includes(key.value) ? key.value : (keys[0] ?? "");
    options(
      key,
      keys.map((each) => [each, each]),
      chosen,
    );
    if (isOther && document.activeElement !== value) showValue();
  };
  return { root, update };
}

/** What rules see in a run, what was changed in it, and the notes that are pinned to it. */
function factsOf(about: RunAbout, { texts, send, showEvidence }: RunsPorts): Node[] {
  const { id, health, interventions, pins } = about;
  const found = health.map(({ rule, severity, sentence, evidence, remedy }) => {
    const { metric, from, to } = evidence;
    const link = element("button", {
      class: "link",
      text: fill(texts.evidence, metric, from, to),
      attributes: { type: "button" },
    });
    link.addEventListener("click", () => showEvidence(metric, from, to));
    const parts: Node[] = [element("span", { text: sentence }), link];
    if (remedy !== null) parts.push(button(remedy, () => send({ type: "remedy", id, rule })));
    return element("li", { class: severity }, parts);
  });
  const changed = interventions.map(({ iteration, key, old, new: value, who }) =>
    element("li", { text: fill(texts.changeAt, iteration, key, old, value, who) }),
  );
  const pinned = pins.map(({ iteration, note }, index) => {
    const gone = element("button", {
      class: "link",
      text: texts.unpin,
      attributes: { type: "button", "aria-label": `${texts.unpin}: ${note}` },
    });
    gone.addEventListener("click", () => send({ type: "unpin", id, index }));
    return element("li", {}, [element("span", { text: fill(texts.pinAt, iteration, note) }), gone]);
  });
  return [
    [texts.health, found],
    [texts.changes, changed],
    [texts.pins, pinned],
  ].flatMap(([title, items]) => {
    if (items.length === 0) return [];
    return [element("h2", { text: String(title) }), element("ul", { class: "fact" }, items as HTMLElement[])];
  });
}
