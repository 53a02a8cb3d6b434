import { SentimentIntensityAnalyzer } from "vader-sentiment";
import type { Prompt } from "../../data/records";
import type { GptModel } from "../../model/gpt";
import type { Sequence } from "../../model/sequences";
import { parseRewardTerms, type RewardSource, type RewardTerm } from "../../protocol/rewardTerms";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { judge, judgeScore } from "../../world/judge";
import type { ScoreEpisodes } from "../ppoScores";
import { scoreSequences } from "../rewardModel";
import type { Episode } from "../rollout";

/** What the registered scorers need to know. */
export interface ScorerParts {
  readonly tokenizer: Tokenizer;
  /** Prompts by id: the judge reads what a prompt asks for. */
  readonly prompts: ReadonlyMap<string, Prompt>;
  /** What the source rewardModel is: for `ppo.heldOutScore` another one than for `ppo.rewards`. */
  readonly rewardModel: GptModel | null;
}

/** The terms of `ppo.rewards`. Throws Error with a sentence when they are not right. */
export function rewardTerms(rewards: readonly string[]): readonly RewardTerm[] {
  const parsed = parseRewardTerms(rewards);
  if ("message" in parsed) throw new Error(`ppo.rewards is not right: ${parsed.message}`);
  return parsed.terms;
}

/** The weighted sum of the terms' scores: one number an episode. */
export function combinedScore(terms: readonly RewardTerm[], parts: ScorerParts): ScoreEpisodes {
  return async (episodes) => {
    const total = new Float32Array(episodes.length);
    for (const { source, weight } of terms) {
      const scores = await scorers[source](episodes, parts);
      scores.forEach((score, i) => (total[i] += weight * score));
    }
    return total;
  };
}

type Scorer = (episodes: readonly Episode[], parts: ScorerParts) => Promise<number[]>;

const scorers: Readonly<Record<RewardSource, Scorer>> = {
  rewardModel: async (episodes, { rewardModel, tokenizer }) => {
    if (rewardModel === null) throw new Error("the run has no reward model");
    const sequences = episodes.map(({ sequence }) => sequence);
    return [...(await scoreAnswers(rewardModel, sequences, tokenizer.endToken))];
  },
  /** The sample's judge, 0 … 1; throws where a prompt carries no task of the tiny world. */
  judge: async (episodes, { tokenizer, prompts }) =>
    episodes.map(({ prompt, sequence }) => {
      const judgement = judge(prompts.get(prompt.id) ?? prompt, tokenizer.decode(sequence.response));
      if (judgement === null)
        throw new Error(
          `the prompt ${prompt.id} has no task that the sample's judge knows: use another reward`,
        );
      return judgeScore(judgement);
    }),
  /** VADER's compound sentiment, −1 … 1 (Hutto and Gilbert 2014). */
  sentiment: async (episodes, { tokenizer }) =>
    episodes.map(({ sequence }) => sentimentOf(tokenizer.decode(sequence.response))),
  length: async (episodes) => episodes.map(({ sequence }) => sequence.response.length),
};

/** A reward model's scores of sampled answers, each read with its end. */
export function scoreAnswers(
  rewardModel: GptModel,
  sequences: readonly Sequence[],
  endToken: number,
): Promise<Float32Array> {
  const { context } = rewardModel.shape;
  return scoreSequences(
    rewardModel,
    sequences.map((sequence) => withEnd(sequence, endToken, context)),
  );
}

/**
 * The sequence with end-of-text as its last token, in the last one's place where the context is full. The reward model was trained on
 * nothing else, and what it says of a response that was cut off is not to be trusted; the penalty for a missing end is PPO's own.
 */
export function withEnd({ prompt, response }: Sequence, endToken: number, context: number): Sequence {
  if (response[response.length - 1] === endToken) return { prompt, response };
  return { prompt, response: [...response.slice(0, context - prompt.length - 1), endToken] };
}

/** VADER's compound sentiment of a text, −1 … 1. */
export function sentimentOf(text: string): number {
  return SentimentIntensityAnalyzer.polarity_scores(text).compound;
}
