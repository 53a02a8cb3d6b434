import type { Rng } from "../algorithms/rng";
import { spearman } from "../algorithms/statistics";
import type { GptModel } from "../model/gpt";
import { gptPolicy } from "../model/network";
import { responseLogprobs } from "../model/score";
import type { Sequence } from "../model/sequences";
import { scoreSequences, type RankedSequences } from "../trainer/rewardModel";
import { endToken, noisyRanking, responseTokens, type LetterWorld } from "./letterWorld";

// Samples of models in the letter world, and what gold and labelers say of them.

/** Temperature of the labelers' Gumbel noise. */
export const labelNoise = 0.5;
const sampling = { responseTokens, temperature: 1, endToken };

export interface RewardModelQuality {
  /** Of pairs of SFT samples, against the gold order. */
  readonly rmAccuracy: number;
  readonly rmSpearman: number;
  /** On fresh labels of the same kind; `noiseCeiling` is the accuracy of gold itself on them. */
  readonly rmNoisyAccuracy: number;
  readonly noiseCeiling: number;
}

export function asSequence(tokens: readonly number[]): Sequence {
  return { prompt: tokens.slice(0, 1), response: tokens.slice(1) };
}

export function drawPrompts(world: LetterWorld, count: number, rng: Rng): number[][] {
  return Array.from({ length: count }, () => world.prompt(rng));
}

export async function sampleResponses(
  model: GptModel,
  prompts: readonly (readonly number[])[],
  rng: Rng,
): Promise<Sequence[]> {
  const seeds = prompts.map(() => rng.integer(2 ** 31 - 1));
  const generated = await gptPolicy(model).generate(prompts, seeds, sampling);
  return generated.map(({ tokens }, i) => ({ prompt: prompts[i], response: tokens }));
}

/** Gold with mean 0 and standard deviation 1 on the samples. */
export function standardised(
  world: LetterWorld,
  samples: readonly Sequence[],
): (response: readonly number[]) => number {
  const golds = samples.map((sample) => world.gold(sample.response));
  const mean = meanOf(golds);
  const deviation = Math.sqrt(meanOf(golds.map((gold) => (gold - mean) * (gold - mean))));
  return (response) => (world.gold(response) - mean) / deviation;
}

/** The best of n samples of each prompt by gold. */
export async function bestOf(
  model: GptModel,
  prompts: readonly (readonly number[])[],
  n: number,
  gold: (response: readonly number[]) => number,
  rng: Rng,
): Promise<Sequence[]> {
  const samples = await sampleResponses(
    model,
    prompts.flatMap((prompt) => new Array<readonly number[]>(n).fill(prompt)),
    rng,
  );
  return prompts.map((_, i) =>
    samples
      .slice(i * n, (i + 1) * n)
      .reduce((best, sample) => (gold(sample.response) > gold(best.response) ? sample : best)),
  );
}

/** K responses to each prompt, ranked by a labeler with Gumbel noise of this temperature; an infinite one ranks at random. */
export async function rank(
  policy: GptModel,
  world: LetterWorld,
  gold: (response: readonly number[]) => number,
  {
    prompts: count,
    k,
    noise: temperature,
  }: { readonly prompts: number; readonly k: number; readonly noise: number },
  rng: Rng,
): Promise<RankedSequences[]> {
  const prompts = drawPrompts(world, count, rng.split("prompts"));
  const samples = await sampleResponses(
    policy,
    prompts.flatMap((prompt) => new Array<readonly number[]>(k).fill(prompt)),
    rng.split("responses"),
  );
  const noise = rng.split("noise");
  return prompts.map((_, i) => {
    const sequences = samples.slice(i * k, (i + 1) * k);
    const order = noisyRanking(
      sequences.map((s) => gold(s.response)),
      temperature,
      noise,
    );
    const pairs = order.flatMap((winner, place) =>
      order.slice(place + 1).map((loser) => ({ winner, loser, target: 1 })),
    );
    return { id: `r${i}`, sequences, pairs };
  });
}

/** The reward model against gold and against fresh labels of the kind it learned from, on pairs of samples of the SFT policy. */
export async function rewardModelQuality(
  rewardModel: GptModel,
  policy: GptModel,
  world: LetterWorld,
  gold: (response: readonly number[]) => number,
  noise: number,
  rng: Rng,
) {
  const items = await rank(policy, world, gold, { prompts: 1024, k: 4, noise }, rng);
  const sequences = items.flatMap((item) => item.sequences);
  const scores = await scoreSequences(rewardModel, sequences);
  const golds = sequences.map((sequence) => gold(sequence.response));
  const share = { gold: 0, noisy: 0, ceiling: 0, pairs: 0 };
  items.forEach((item, i) => {
    for (const { winner, loser } of item.pairs) {
      const d = scores[4 * i + winner] - scores[4 * i + loser];
      const g = golds[4 * i + winner] - golds[4 * i + loser];
      share.gold += d * g > 0 ? 1 : 0;
      share.noisy += d > 0 ? 1 : 0;
      share.ceiling += g > 0 ? 1 : 0;
      share.pairs++;
    }
  });
  return {
    rmAccuracy: share.gold / share.pairs,
    rmSpearman: spearman([...scores], golds),
    rmNoisyAccuracy: share.noisy / share.pairs,
    noiseCeiling: share.ceiling / share.pairs,
  };
}

/** Mean over samples of the policy of Σ_t log π − log π_ref, nats per sequence. */
export async function sampledKl(
  policy: GptModel,
  reference: GptModel,
  samples: readonly Sequence[],
): Promise<number> {
  const [of, against] = [
    await responseLogprobs(gptPolicy(policy), samples, 1),
    await responseLogprobs(gptPolicy(reference), samples, 1),
  ];
  return meanOf(
    of.logprobs.map((row, i) => row.reduce((sum, logprob, t) => sum + logprob - against.logprobs[i][t], 0)),
  );
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
