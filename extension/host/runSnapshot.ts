import { readQueue } from "../runs/queue";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import { bestRuns } from "./runSummary";

type Entry = RunEntry | BrokenRun;

/** A project's runs at one moment, as the view shows them. */
export interface RunSnapshot {
  readonly entries: readonly Entry[];
  /** Those that the filter leaves, in the chosen order. */
  readonly visible: readonly Entry[];
  readonly byId: ReadonlyMap<string, Entry>;
  /** The best run of each stage. */
  readonly best: ReadonlySet<string>;
  /** Ids of the waiting runs, the next one first. */
  readonly queue: readonly string[];
}

export function lookAtRuns(
  project: string,
  entries: readonly Entry[],
  arrange: (entries: readonly Entry[]) => readonly Entry[],
): RunSnapshot {
  return {
    entries,
    visible: arrange(entries),
    byId: new Map(entries.map((entry) => [entry.id, entry])),
    best: bestRuns(entries),
    queue: readQueue(project),
  };
}

/** The runs whose lines have to be drawn anew, or "all" when lines come, go or move. */
export function changedRuns(before: RunSnapshot, after: RunSnapshot): readonly Entry[] | "all" {
  const shape = ({ visible, entries }: RunSnapshot): string =>
    [entries.length, ...visible.map((entry) => (isBroken(entry) ? `!${entry.id}` : entry.id))].join();
  if (shape(before) !== shape(after)) return "all";
  const differs = (entry: Entry): boolean =>
    isOther(before.byId.get(entry.id), entry) ||
    before.best.has(entry.id) !== after.best.has(entry.id) ||
    before.queue.indexOf(entry.id) !== after.queue.indexOf(entry.id);
  return after.visible.filter(differs);
}

function isOther(before: Entry | undefined, after: Entry): boolean {
  if (before === undefined || isBroken(before) !== isBroken(after)) return true;
  if (isBroken(before) && isBroken(after)) return before.problem.message !== after.problem.message;
  return before !== after;
}
