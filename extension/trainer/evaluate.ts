import { winRate, type Estimate } from "../algorithms/proportions";
import { createRng, type Rng } from "../algorithms/rng";
import { mean } from "../algorithms/statistics";
import type { Prompt } from "../data/records";
import type { PolicyNetwork } from "../model/network";
import type { EvaluateConfig } from "../protocol/runConfig";
import { judge, judgeScore, type Judgement } from "../world/judge";
import { simulatedLabelers } from "../world/labelers";

/** A prompt of the evaluation, as the model reads it. */
export interface EvaluationPrompt {
  readonly prompt: Prompt;
  readonly tokens: readonly number[];
}

/** A model's answer to one prompt, with what each measure says of it; null where a measure does not apply. */
export interface Answer {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly endReached: boolean;
  readonly judgement: Judgement | null;
  /** What decides a comparison: the judge's score, else the reward model's. */
  readonly score: number | null;
}

export interface AnswerDecoder {
  readonly endToken: number;
  readonly text: (tokens: readonly number[]) => string;
  /** A text at which an answer ends, as at end-of-text; null for none. */
  readonly stop: string | null;
}

/** Samples one answer for each prompt; the draws depend on the prompt's place alone, so two models meet the same luck. */
export async function sampleAnswers(
  policy: PolicyNetwork,
  prompts: readonly EvaluationPrompt[],
  config: EvaluateConfig,
  decoder: AnswerDecoder,
  rng: Rng,
): Promise<Answer[]> {
  const seeds = prompts.map(() => rng.integer(2 ** 31 - 1));
  const { responseTokens, temperature } = config;
  const generated = await policy.generate(
    prompts.map(({ tokens }) => tokens),
    seeds,
    { responseTokens, temperature, endToken: decoder.endToken },
  );
  return generated.map((answer, i) => {
    const { text, tokens, endReached } = decoded(answer, decoder);
    const judgement = judge(prompts[i].prompt, text);
    return { text, tokens, endReached, judgement, score: judgement && judgeScore(judgement) };
  });
}

/** An answer up to the stop text, where it has one; of its tokens one is kept at least. */
function decoded(
  { tokens, endReached }: Pick<Answer, "tokens" | "endReached">,
  { text, stop }: AnswerDecoder,
): Pick<Answer, "text" | "tokens" | "endReached"> {
  const whole = text(tokens);
  const end = stop === null ? -1 : whole.indexOf(stop);
  if (end < 0) return { text: whole, tokens, endReached };
  let count = tokens.length;
  while (count > 1 && text(tokens.slice(0, count)).length > end) count--;
  return { text: whole.slice(0, end), tokens: tokens.slice(0, count), endReached: true };
}

/** Wins, ties and losses of the first answers against the second, by score; prompts without a score on both sides do not count. */
export function winRateOf(first: readonly Answer[], second: readonly Answer[]): Estimate {
  const outcomes = { wins: 0, ties: 0, losses: 0 };
  first.forEach(({ score }, i) => {
    const other = second[i].score;
    if (score === null || other === null) return;
    if (score > other + 1e-9) outcomes.wins++;
    else if (other > score + 1e-9) outcomes.losses++;
    else outcomes.ties++;
  });
  return winRate(outcomes);
}

export const judgedAxes = ["instruction", "preference", "truthful", "harmless"] as const;
type JudgedAxis = (typeof judgedAxes)[number];

/** Mean of each of the judge's axes; NaN where no answer was judged. */
export function axisMeans(answers: readonly Answer[]): Record<JudgedAxis, number> {
  const judged = answers.flatMap(({ judgement }) => (judgement ? [judgement] : []));
  const axis = (name: JudgedAxis): number => mean(judged.map((judgement) => judgement[name].score));
  return {
    instruction: axis("instruction"),
    preference: axis("preference"),
    truthful: axis("truthful"),
    harmless: axis("harmless"),
  };
}

/**
 * Win rate by simulated labelers, each of a group judging its share of the prompts as it would rank two answers; their errors included.
 * Source: Ouyang et al. 2022, §4.1, where held-out labelers judge too.
 */
export function labelerWinRate(
  prompts: readonly EvaluationPrompt[],
  first: readonly Answer[],
  second: readonly Answer[],
  group: "training" | "heldOut",
  seed: number,
): Estimate {
  const labelers = simulatedLabelers(seed).filter((labeler) => labeler.group === group);
  const rng = createRng(seed).split("labelers of the evaluation");
  const outcomes = { wins: 0, ties: 0, losses: 0 };
  prompts.forEach(({ prompt }, i) => {
    if (first[i].judgement === null || second[i].judgement === null) return;
    const labeler = labelers[i % labelers.length];
    const [best] = labeler.rank(prompt, [first[i].text, second[i].text], rng.split(`${group} ${i}`));
    if (best.length === 2) outcomes.ties++;
    else if (best[0] === 0) outcomes.wins++;
    else outcomes.losses++;
  });
  return winRate(outcomes);
}
