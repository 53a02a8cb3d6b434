import type { RunConfig } from "./runConfig";

/** Where scores of responses come from; `ppo.rewards` names them with weights. */
export const rewardSources = ["rewardModel", "judge", "sentiment", "length"] as const;
export type RewardSource = (typeof rewardSources)[number];

export interface RewardTerm {
  readonly source: RewardSource;
  readonly weight: number;
}

/**
 * The terms of `ppo.rewards`, or a sentence that says what is wrong with them.
 *
 * Example: ["rewardModel", "length:0.1"] gives rewardModel with weight 1 and length with weight 0.1
 */
export function parseRewardTerms(
  rewards: readonly string[],
): { readonly terms: readonly RewardTerm[] } | { readonly message: string } {
  const terms: RewardTerm[] = [];
  for (const text of rewards) {
    const [name, weightText = "1", ...rest] = text.split(":");
    const source = rewardSources.find((known) => known === name.trim());
    const weight = weightText.trim() === "" ? NaN : Number(weightText);
    if (!source || rest.length > 0 || !Number.isFinite(weight))
      return { message: `"${text}" must be one of ${rewardSources.join(", ")}, with a weight after a colon` };
    if (terms.some((term) => term.source === source)) return { message: `${source} is named twice` };
    terms.push({ source, weight });
  }
  return terms.length > 0 ? { terms } : { message: "name at least one source of reward" };
}

/** What is wrong with `ppo.heldOutScore`, or null. */
export function heldOutScoreProblem(sources: readonly string[]): string | null {
  if (sources.length === 0) return null;
  const parsed = parseRewardTerms(sources);
  return "message" in parsed ? parsed.message : null;
}

/** Whether `ppo.rewards` draws on a reward model, the parent `rewardModel`. */
export function needsRewardModel({ ppo }: RunConfig): boolean {
  return namesRewardModel(ppo.rewards);
}

/** Whether `ppo.heldOutScore` draws on a reward model: a second one, the parent `heldOutReward`. */
export function needsHeldOutReward({ ppo }: RunConfig): boolean {
  return namesRewardModel(ppo.heldOutScore);
}

function namesRewardModel(sources: readonly string[]): boolean {
  const parsed = parseRewardTerms(sources);
  return "terms" in parsed && parsed.terms.some(({ source }) => source === "rewardModel");
}
