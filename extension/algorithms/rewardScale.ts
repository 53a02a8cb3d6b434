import { mean, variance } from "./statistics";

/**
 * The standard deviation of scores within groups, such as the answers to one prompt, pooled over the groups.
 *
 *   √( Σ_g Σ_i (x_gi − x̄_g)² / Σ_g (n_g − 1) )
 *
 * groups  G arrays of scores, in reward-model units; a group of one score says nothing and is left out
 * result  NaN when every group has at most one score
 *
 * The unbiased form, since groups are small: with four answers a prompt the population form is 13 % too low.
 * Most of the total spread lies between prompts, where a policy cannot move; see `totalStandardDeviation`.
 *
 * Example: {1, 3} and {10, 14} gives √5
 */
export function withinGroupStandardDeviation(groups: readonly ArrayLike<number>[]): number {
  let squares = 0;
  let freedom = 0;
  for (const group of groups) {
    if (group.length < 2) continue;
    squares += variance(group) * group.length;
    freedom += group.length - 1;
  }
  return Math.sqrt(squares / freedom);
}

/**
 * The standard deviation of all scores about their common mean, population form.
 *
 * Example: {1, 3} and {10, 14} gives 5.2440
 */
export function totalStandardDeviation(groups: readonly ArrayLike<number>[]): number {
  const all = groups.flatMap((group) => Array.from(group));
  const centre = mean(all);
  return Math.sqrt(mean(all.map((score) => (score - centre) * (score - centre))));
}
