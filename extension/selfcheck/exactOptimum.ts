import * as tf from "@tensorflow/tfjs-core";
import { exp, log } from "../algorithms/exactMath";
import { createRng, type Rng } from "../algorithms/rng";
import { shuffledSource } from "../data/source";
import { zeroVariable } from "../engine/parameters";
import type { PpoConfig } from "../protocol/runConfig";
import { trainPpo } from "../trainer/ppo";
import { prefixCount, tablePolicy, tableValue, type TableLanguage } from "./tableNetwork";

/**
 * The exact-optimum test of PPO. In a language small enough to enumerate, the optimum of
 *
 *   J(π) = E_π[r] − β·KL(π ‖ π_ref)
 *
 * is known: π* ∝ π_ref·exp(r/β), J* = β·log Σ π_ref·exp(r/β). A table as policy and a table as value function go through the product's own
 * PPO; J, KL and E[r] of what comes out are computed by enumeration, without sampling error.
 *
 * The reference policy's logits are standard normal, the reward is a random sum over tokens and neighbouring pairs, standardised to mean 0
 * and standard deviation 1 under the reference.
 */
export interface ExactOptimumOptions extends TableLanguage {
  readonly beta: number;
  readonly iterations: number;
  readonly episodes: number;
  readonly seed: number;
}

export interface ExactOptimumFigures {
  readonly J: number;
  readonly Jstar: number;
  readonly ratio: number;
  readonly kl: number;
  readonly klStar: number;
  readonly reward: number;
}

export async function exactOptimum(
  options: ExactOptimumOptions,
  config: PpoConfig,
): Promise<ExactOptimumFigures> {
  const world = drawWorld(options, createRng(options.seed).split("exact optimum"));
  const rows = prefixCount(options);
  const shape: [number, number] = [rows, options.vocabulary];
  const [table, reference] = [0, 1].map(() =>
    tf.tidy(() => tf.variable(tf.tensor2d(world.referenceLogits, shape))),
  );
  const values = zeroVariable([rows, 1]);
  try {
    const settings: PpoConfig = {
      ...config,
      iterations: options.iterations,
      episodes: options.episodes,
      minibatch: options.episodes / 8,
      responseTokens: options.length,
      klCoef: options.beta,
      learningRate: 0.05,
      valueLearningRate: 0.05,
      warmupIterations: 0,
      emaDecay: 0,
      rewardScale: "none",
      missingEndPenalty: 0,
      maxGradNorm: 0,
      loggedEpisodes: 0,
    };
    const events = trainPpo({
      policy: tablePolicy(options, table),
      referencePolicy: tablePolicy(options, reference),
      value: tableValue(options, values),
      heldOutScore: null,
      score: async (episodes) =>
        Float32Array.from(episodes, ({ sequence }) => world.reward(sequence.response)),
      prompts: shuffledSource([{ id: "start", text: "", tokens: [0] }], options.seed, "prompts"),
      pretraining: null,
      endToken: -1,
      settings: () => settings,
      seed: options.seed,
      clock: () => 0,
      resume: null,
    });
    for await (const event of events) if (event.type === "failed") throw new Error(event.message);
    return measure(options, world, Float32Array.from(await table.data()));
  } finally {
    tf.dispose([table, reference, values]);
  }
}

interface World {
  readonly referenceLogits: Float32Array;
  readonly reward: (response: readonly number[]) => number;
}

function drawWorld(language: TableLanguage, rng: Rng): World {
  const { vocabulary: V } = language;
  const normal = rng.split("reference");
  const referenceLogits = Float32Array.from({ length: prefixCount(language) * V }, () => normal.normal());
  const [tokenRng, pairRng] = [rng.split("tokens"), rng.split("pairs")];
  const token = Array.from({ length: V }, () => tokenRng.normal());
  const pair = Array.from({ length: V * V }, () => pairRng.normal());
  const raw = (response: readonly number[]): number =>
    response.reduce((sum, s, i) => sum + token[s] + (i > 0 ? pair[response[i - 1] * V + s] : 0), 0);
  let [mean, square] = [0, 0];
  for (const { response, logprob } of enumerate(language, referenceLogits)) {
    const p = exp(logprob);
    mean += p * raw(response);
    square += p * raw(response) * raw(response);
  }
  const deviation = Math.sqrt(square - mean * mean);
  return { referenceLogits, reward: (response) => (raw(response) - mean) / deviation };
}

/** E[r], KL and J of a table policy and of the optimum, by enumeration. */
function measure(options: ExactOptimumOptions, world: World, logits: Float32Array): ExactOptimumFigures {
  const reference = [...enumerate(options, world.referenceLogits)];
  const policy = [...enumerate(options, logits)];
  const { beta } = options;
  let [reward, kl, Z] = [0, 0, 0];
  reference.forEach(({ response, logprob }, i) => {
    const p = exp(policy[i].logprob);
    reward += p * world.reward(response);
    kl += p * (policy[i].logprob - logprob);
    Z += exp(logprob + world.reward(response) / beta);
  });
  const Jstar = beta * log(Z);
  let klStar = 0;
  for (const { response, logprob } of reference) {
    const logOptimal = logprob + world.reward(response) / beta - log(Z);
    klStar += exp(logOptimal) * (logOptimal - logprob);
  }
  const J = reward - beta * kl;
  return { J, Jstar, ratio: J / Jstar, kl, klStar, reward };
}

/** All responses with their log-prob under a table of logits, in the same order whatever the table. */
function* enumerate(
  { vocabulary: V, length }: TableLanguage,
  logits: Float32Array,
): Generator<{ readonly response: readonly number[]; readonly logprob: number }> {
  const logprobs = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += V) {
    let total = 0;
    for (let v = 0; v < V; v++) total += exp(logits[row + v]);
    for (let v = 0; v < V; v++) logprobs[row + v] = logits[row + v] - log(total);
  }
  function* extend(
    response: readonly number[],
    row: number,
    first: number,
    level: number,
    logprob: number,
  ): Generator<{ response: readonly number[]; logprob: number }> {
    if (response.length === length) {
      yield { response, logprob };
      return;
    }
    for (let v = 0; v < V; v++) {
      const nextRow = first + level + (row - first) * V + v;
      yield* extend([...response, v], nextRow, first + level, level * V, logprob + logprobs[row * V + v]);
    }
  }
  yield* extend([], 0, 0, 1, 0);
}
