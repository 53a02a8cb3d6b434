import { atLeast } from "../algorithms/proportions";
import { groupBy, quantile } from "../algorithms/statistics";
import { orNull, type LabelJudgement } from "./labelJudgements";

/** Something about a labeler's judgements that is worth a look. It is named, and nothing is concluded from it. */
export type Pattern = { readonly labeler: string } & (
  | {
      /** The ranking is the order in which the responses were shown, more often than chance gives. */
      readonly kind: "shownOrder";
      readonly axis: string;
      readonly same: number;
      /** Items ranked without a tie whose shown order is known. */
      readonly items: number;
      /** Σ 1/K! over them: how often chance gives the shown order. */
      readonly expected: number;
      /** Probability that chance gives it at least so often. */
      readonly byChance: number;
    }
  | { readonly kind: "allTied"; readonly axis: string; readonly tied: number; readonly items: number }
  | {
      /** Less time than the fastest reading of prompt and responses takes. */
      readonly kind: "fast";
      readonly fast: number;
      readonly items: number;
    }
  | { readonly kind: "constantLikert"; readonly likert: number; readonly ratings: number }
  | {
      /** Of two responses, the one that ranks higher overall has the lower Likert score. */
      readonly kind: "likertAgainstRanking";
      readonly against: number;
      readonly pairs: number;
    }
);

/** When a pattern is named. The figures are our choice, wide enough that honest work seldom meets them. */
const patternRules = {
  /** Below so many items nothing is named. */
  minItems: 5,
  /** Shown order: probability by chance. */
  byChance: 0.01,
  /** Shares of items, or of pairs. */
  allTied: 0.5,
  fast: 0.25,
  likertAgainstRanking: 0.1,
} as const;

/**
 * Words a minute that nobody who reads exceeds: twice the 238 of adults reading English non-fiction silently, most of whom lie between
 * 175 and 300. Words are what white space parts, so that languages that write none between words seem short, and nobody fast.
 *
 * Source: Brysbaert 2019, "How many words do we read per minute? A review and meta-analysis of reading rate".
 */
export const fastReading = 500;

/** Seconds that reading an item takes at `fastReading`. */
function readingSeconds({ item }: LabelJudgement): number {
  const texts = [item.prompt, ...item.responses.map(({ text }) => text)];
  const words = texts.reduce((sum, text) => sum + text.split(/\s+/).filter((word) => word !== "").length, 0);
  return (60 * words) / fastReading;
}

/** Seconds that the labeler worked on it; null where nobody measured. */
function activeSeconds({ judgement: { activeMs } }: LabelJudgement): number | null {
  return activeMs === undefined || activeMs < 0 ? null : activeMs / 1000;
}

/** Median seconds an item, over those whose time is known. */
export function timeSpent(judged: readonly LabelJudgement[]): {
  readonly medianSeconds: number | null;
  readonly timed: number;
} {
  const seconds = judged.map(activeSeconds).filter((time) => time !== null);
  return { medianSeconds: orNull(quantile(seconds, 0.5)), timed: seconds.length };
}

/** What stands out in each labeler's submitted judgements, by labeler. Repeated items count as often as they were judged. */
export function labelPatterns(judged: readonly LabelJudgement[]): Pattern[] {
  const byLabeler = [...groupBy(judged, ({ labeler }) => labeler)].sort(([a], [b]) => (a < b ? -1 : 1));
  return byLabeler.flatMap(([labeler, own]) => {
    const axes = [...new Set(own.flatMap(({ places }) => [...places.keys()]))].sort();
    return [
      ...axes.flatMap((axis) => [shownOrderPattern(labeler, own, axis), allTiedPattern(labeler, own, axis)]),
      fastPattern(labeler, own),
      constantLikert(labeler, own),
      likertAgainstRanking(labeler, own),
    ].filter((pattern) => pattern !== null);
  });
}

function shownOrderPattern(labeler: string, own: readonly LabelJudgement[], axis: string): Pattern | null {
  const strict = own.flatMap(({ judgement: { tiers = {}, shownOrder = [] }, item }) => {
    const ofAxis = Object.hasOwn(tiers, axis) ? tiers[axis].filter((tier) => tier.length > 0) : [];
    const size = item.responses.length;
    if (ofAxis.length !== size || shownOrder.length !== size) return [];
    return [{ size, isSame: ofAxis.every(([id], place) => id === shownOrder[place]) }];
  });
  const same = strict.filter(({ isSame }) => isSame).length;
  const chances = strict.map(({ size }) => 1 / factorial(size));
  const byChance = atLeast(same, chances);
  if (strict.length < patternRules.minItems || byChance > patternRules.byChance) return null;
  const expected = chances.reduce((sum, chance) => sum + chance, 0);
  return { labeler, kind: "shownOrder", axis, same, items: strict.length, expected, byChance };
}

function allTiedPattern(labeler: string, own: readonly LabelJudgement[], axis: string): Pattern | null {
  const onAxis = own.filter(({ places }) => places.has(axis));
  const tied = onAxis.filter(({ places }) => new Set(places.get(axis)).size === 1).length;
  return isFrequent(tied, onAxis.length, patternRules.allTied)
    ? { labeler, kind: "allTied", axis, tied, items: onAxis.length }
    : null;
}

function fastPattern(labeler: string, own: readonly LabelJudgement[]): Pattern | null {
  const timed = own.flatMap((judged) => {
    const seconds = activeSeconds(judged);
    return seconds === null ? [] : [seconds < readingSeconds(judged)];
  });
  const fast = timed.filter((isFast) => isFast).length;
  return isFrequent(fast, timed.length, patternRules.fast)
    ? { labeler, kind: "fast", fast, items: timed.length }
    : null;
}

function constantLikert(labeler: string, own: readonly LabelJudgement[]): Pattern | null {
  const rated = own
    .map(({ likert }) => likert.filter((score) => score !== null))
    .filter(({ length }) => length > 0);
  const scores = rated.flat();
  return rated.length >= patternRules.minItems && new Set(scores).size === 1
    ? { labeler, kind: "constantLikert", likert: scores[0], ratings: scores.length }
    : null;
}

function likertAgainstRanking(labeler: string, own: readonly LabelJudgement[]): Pattern | null {
  let [against, pairs] = [0, 0];
  for (const { likert, places } of own) {
    const overall = places.get("overall") ?? [];
    for (const [i, place] of overall.entries()) {
      for (const [j, other] of overall.entries()) {
        const [better, worse] = [likert[i], likert[j]];
        if (place >= other || better === null || worse === null) continue;
        pairs++;
        if (better < worse) against++;
      }
    }
  }
  return isFrequent(against, pairs, patternRules.likertAgainstRanking)
    ? { labeler, kind: "likertAgainstRanking", against, pairs }
    : null;
}

function isFrequent(count: number, of: number, share: number): boolean {
  return of >= patternRules.minItems && count >= share * of;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
