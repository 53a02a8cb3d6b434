import { expectShape } from "./shape";
import { groupBy } from "./statistics";

// Agreement of labels beyond what chance gives. NaN where there is nothing to agree on, because all labels are the same: never a made-up 1.

/**
 * Cohen's kappa of two labelers on the same things.
 *
 *   κ = (p_o − p_e)/(1 − p_e),  p_o = share labelled alike,  p_e = Σ_c share₁(c)·share₂(c)
 *
 * first, second  one label a thing, in the same order
 * result         1 for perfect agreement, 0 for what chance gives; NaN of nothing, and where both gave one and the same label throughout
 *
 * Source: Cohen 1960, "A Coefficient of Agreement for Nominal Scales".
 * Throws RangeError when the sizes differ.
 *
 * Example: 20 both yes, 5 yes and no, 10 no and yes, 15 both no gives 0.4
 */
export function cohenKappa(first: readonly string[], second: readonly string[]): number {
  expectShape([second.length], [first.length], "second");
  const n = first.length;
  const alike = first.filter((label, i) => label === second[i]).length;
  const seconds = groupBy(second, (label) => label);
  let byChance = 0;
  for (const [label, own] of groupBy(first, (each) => each))
    byChance += own.length * (seconds.get(label)?.length ?? 0);
  // All times n², so that whole numbers stay whole and 0/0 is exactly that.
  return (n * alike - byChance) / (n * n - byChance);
}

/**
 * Krippendorff's alpha for nominal labels, such as a flag that several labelers set or not.
 *
 *   α = 1 − D_o/D_e
 *   D_o = Σ_u (Σ over ordered pairs of labels in u of δ²)/(m_u − 1)/n
 *   D_e = Σ over ordered pairs among all n labels of δ²/(n·(n − 1)),   δ² = 1 for unlike labels, else 0
 *
 * units   the labels that each unit got, one a labeler, any number of them; units with fewer than two labels do not count
 * result  1 for perfect agreement, 0 for what chance gives; NaN when all labels are the same or no unit has two
 *
 * Source: Krippendorff 2004, "Content Analysis", ch. 11; 2011, "Computing Krippendorff's Alpha-Reliability".
 *
 * Example: a a / a b / b b gives 0.444444
 */
export function krippendorffAlpha(units: readonly (readonly string[])[]): number {
  return alpha(units, () => () => 1);
}

/**
 * Krippendorff's alpha for labels whose order counts, such as Likert scores: as `krippendorffAlpha`, with
 *
 *   δ²(c, k) = (Σ_{g = c … k} n_g − (n_c + n_k)/2)²       n_g = how many of all labels are g
 *
 * so that two scores are as far apart as there are labels between them. The scores' own distances do not matter.
 *
 * Example: 1 1 / 1 2 / 3 3 gives 0.777778
 */
export function krippendorffAlphaOrdinal(units: readonly (readonly number[])[]): number {
  return alpha(units, (counts) => {
    const values = [...counts.keys()].sort((a, b) => a - b);
    const middles = new Map<number, number>();
    let below = 0;
    for (const value of values) {
      const own = counts.get(value) ?? 0;
      middles.set(value, below + own / 2);
      below += own;
    }
    // From the middle of one value's labels to the middle of the other's.
    return (a, b) => {
      const between = (middles.get(a) ?? NaN) - (middles.get(b) ?? NaN);
      return between * between;
    };
  });
}

type Counts<T> = ReadonlyMap<T, number>;

/** `distanceOf` gives δ² of unlike labels from how often each label stands in the units that count. */
function alpha<T extends string | number>(
  units: readonly (readonly T[])[],
  distanceOf: (counts: Counts<T>) => (a: T, b: T) => number,
): number {
  const used = units.filter((labels) => labels.length > 1);
  const all = countLabels(used.flat());
  const distance = distanceOf(all);
  const n = used.reduce((sum, labels) => sum + labels.length, 0);
  const observed = used.reduce(
    (sum, labels) => sum + pairDistances(countLabels(labels), distance) / (labels.length - 1),
    0,
  );
  return 1 - ((n - 1) * observed) / pairDistances(all, distance);
}

function countLabels<T>(labels: readonly T[]): Counts<T> {
  const counts = new Map<T, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Σ δ² over ordered pairs of labels. */
function pairDistances<T>(counts: Counts<T>, distance: (a: T, b: T) => number): number {
  let sum = 0;
  for (const [a, ofA] of counts)
    for (const [b, ofB] of counts) if (a !== b) sum += ofA * ofB * distance(a, b);
  return sum;
}
