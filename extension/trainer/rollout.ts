import { createRng } from "../algorithms/rng";
import type { PolicyNetwork, ScalarNetwork } from "../model/network";
import { headValues, responseLogprobs } from "../model/score";
import { responsePositions, type Sequence } from "../model/sequences";
import type { PpoConfig } from "../protocol/runConfig";

/** A prompt as PPO draws it. */
export interface TokenPrompt {
  readonly id: string;
  readonly text: string;
  readonly tokens: readonly number[];
}

/** One prompt with one sampled response: the bandit's episode. */
export interface Episode {
  readonly prompt: TokenPrompt;
  readonly sequence: Sequence;
  readonly endReached: boolean;
}

/**
 * A batch of episodes with all that is known of them before the update, without a tensor: a whole rollout can be a fixture or a message.
 * Arrays are row-major [B, R], B episodes, R = longest response; 0 where `responseMask` is 0.
 */
export interface Rollout {
  readonly episodes: readonly Episode[];
  readonly columns: number;
  readonly responseMask: Float32Array;
  /** log π(token) of the policy that sampled it, teacher-forced, at the rollout temperature; nats. */
  readonly logprobs: Float32Array;
  /** The same under the reference policy. */
  readonly referenceLogprobs: Float32Array;
  readonly entropies: Float32Array;
  readonly values: Float32Array;
  /** Largest difference between the sampler's log-probs and the teacher-forced ones, nats: a check of the key/value cache. */
  readonly cachedDifference: number;
}

export interface RolloutModels {
  readonly policy: PolicyNetwork;
  readonly referencePolicy: PolicyNetwork;
  readonly value: ScalarNetwork;
  readonly endToken: number;
}

/**
 * Samples one response for each prompt and measures it: y ~ π(·|x), log π, log π_ref, V. The seed of episode i comes from the run's seed, the
 * iteration's name and i alone.
 */
export async function sampleRollout(
  models: RolloutModels,
  prompts: readonly TokenPrompt[],
  config: Pick<PpoConfig, "responseTokens" | "temperature">,
  seed: number,
  name: string,
): Promise<Rollout> {
  const rng = createRng(seed).split(name);
  const seeds = prompts.map(() => rng.integer(2 ** 31 - 1));
  const generated = await models.policy.generate(
    prompts.map((p) => p.tokens),
    seeds,
    { ...config, endToken: models.endToken },
  );
  const episodes = generated.map(({ tokens, endReached }, i) => ({
    prompt: prompts[i],
    sequence: { prompt: prompts[i].tokens, response: tokens },
    endReached,
  }));
  const sequences = episodes.map((episode) => episode.sequence);
  const { logprobs, entropies } = await responseLogprobs(models.policy, sequences, config.temperature);
  const reference = await responseLogprobs(models.referencePolicy, sequences, config.temperature);
  const values = await headValues(models.value, sequences, responsePositions);
  const columns = Math.max(...sequences.map((sequence) => sequence.response.length));
  return {
    episodes,
    columns,
    responseMask: grid(
      sequences.map((sequence) => new Float32Array(sequence.response.length).fill(1)),
      columns,
    ),
    logprobs: grid(logprobs, columns),
    referenceLogprobs: grid(reference.logprobs, columns),
    entropies: grid(entropies, columns),
    values: grid(values, columns),
    cachedDifference: Math.max(
      0,
      ...generated.flatMap((g, i) => g.logprobs.map((logprob, t) => Math.abs(logprob - logprobs[i][t]))),
    ),
  };
}

/** Ragged rows -> row-major [B, columns], 0 behind each row's end. */
export function grid(rows: readonly ArrayLike<number>[], columns: number): Float32Array {
  const result = new Float32Array(rows.length * columns);
  rows.forEach((row, b) => result.set(row, b * columns));
  return result;
}

/** The real entries of one row of a [B, columns] array. */
export function rowOf(array: Float32Array, b: number, columns: number, length: number): Float32Array {
  return array.subarray(b * columns, b * columns + length);
}
