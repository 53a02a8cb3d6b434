import type { Memento } from "vscode";
import { integerFrom, recordOf } from "../protocol/codec";
import { firstView, metricsView, type MetricsView } from "../protocol/metricsMessages";
import { isProblem } from "../protocol/problem";

const viewKey = (project: string): string => `rlhf.metrics.view:${project}`;
const slotsKey = (project: string): string => `rlhf.metrics.slots:${project}`;
const place = { where: "what the editor kept of the metrics panel", path: "" };

/** How many runs keep their colours when they are not shown. */
const keptSlots = 200;

/** How a person looked at this project's charts last. */
export function keptView(memory: Memento, project: string): MetricsView {
  const view = metricsView(memory.get(viewKey(project)), place);
  return isProblem(view) ? firstView : view;
}

export async function keepView(memory: Memento, project: string, view: MetricsView): Promise<void> {
  await memory.update(viewKey(project), view);
}

type Slots = Readonly<Record<string, number>>;

/** The colours of a project's runs: a run keeps the one it had, whoever else is shown. */
export function slotsOf(memory: Memento, project: string, ids: readonly string[]): Slots {
  const kept = recordOf(integerFrom(0))(memory.get(slotsKey(project)) ?? {}, place);
  const before = isProblem(kept) ? {} : kept;
  const slots = withSlots(before, ids);
  if (slots !== before) void memory.update(slotsKey(project), slots);
  return slots;
}

/** Gives each run without a colour, and each whose colour another shown run has, the first one that no shown run has. */
export function withSlots(before: Slots, ids: readonly string[]): Slots {
  const taken = new Set<number>();
  const slots: Record<string, number> = {};
  const waiting: string[] = [];
  for (const id of ids) {
    const slot = Object.hasOwn(before, id) ? before[id] : undefined;
    if (slot === undefined || taken.has(slot)) waiting.push(id);
    else {
      slots[id] = slot;
      taken.add(slot);
    }
  }
  if (waiting.length === 0) return before;
  for (const id of waiting) {
    let slot = 0;
    while (taken.has(slot)) slot++;
    slots[id] = slot;
    taken.add(slot);
  }
  const others = Object.entries(before).filter(([id]) => !Object.hasOwn(slots, id));
  return { ...Object.fromEntries(others.slice(-keptSlots)), ...slots };
}
