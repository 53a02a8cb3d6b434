import { informationDesign, type Contrasts } from "./informationDesign";
import type { Rng } from "./rng";

/** One choice: drawn at random, or because a ranking of it would add so many nats of information about the reward model's last layer. */
export type RankingChoice =
  | { readonly item: number; readonly reason: "random" }
  | { readonly item: number; readonly reason: "uncertain"; readonly gain: number };

export interface RankingChoiceOptions {
  /** How many to choose. */
  readonly count: number;
  /** As many are drawn at random first: with few labels a reward model knows too little to choose. */
  readonly randomFirst: number;
  /** Share of random items among the others, evenly spread. */
  readonly randomShare: number;
  /** Contrasts of what was ranked before. */
  readonly ranked: readonly Contrasts[];
  readonly dimension: number;
  readonly precision: number;
  readonly rng: Rng;
}

/**
 * What to rank next, in order: greedily what adds most to the log-determinant of the information, with random items among it.
 *
 * candidates  contrasts of each item; null where the reward model cannot read it, so that it may only be drawn
 *
 * Source: our choice; on a linear model it spares a quarter of the labels, and nothing below some fifty (test/unit/chooseToRank.test.ts).
 */
export function chooseToRank(
  candidates: readonly (Contrasts | null)[],
  { count, randomFirst, randomShare, ranked, dimension, precision, rng }: RankingChoiceOptions,
): RankingChoice[] {
  const design = informationDesign(
    candidates.map((contrasts) => contrasts ?? []),
    ranked,
    { dimension, precision },
  );
  const left = new Set(rng.shuffle(candidates.map((_, i) => i)));
  const isRandom = (n: number): boolean =>
    n < 0 || Math.floor((n + 1) * randomShare) > Math.floor(n * randomShare);
  return Array.from({ length: Math.min(count, candidates.length) }, (_, n) => {
    const choice = (isRandom(n - randomFirst) ? null : mostInformative()) ?? firstLeft();
    left.delete(choice.item);
    design.take(choice.item);
    return choice;
  });

  function firstLeft(): RankingChoice {
    const [item] = left;
    return { item, reason: "random" };
  }

  function mostInformative(): RankingChoice | null {
    let [item, gain] = [-1, -Infinity];
    for (const other of left) {
      const own = candidates[other] === null ? -Infinity : design.gain(other);
      if (own > gain) [item, gain] = [other, own];
    }
    return item < 0 ? null : { item, reason: "uncertain", gain };
  }
}
