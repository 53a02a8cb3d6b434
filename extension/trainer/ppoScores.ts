import { totalStandardDeviation, withinGroupStandardDeviation } from "../algorithms/rewardScale";
import { createRng } from "../algorithms/rng";
import type { Source } from "../data/source";
import type { PolicyNetwork } from "../model/network";
import type { PpoConfig } from "../protocol/runConfig";
import type { Episode, TokenPrompt } from "./rollout";

/** Scores whole responses: a reward model, a registered scorer, or a weighted sum of such. One number an episode. */
export type ScoreEpisodes = (episodes: readonly Episode[]) => Promise<Float32Array>;

/** Scores are divided by this before β and the penalty apply. */
export interface ScoreScale {
  readonly divisor: number;
}

/** Answers sampled for each prompt when the scale is measured. */
const answersPerPrompt = 4;

/**
 * Measures the spread of scores on answers of the starting policy, four to a prompt:
 *
 *   withinPrompt: √mean over prompts of the variance within a prompt;  total: the standard deviation of all;  none: 1
 *
 * Most of the total spread lies between prompts, where no policy can change it: dividing by it would silently multiply β.
 */
export async function measureScale(
  policy: PolicyNetwork,
  prompts: Source<TokenPrompt>,
  score: ScoreEpisodes,
  config: PpoConfig,
  endToken: number,
  seed: number,
): Promise<ScoreScale> {
  if (config.rewardScale === "none") return { divisor: 1 };
  const prompted = prompts.take(config.rewardScalePrompts);
  const repeated = prompted.flatMap((prompt) => new Array<TokenPrompt>(answersPerPrompt).fill(prompt));
  const rng = createRng(seed).split("reward scale");
  const options = { responseTokens: config.responseTokens, temperature: config.temperature, endToken };
  const generated = await policy.generate(
    repeated.map((prompt) => prompt.tokens),
    repeated.map(() => rng.integer(2 ** 31 - 1)),
    options,
  );
  const scores = await score(
    generated.map(({ tokens, endReached }, i) => ({
      prompt: repeated[i],
      sequence: { prompt: repeated[i].tokens, response: tokens },
      endReached,
    })),
  );
  const groups = prompted.map((_, i) => scores.subarray(i * answersPerPrompt, (i + 1) * answersPerPrompt));
  const measure =
    config.rewardScale === "withinPrompt" ? withinGroupStandardDeviation : totalStandardDeviation;
  const divisor = measure(groups);
  return { divisor: divisor > 1e-6 ? divisor : 1 };
}

/** score/divisor, less the penalty where the response has no end-of-text token: [B]. */
export function scaledScores(
  raw: Float32Array,
  episodes: readonly Episode[],
  scale: ScoreScale,
  config: PpoConfig,
): Float32Array {
  return raw.map(
    (score, b) => score / scale.divisor - (episodes[b].endReached ? 0 : config.missingEndPenalty),
  );
}
