import { log, sigmoid } from "./exactMath";

/** What a ranking of one item would tell about the last layer: rows u with Fisher information Σ uuᵀ, each of the features' length. */
export type Contrasts = readonly Float64Array[];

/**
 * The Fisher information that a ranking of an item's responses holds about the last layer w of a reward model r = w·f + b.
 *
 *   F = 1/C(K,2)·Σ_{i<j} σ(r_i − r_j)·σ(r_j − r_i)·(f_i − f_j)(f_i − f_j)ᵀ = Σ uuᵀ
 *
 * features  [K] rows of d numbers, what the last layer projects to the scores
 * scores    [K] r, reward-model units
 * result    K − 1 rows u: F is a Laplacian between the f, whose elimination Σ d·llᵀ needs no more
 *
 * Source: Bradley and Terry's likelihood, paired and weighed as in Ouyang et al. 2022, eq. 1.
 *
 * Example: features [1], [−1] with equal scores give [1], because F = ¼·2²
 */
export function rankingContrasts(
  features: readonly ArrayLike<number>[],
  scores: ArrayLike<number>,
): Contrasts {
  const k = features.length;
  const pairs = (k * (k - 1)) / 2;
  const laplacian = features.map(() => new Float64Array(k));
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) {
      if (i === j) continue;
      const weight = (sigmoid(scores[i] - scores[j]) * sigmoid(scores[j] - scores[i])) / pairs;
      laplacian[i][j] -= weight;
      laplacian[i][i] += weight;
    }
  const rows: Float64Array[] = [];
  for (let pivot = 0; pivot + 1 < k; pivot++) {
    const size = laplacian[pivot][pivot];
    if (!(size > 0)) continue; // scores so far apart that a ranking tells nothing
    const column = Float64Array.from(laplacian, (row) => row[pivot] / size);
    const row = new Float64Array(features[0].length);
    for (let i = pivot; i < k; i++) {
      for (let t = 0; t < row.length; t++) row[t] += Math.sqrt(size) * column[i] * features[i][t];
      for (let j = pivot; j < k; j++) laplacian[i][j] -= size * column[i] * column[j];
    }
    rows.push(row);
  }
  return rows;
}

/**
 * A prior precision that knows as much as one ranking of average information, spread evenly over all directions; 1 where rankings tell nothing.
 * It follows the features' scale, which a reward model is free to choose.
 *
 *   λ = 1/(n·d)·Σ_items Σ|u|²
 *
 * Source: our choice.
 */
export function priorPrecision(items: readonly Contrasts[], dimension: number): number {
  const total = items.flat().reduce((sum, u) => sum + dot(u, u), 0);
  return total > 0 ? total / (items.length * dimension) : 1;
}

export interface InformationDesign {
  /** What the item would add to log det of the information, nats. */
  readonly gain: (item: number) => number;
  /** Counts the item as ranked, which lowers what others like it would add. */
  readonly take: (item: number) => void;
}

/**
 * D-optimal choice of what to rank next: by how much a ranking of an item would shrink the volume of what is not known of the last layer.
 *
 *   A = λI + Σ_{ranked} F,   gain(item) = log det(A + F_item) − log det A = log det(I + U·A⁻¹·Uᵀ), U the item's contrasts
 *
 * A⁻¹ and every item's U·A⁻¹·Uᵀ are kept by rank-one updates (Sherman and Morrison 1950): with u taken, v = A⁻¹u, c = 1/(1 + u·v)
 *   A⁻¹ ← A⁻¹ − c·vvᵀ,   U·A⁻¹·Uᵀ ← U·A⁻¹·Uᵀ − c·(Uv)(Uv)ᵀ
 *
 * items      contrasts of the candidates
 * ranked     contrasts of what was ranked before
 * dimension  d, the features' length
 * precision  λ > 0, of the normal prior on the last layer
 *
 * Source: Chaloner and Verdinelli 1995, "Bayesian Experimental Design: A Review", §4.1 (D-optimality of a local linearisation).
 */
export function informationDesign(
  items: readonly Contrasts[],
  ranked: readonly Contrasts[],
  { dimension, precision }: { readonly dimension: number; readonly precision: number },
): InformationDesign {
  const inverse = Array.from({ length: dimension }, (_, i) => {
    const row = new Float64Array(dimension);
    row[i] = 1 / precision;
    return row;
  });
  /** Takes u into A⁻¹; gives v and c. */
  const update = (u: Float64Array): { readonly v: Float64Array; readonly c: number } => {
    const v = Float64Array.from(inverse, (row) => dot(row, u));
    const c = 1 / (1 + dot(u, v));
    for (let i = 0; i < dimension; i++) for (let j = 0; j < dimension; j++) inverse[i][j] -= c * v[i] * v[j];
    return { v, c };
  };
  for (const contrasts of ranked) for (const u of contrasts) update(u);
  const grams = items.map((rows) =>
    rows.map((u) => {
      const v = Float64Array.from(inverse, (row) => dot(row, u));
      return Float64Array.from(rows, (other) => dot(other, v));
    }),
  );
  return {
    gain: (item) => logDeterminant(grams[item]),
    take: (item) => {
      for (const u of items[item]) {
        const { v, c } = update(u);
        for (const [i, rows] of items.entries()) {
          const along = rows.map((row) => dot(row, v));
          for (let a = 0; a < along.length; a++)
            for (let b = 0; b < along.length; b++) grams[i][a][b] -= c * along[a] * along[b];
        }
      }
    },
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** log det(I + G) of a symmetric G without negative eigenvalues, by elimination. */
function logDeterminant(gram: readonly Float64Array[]): number {
  const m = gram.map((row, i) => row.map((x, j) => (i === j ? 1 + x : x)));
  let sum = 0;
  for (let pivot = 0; pivot < m.length; pivot++) {
    sum += log(m[pivot][pivot]);
    for (let i = pivot + 1; i < m.length; i++) {
      const factor = m[i][pivot] / m[pivot][pivot];
      for (let j = pivot; j < m.length; j++) m[i][j] -= factor * m[pivot][j];
    }
  }
  return sum;
}
