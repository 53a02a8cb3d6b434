import type { Rng } from "../algorithms/rng";
import { exp } from "../algorithms/exactMath";
import { responseLogprobs, topTokens } from "../model/score";
import type { EpisodeRecord } from "../protocol/trainerEvents";
import { rowOf, type Rollout, type RolloutModels } from "./rollout";

/** A rollout with all that was computed from it before the update. */
export interface MeasuredRollout {
  readonly rollout: Rollout;
  readonly rewards: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  /** [B] as the scorer gave them. */
  readonly scores: Float32Array;
  /** [B] nats. */
  readonly klPerSequence: Float64Array;
}

/** Alternatives shown for each token. */
const alternatives = 5;

/** Numbers of the episodes to log: the best, the worst, and a seeded choice of the others, in order. */
export function chooseLogged(scores: Float32Array, count: number, rng: Rng): number[] {
  const byScore = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const extremes = [...new Set([byScore[0], byScore[byScore.length - 1]])].slice(0, count);
  const others = rng.shuffle(byScore.filter((b) => !extremes.includes(b)));
  return [...extremes, ...others.slice(0, Math.max(0, count - extremes.length))].sort((a, b) => a - b);
}

/**
 * Records of the chosen episodes. Called before the update, because the likeliest alternatives are those of the policy that sampled; the
 * function it returns is called after, and adds the ratios π_after/π_rollout. Text is left to whoever has the tokenizer.
 */
export async function episodeRecords(
  models: RolloutModels,
  measured: MeasuredRollout,
  chosen: readonly number[],
  iteration: number,
  temperature: number,
): Promise<() => Promise<EpisodeRecord[]>> {
  const { rollout } = measured;
  const sequences = chosen.map((b) => rollout.episodes[b].sequence);
  const policy = await topTokens(models.policy, sequences, temperature, alternatives);
  const reference = await topTokens(models.referencePolicy, sequences, temperature, alternatives);
  return async () => {
    const after = await responseLogprobs(models.policy, sequences, temperature);
    return chosen.map((b, i): EpisodeRecord => {
      const { prompt, sequence, endReached } = rollout.episodes[b];
      const row = (array: Float32Array): number[] => [
        ...rowOf(array, b, rollout.columns, sequence.response.length),
      ];
      const logprobs = row(rollout.logprobs);
      return {
        iteration,
        episode: b,
        promptId: prompt.id,
        prompt: prompt.text,
        response: "",
        promptTokens: sequence.prompt,
        responseTokens: sequence.response,
        logprobs,
        referenceLogprobs: row(rollout.referenceLogprobs),
        values: row(rollout.values),
        rewards: row(measured.rewards),
        advantages: row(measured.advantages),
        returns: row(measured.returns),
        entropies: row(rollout.entropies),
        ratiosAfter: logprobs.map((logprob, t) => exp(after.logprobs[i][t] - logprob)),
        alternatives: policy[i].map((tokens, t) => ({ policy: tokens, reference: reference[i][t] })),
        score: measured.scores[b],
        kl: measured.klPerSequence[b],
        endReached,
      };
    });
  };
}
