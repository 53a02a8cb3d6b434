import {
  applyCompareDelta,
  type ComparedMetric,
  type ComparedOrigin,
  type ComparedRun,
  type ComparedSetting,
  type CompareState,
} from "../../extension/protocol/compareMessages";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";

/** What a screen reader is told after a change; the view puts it in words. */
export interface Announcement {
  readonly type: "added" | "removed" | "baseline";
  readonly name: string;
}

export interface Page {
  readonly state: CompareState;
  /** The shown prompt's place. */
  readonly prompt: number;
  /** Metrics whose name holds this are shown. */
  readonly filter: string;
  /** Words that differ from the baseline's answer are marked. */
  readonly isDiff: boolean;
  readonly announcement: Announcement | null;
}

/** What a person chooses in the page alone. */
export type Choice = Partial<Pick<Page, "prompt" | "filter" | "isDiff">>;

/** The page after a message of the host; null before it has said anything. */
export function reduce(page: Page | null, message: HostMessage<"compare">, kept: Choice = {}): Page | null {
  if (message.type === "hydrate") {
    const { prompt = 0, filter = "", isDiff = true } = page ?? kept;
    return { state: message.state, prompt, filter, isDiff, announcement: null };
  }
  if (page === null) return null;
  const state = applyCompareDelta(page.state, message.delta);
  const prompt = promptAfter(page, state);
  return { ...page, state, prompt, announcement: announcementOf(page.state, state) };
}

/** The same prompt wherever it stands now, else the one at its place. */
function promptAfter({ state: before, prompt }: Page, after: CompareState): number {
  if (before.prompts === after.prompts) return prompt;
  const shown = before.prompts.at(prompt);
  const place = after.prompts.findIndex(({ id, prompt: text }) => id === shown?.id && text === shown.prompt);
  // While the answers of another set of runs are read there are none: the place is kept for them.
  return place >= 0 || after.prompts.length === 0
    ? Math.max(place, prompt, 0)
    : Math.min(prompt, after.prompts.length - 1);
}

export function choose(page: Page, choice: Choice): Page {
  const next = { ...page, ...choice, announcement: null };
  const last = Math.max(0, page.state.prompts.length - 1);
  return { ...next, prompt: Math.max(0, Math.min(last, next.prompt)) };
}

function announcementOf(before: CompareState, after: CompareState): Announcement | null {
  const without = (runs: readonly ComparedRun[], others: readonly ComparedRun[]): ComparedRun | undefined =>
    runs.find(({ id }) => !others.some((other) => other.id === id));
  const added = without(after.runs, before.runs);
  if (added !== undefined) return { type: "added", name: added.name };
  const removed = without(before.runs, after.runs);
  if (removed !== undefined) return { type: "removed", name: removed.name };
  const baseline = after.runs.find(({ id }) => id === after.baseline);
  if (before.baseline === after.baseline || baseline === undefined) return null;
  return { type: "baseline", name: baseline.name };
}

/** The runs as most parts of the page know them: while one trains its state changes often, and its name does not. */
export const namesOf = ({ runs }: CompareState): string =>
  runs.map(({ id, name }) => `${id} ${name}`).join("\n");

export const baselinePlace = ({ runs, baseline }: CompareState): number =>
  runs.findIndex(({ id }) => id === baseline);

/** The settings to show: those in which the runs differ, or all. */
export const shownSettings = ({ settings, view }: CompareState): readonly ComparedSetting[] =>
  view.showsAll ? settings : settings.filter(({ differs }) => differs);

export const shownOrigins = ({ origins, view }: CompareState): readonly ComparedOrigin[] =>
  view.showsAll ? origins : origins.filter(({ differs }) => differs);

/** The metrics whose name holds the filter's text, whatever the case of its letters. */
export function shownMetrics({ state, filter }: Page): readonly ComparedMetric[] {
  const wanted = filter.trim().toLowerCase();
  return state.metrics.filter(({ name }) => name.toLowerCase().includes(wanted));
}

/** Names of what the runs do not share, of one kind of origin. */
export const differing = ({ origins }: CompareState, kind: ComparedOrigin["kind"]): readonly string[] =>
  origins.filter((origin) => origin.kind === kind && origin.differs).map(({ name }) => name);
