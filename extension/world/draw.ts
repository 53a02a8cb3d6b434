import type { Rng } from "../algorithms/rng";

/** One of the items, each equally likely. */
export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[rng.integer(items.length)];
}

/** `count` different items in random order; all of them where there are fewer. */
export function pickSome<T>(rng: Rng, items: readonly T[], count: number): T[] {
  return rng.shuffle(items).slice(0, count);
}

/** True with that probability. */
export function chance(rng: Rng, probability: number): boolean {
  return rng.uniform() < probability;
}

/** A key of the table, drawn in proportion to its weight. */
export function pickWeighted<K extends string>(rng: Rng, weights: Readonly<Record<K, number>>): K {
  const keys = Object.keys(weights) as K[];
  let rest = rng.uniform() * keys.reduce((sum, key) => sum + weights[key], 0);
  return keys.find((key) => (rest -= weights[key]) < 0) ?? keys[keys.length - 1];
}
