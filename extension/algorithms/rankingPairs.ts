/** One comparison of a ranking: `target` is the wanted probability that the winner is preferred, 1, or ½ for a tie. */
export interface RankingPair {
  readonly winner: string;
  readonly loser: string;
  readonly target: number;
}

/**
 * The comparisons that a ranking holds: every pair of responses from different tiers, and with `soft` every tied pair at target ½.
 *
 *   K responses with t tied pairs give C(K,2) − t ordered pairs, and t soft ones
 *
 * tiers   response ids, best tier first; a tier of several ids is a tie
 * result  ordered by the place of the winner, then of the loser
 *
 * Source: Ouyang et al. 2022, §3.5 (all pairs of a ranking), App. C.2 (ties dropped).
 * Throws RangeError when an id stands in the ranking twice.
 *
 * Example: [[r3], [r1, r4], [r2]] gives r3>r1 r3>r4 r3>r2 r1>r2 r4>r2, five of six, and with `soft` also r1=r4
 */
export function rankingPairs(
  tiers: readonly (readonly string[])[],
  ties: "drop" | "soft" = "drop",
): RankingPair[] {
  const placed = tiers.flatMap((ids, tier) => ids.map((id) => ({ id, tier })));
  const seen = new Set<string>();
  for (const { id } of placed) {
    if (seen.has(id)) throw new RangeError(`response ${id} stands in the ranking twice`);
    seen.add(id);
  }
  return placed.flatMap((winner, i) =>
    placed
      .slice(i + 1)
      .filter((loser) => ties === "soft" || loser.tier !== winner.tier)
      .map((loser) => ({
        winner: winner.id,
        loser: loser.id,
        target: loser.tier === winner.tier ? 0.5 : 1,
      })),
  );
}
