import { exp, sigmoid } from "./exactMath";
import { expectShape } from "./shape";
import { groupBy } from "./statistics";

/** One labeler's ranking of one item's responses, best tier first. */
export interface LabeledRanking {
  readonly item: string;
  readonly labeler: string;
  readonly tiers: readonly (readonly string[])[];
}

export interface Agreement {
  /** Pairs of responses that two labelers of one item both decided. */
  readonly comparisons: number;
  readonly agreements: number;
  /** agreements/comparisons; NaN where there are none. */
  readonly rate: number;
}

/**
 * How often two labelers order the same two responses alike; pairs that either of them tied are left out.
 *
 * Every two labelers of an item are compared on every pair of responses that both ranked.
 *
 * Source: the agreement rates of Ouyang et al. 2022, §3.4 (72.6 ± 1.5 % among training labelers); leaving out ties is our choice.
 *
 * Example: labelers a: [[x], [y], [z]] and b: [[y], [x], [z]] agree on 2 of 3 pairs
 */
export function pairwiseAgreement(rankings: readonly LabeledRanking[]): Agreement {
  let comparisons = 0;
  let agreements = 0;
  for (const ofItem of groupBy(rankings, (ranking) => ranking.item).values()) {
    const places = ofItem.map(({ tiers }) => placesOf(tiers));
    for (let i = 0; i < places.length; i++) {
      for (let j = i + 1; j < places.length; j++) {
        if (ofItem[i].labeler === ofItem[j].labeler) continue;
        const { alike, opposite } = commonPairs(places[i], places[j]);
        comparisons += alike + opposite;
        agreements += alike;
      }
    }
  }
  return { comparisons, agreements, rate: agreements / comparisons };
}

function placesOf(tiers: readonly (readonly string[])[]): Map<string, number> {
  return new Map(tiers.flatMap((ids, tier) => ids.map((id): [string, number] => [id, tier])));
}

/** The pairs of responses in both rankings, by what the two say of them. */
function commonPairs(first: Map<string, number>, second: Map<string, number>): PairCounts {
  const common = [...first.keys()].filter((id) => second.has(id));
  const placesIn = (ranking: Map<string, number>): number[] => common.map((id) => ranking.get(id) ?? NaN);
  return comparePairs(placesIn(first), placesIn(second));
}

/** What two rankings of the same responses say of their pairs; the five add up to K(K − 1)/2. */
export interface PairCounts {
  /** Ordered by both, in the same way. */
  readonly alike: number;
  /** Ordered by both, the other way round. */
  readonly opposite: number;
  readonly tiedByBoth: number;
  /** Tied by the first alone. */
  readonly tiedByFirst: number;
  readonly tiedBySecond: number;
}

/**
 * The pairs of responses by what two rankings say of them.
 *
 * first, second  places of the same K responses, smaller is better, equal is tied; any numbers will do
 * Throws RangeError when the sizes differ.
 *
 * Example: 0 1 1 against 0 0 1 gives 1 alike (first over third), 1 tied by the first, 1 by the second
 */
export function comparePairs(first: readonly number[], second: readonly number[]): PairCounts {
  expectShape([second.length], [first.length], "second");
  const counts = { alike: 0, opposite: 0, tiedByBoth: 0, tiedByFirst: 0, tiedBySecond: 0 };
  for (let i = 0; i < first.length; i++) {
    for (let j = i + 1; j < first.length; j++) {
      const [a, b] = [Math.sign(first[i] - first[j]), Math.sign(second[i] - second[j])];
      if (a === 0) counts[b === 0 ? "tiedByBoth" : "tiedByFirst"]++;
      else if (b === 0) counts.tiedBySecond++;
      else counts[a === b ? "alike" : "opposite"]++;
    }
  }
  return counts;
}

/** Of pairs of rankings that are looked at together. Nothing gives zeros. */
export function addPairCounts(all: readonly PairCounts[]): PairCounts {
  const sum = (key: keyof PairCounts): number => all.reduce((total, counts) => total + counts[key], 0);
  return {
    alike: sum("alike"),
    opposite: sum("opposite"),
    tiedByBoth: sum("tiedByBoth"),
    tiedByFirst: sum("tiedByFirst"),
    tiedBySecond: sum("tiedBySecond"),
  };
}

/**
 * Share of pairs that two rankings order alike, among those that both order: alike/(alike + opposite); chance gives 1/2, NaN where there are
 * none.
 *
 * The papers that give agreement (Ouyang et al. 2022, §3.4; Stiennon et al. 2020, App. C) do not say how ties count. Reward models train on
 * no tie (Ouyang et al. 2022, App. C.2), so that this is the agreement of what they train on; it is Zheng et al.'s setup S2 too.
 */
export function agreementRate({ alike, opposite }: PairCounts): number {
  return alike / (alike + opposite);
}

/**
 * Share of all pairs on which two rankings say the same of three things, first, second or tie: (alike + tied by both)/all. A tie against an
 * order is no agreement. Chance gives 1/3 where the three are equally frequent; NaN where there are no pairs.
 *
 * Source: setup S1 of Zheng et al. 2023, "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena", §4.2.
 */
export function agreementRateWithTies(counts: PairCounts): number {
  return (counts.alike + counts.tiedByBoth) / allPairs(counts);
}

export function allPairs(counts: PairCounts): number {
  return counts.alike + counts.opposite + counts.tiedByBoth + counts.tiedByFirst + counts.tiedBySecond;
}

/**
 * Kendall's τ-b of two rankings, in −1 … 1, which takes ties into account.
 *
 *   τ-b = (alike − opposite)/√((ordered by the first)·(ordered by the second))
 *
 * NaN where one of them ties everything: then there is no order to compare.
 *
 * Source: Kendall 1945, "The Treatment of Ties in Ranking Problems".
 *
 * Example: 12 2 1 12 2 against 1 4 7 1 0 gives −0.471405
 */
export function kendallTau({ alike, opposite, tiedByFirst, tiedBySecond }: PairCounts): number {
  const ordered = alike + opposite;
  return (alike - opposite) / Math.sqrt((ordered + tiedBySecond) * (ordered + tiedByFirst));
}

/**
 * The best accuracy a reward model can reach on single labels of labelers who agree with one another so often.
 *
 * Labelers follow Bradley and Terry's model, and the difference of two responses' rewards is normal:
 *   d ~ N(0, s²),  P(first preferred) = σ(d)
 *   agreement = E[σ(d)² + σ(−d)²],   ceiling = E[σ(|d|)]
 * s is found from the agreement by bisection.
 *
 * agreement  share of pairs that two labelers order alike, 0.5 … 1; below 0.5 it counts as chance; NaN gives NaN
 *
 * Source: our derivation from Bradley and Terry 1952; Ouyang et al. 2022 give the agreement.
 *
 * Example: an agreement of 0.726 gives 0.801
 */
export function noiseCeiling(agreement: number): number {
  if (Number.isNaN(agreement)) return NaN;
  if (agreement <= 0.5) return 0.5;
  let [low, high] = [0, 200];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const predicted = expectation((d) => 1 - 2 * sigmoid(d) * sigmoid(-d), middle);
    if (predicted < agreement) low = middle;
    else high = middle;
  }
  return high === 200 ? 1 : expectation(sigmoid, (low + high) / 2);
}

/** E[f(|d|)] for d ~ N(0, s²), by Simpson's rule over 0 … 9 standard deviations. */
function expectation(f: (size: number) => number, s: number): number {
  const intervals = 1800;
  let weighted = 0;
  let total = 0;
  for (let i = 0; i <= intervals; i++) {
    const x = (9 * i) / intervals;
    const weight = (i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2) * exp((-x * x) / 2);
    weighted += weight * f(s * x);
    total += weight;
  }
  return weighted / total;
}
