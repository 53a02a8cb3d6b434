import { exp, sigmoid } from "./exactMath";
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
        const signs = commonPairs(places[i], places[j]);
        comparisons += signs.length;
        agreements += signs.filter((sign) => sign > 0).length;
      }
    }
  }
  return { comparisons, agreements, rate: agreements / comparisons };
}

function placesOf(tiers: readonly (readonly string[])[]): Map<string, number> {
  return new Map(tiers.flatMap((ids, tier) => ids.map((id): [string, number] => [id, tier])));
}

/** For each pair of responses in both rankings and tied in neither: positive when both order it alike, negative otherwise. */
function commonPairs(first: Map<string, number>, second: Map<string, number>): number[] {
  const common = [...first].flatMap(([id, a]) => {
    const b = second.get(id);
    return b === undefined ? [] : [[a, b] as const];
  });
  return common
    .flatMap(([a1, b1], i) => common.slice(i + 1).map(([a2, b2]) => (a1 - a2) * (b1 - b2)))
    .filter((sign) => sign !== 0);
}

/**
 * Krippendorff's alpha for nominal labels, such as a flag that several labelers set or not.
 *
 *   α = 1 − D_o/D_e
 *   D_o = Σ_u (pairs of unlike labels in u)/(m_u − 1)/n,   D_e = pairs of unlike labels among all n/(n·(n − 1))
 *
 * units   the labels that each unit got, one a labeler; units with fewer than two labels do not count
 * result  1 for perfect agreement, 0 for what chance gives; NaN when all labels are the same or no unit has two
 *
 * Source: Krippendorff 2004, "Content Analysis", ch. 11, nominal metric.
 *
 * Example: a a / a b / b b gives 0.444444
 */
export function krippendorffAlpha(units: readonly (readonly string[])[]): number {
  const used = units.filter((labels) => labels.length > 1);
  const n = used.reduce((sum, labels) => sum + labels.length, 0);
  const observed = used.reduce((sum, labels) => sum + unlikePairs(labels) / (labels.length - 1), 0) / n;
  const expected = unlikePairs(used.flat()) / (n * (n - 1));
  return 1 - observed / expected;
}

/** Ordered pairs of places with unlike labels. */
function unlikePairs(labels: readonly string[]): number {
  let alike = 0;
  for (const group of groupBy(labels, (label) => label).values()) alike += group.length * group.length;
  return labels.length * labels.length - alike;
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
