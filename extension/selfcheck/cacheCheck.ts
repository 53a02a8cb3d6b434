import { createRng } from "../algorithms/rng";
import { disposeParameters } from "../engine/parameters";
import { generateUncached } from "../model/generateUncached";
import { gptPolicy } from "../model/network";
import { responseLogprobs } from "../model/score";
import type { CheckOptions, CheckResult } from "./checks";
import { letterEnd, letterModel } from "./smallPpo";

/**
 * Sampling with the key/value cache against sampling with a full forward pass for each token: the same tokens, log-probs within 1e-4.
 * And the same prompts one by one and in one batch of mixed lengths: batch composition and padding change nothing.
 */
export async function cacheCheck({ seed }: CheckOptions): Promise<CheckResult> {
  const model = letterModel(seed);
  const policy = gptPolicy(model);
  const rng = createRng(seed).split("cache");
  const prompts = Array.from({ length: 12 }, () =>
    Array.from({ length: 1 + rng.integer(9) }, () => 1 + rng.integer(26)),
  );
  const seeds = prompts.map(() => rng.integer(2 ** 31 - 1));
  const options = { responseTokens: 12, temperature: 0.9, endToken: letterEnd };
  const cached = await policy.generate(prompts, seeds, options);
  const full = await generateUncached(policy, prompts, seeds, options);
  const alone = [];
  for (const [i, prompt] of prompts.entries())
    alone.push((await policy.generate([prompt], [seeds[i]], options))[0]);
  const sequences = cached.map(({ tokens }, i) => ({ prompt: prompts[i], response: tokens }));
  const forced = (await responseLogprobs(policy, sequences, options.temperature)).logprobs;
  disposeParameters(model.parameters);
  const sameTokens = (other: typeof cached): number =>
    cached.filter((row, i) => row.tokens.join() === other[i].tokens.join()).length / cached.length;
  const largest = (other: readonly ArrayLike<number>[]): number =>
    Math.max(
      ...cached.flatMap((row, i) =>
        row.logprobs.map((logprob, t) => Math.abs(logprob - (other[i][t] ?? Infinity))),
      ),
    );
  const figures = {
    sameTokensAsFull: sameTokens(full),
    sameTokensAlone: sameTokens(alone),
    logprobDifferenceFull: largest(full.map((row) => row.logprobs)),
    logprobDifferenceAlone: largest(alone.map((row) => row.logprobs)),
    logprobDifferenceForced: largest(forced),
  };
  const passed =
    figures.sameTokensAsFull === 1 &&
    figures.sameTokensAlone === 1 &&
    Math.max(
      figures.logprobDifferenceFull,
      figures.logprobDifferenceAlone,
      figures.logprobDifferenceForced,
    ) <= 1e-4;
  return { passed, figures };
}
