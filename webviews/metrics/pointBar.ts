import type { MetricsAction } from "../../extension/protocol/metricsMessages";
import { element, fill, setText } from "../shared/dom";
import { button, textField } from "../shared/toolkit";
import { checkpointFor, type Page } from "./state";
import type { Texts } from "./texts";

/** What can be done at the point that a person chose. */
export function createPointBar(texts: Texts, send: (action: MetricsAction) => void, close: () => void) {
  let page: Page | null = null;
  const chosen = () => {
    const point = page?.chosen ?? null;
    const run = page?.state.runs.find(({ about }) => about.id === point?.id);
    return point === null || run === undefined ? null : { ...point, about: run.about };
  };
  const title = element("strong");
  const onCheckpoint = (type: "branch" | "rollBack") => (): void => {
    const point = chosen();
    const checkpoint = point && checkpointFor(point.about.checkpoints, point.iteration);
    if (point && checkpoint !== null) send({ type, id: point.id, iteration: checkpoint });
  };
  const rollouts = button(texts.rollouts, () => {
    const point = chosen();
    if (point) send({ type: "rollouts", id: point.id, iteration: point.iteration });
  });
  const branch = button(texts.branch, onCheckpoint("branch"));
  const rollBack = button(texts.rollBack, onCheckpoint("rollBack"));
  const from = element("span", { class: "quiet" });
  const note = textField(texts.note, texts.notePlaceholder);
  const pinNow = (): void => {
    const point = chosen();
    const text = note.value.trim();
    if (!point || text === "") return;
    send({ type: "pin", id: point.id, iteration: point.iteration, note: text });
    note.value = "";
  };
  note.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) pinNow();
  });
  const root = element(
    "div",
    { class: "point hidden", attributes: { role: "group", "aria-label": texts.point } },
    [
      ...[title, rollouts, branch, rollBack, from],
      element("div", { class: "pin" }, [note, button(texts.pin, pinNow)]),
      button(texts.close, close),
    ],
  );
  const update = (now: Page): void => {
    page = now;
    const point = chosen();
    root.classList.toggle("hidden", point === null);
    if (point === null) return;
    const { about, iteration } = point;
    setText(title, fill(texts.pointOf, about.name, iteration));
    const checkpoint = checkpointFor(about.checkpoints, iteration);
    setText(from, checkpoint === null ? texts.noCheckpoint : fill(texts.fromCheckpoint, checkpoint));
    for (const each of [branch, rollBack]) each.disabled = checkpoint === null;
    rollouts.classList.toggle("hidden", about.stage !== "ppo");
  };
  return { root, update };
}
