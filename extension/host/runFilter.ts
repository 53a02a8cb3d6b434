import { metric } from "../protocol/metrics";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import { runDuration, runName, shownValue } from "./runSummary";

/** One word of a query: what it looks at ("" for anything) and the texts of which one must be found. */
interface Term {
  readonly field: "" | "state" | "stage" | "tag" | "is";
  readonly texts: readonly string[];
  readonly isNegated: boolean;
}
export type RunFilter = readonly Term[];

/**
 * Reads a query such as `state:failed,stopped stage:ppo tag:x warm "two words" -slow`: all its words must fit. `is:starred` and
 * `is:baseline` look at marks; a word with another colon is looked for as it stands.
 */
export function parseFilter(query: string): RunFilter {
  const words = query.match(/-?(?:[^\s"]*"[^"]*"?|[^\s"]+)/g) ?? [];
  return words.map(termOf).filter(({ texts }) => texts.length > 0);
}

function termOf(word: string): Term {
  const isNegated = word.startsWith("-") && word.length > 1;
  const plain = (isNegated ? word.slice(1) : word).replaceAll('"', "").toLowerCase();
  const [, field, list] = /^(state|stage|tag|is):(.*)$/s.exec(plain) ?? [];
  if (field === undefined) return { field: "", texts: plain === "" ? [] : [plain], isNegated };
  const texts = list.split(",").filter((text) => text !== "");
  return { field: field as Term["field"], texts, isNegated };
}

/** Whether a run fits. `words` gives its stage and state as the person reads them; a broken folder fits by its name, `state:broken` or no field. */
export function matchesFilter(
  filter: RunFilter,
  entry: RunEntry | BrokenRun,
  words: (entry: RunEntry) => readonly string[],
): boolean {
  return filter.every(({ field, texts, isNegated }) => {
    const own = fieldTexts(entry, field, words).map((text) => text.toLowerCase());
    const fits = texts.some((text) =>
      own.some((candidate) => (field === "" ? candidate.includes(text) : candidate.startsWith(text))),
    );
    return fits !== isNegated;
  });
}

function fieldTexts(
  entry: RunEntry | BrokenRun,
  field: Term["field"],
  words: (entry: RunEntry) => readonly string[],
): readonly string[] {
  if (isBroken(entry)) {
    if (field === "state") return ["broken"];
    return field === "" ? [entry.id, "broken"] : field === "stage" ? [entry.id] : [];
  }
  const { marks, status, run, id } = entry;
  const { stage } = run.manifest;
  switch (field) {
    case "state":
      return [status.state];
    case "stage":
      return [stage];
    case "tag":
      return marks.tags;
    case "is":
      return [...(marks.star ? ["starred"] : []), ...(marks.baseline ? ["baseline"] : [])];
    case "":
      return [id, runName(entry), stage, status.state, ...marks.tags, ...words(entry)];
  }
}

export const runOrders = ["newest", "name", "metric", "duration"] as const;
export type RunOrder = (typeof runOrders)[number];

/** The entries of one stage in an order; `entries` come the newest first, and equals stay so. Broken folders stay last. */
export function sortRuns<E extends RunEntry | BrokenRun>(
  entries: readonly E[],
  order: RunOrder,
  now: number,
): readonly E[] {
  if (order === "newest") return entries;
  const rank = (entry: E): number => (isBroken(entry) ? Infinity : orderKey(entry, order, now));
  if (order !== "name") return [...entries].sort((a, b) => compare(rank(a), rank(b)));
  const name = (entry: E): string => (isBroken(entry) ? entry.id : runName(entry));
  return [...entries].sort(
    (a, b) =>
      Number(isBroken(a)) - Number(isBroken(b)) ||
      name(a).localeCompare(name(b), undefined, { numeric: true }),
  );
}

/** What comes first has the smallest key: the best value of the key metric, the longest duration; a run without a value comes last. */
function orderKey(entry: RunEntry, order: "metric" | "duration" | "name", now: number): number {
  if (order === "duration") return -runDuration(entry, now);
  const { summary } = entry;
  const value = shownValue(summary, "last");
  if (value === null || Number.isNaN(value) || summary.metric === null) return Number.MAX_VALUE;
  return metric(summary.metric).direction === "lower" ? value : -value;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
