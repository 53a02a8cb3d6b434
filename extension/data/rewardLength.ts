import { groupBy, mean, pearson } from "../algorithms/statistics";
import type { LengthFigures } from "../protocol/inspectionFormat";
import type { DecidedPair } from "./rewardAccuracy";

/** Of more responses so many are drawn: every n-th, so that all prompts have their part. */
const mostPoints = 800;

/**
 * Whether a score goes with the length of a response.
 *
 *   correlation   Pearson's of tokens and scores over all responses
 *   withinPrompt  the same of the deviations from each prompt's means: what is left when prompts that ask for long answers are set aside
 *
 * A bias is where the model prefers the longer of two responses more often than people do.
 *
 * items  comparisons with the scores and tokens of their responses; a response that several labelers ranked counts once
 * pairs  their decided pairs
 * NaN where nothing varies or nothing is there.
 *
 * Source: Stiennon et al. 2020, "Learning to summarize from human feedback", App. F (length as a confounder); within prompts is our choice.
 *
 * Example: prompts with tokens 1 3 and scores 0 1, tokens 11 13 and scores 5 4 give 0.951303 over all and 0 within prompts
 */
export function lengthFigures(
  items: readonly {
    readonly comparison: {
      readonly prompt: string;
      readonly responses: readonly { readonly text: string }[];
    };
    readonly scores: readonly number[];
    readonly tokens: readonly number[];
  }[],
  pairs: readonly Pick<DecidedPair, "margin" | "longer">[],
): LengthFigures {
  const responses = items.flatMap(({ comparison: { prompt, responses: own }, scores, tokens }) =>
    own.map(({ text }, i) => ({ prompt, text, score: scores[i], tokens: tokens[i] })),
  );
  const unique = [
    ...new Map(responses.map((each) => [JSON.stringify([each.prompt, each.text]), each])).values(),
  ];
  const deviations = [...groupBy(unique, ({ prompt }) => prompt).values()].flatMap((own) => {
    const [score, tokens] = [mean(own.map((each) => each.score)), mean(own.map((each) => each.tokens))];
    return own.map((each) => ({ score: each.score - score, tokens: each.tokens - tokens }));
  });
  const correlationOf = (some: readonly { readonly tokens: number; readonly score: number }[]): number =>
    pearson(
      some.map(({ tokens }) => tokens),
      some.map(({ score }) => score),
    );
  const uneven = pairs.filter(({ longer, margin }) => longer !== 0 && margin !== 0);
  const share = (isSo: (pair: Pick<DecidedPair, "margin" | "longer">) => boolean): number =>
    uneven.filter(isSo).length / uneven.length;
  const every = Math.max(1, Math.ceil(unique.length / mostPoints));
  return {
    responses: unique.length,
    correlation: correlationOf(unique),
    withinPrompt: correlationOf(deviations),
    modelPrefersLonger: share(({ longer, margin }) => longer * margin > 0),
    peoplePreferLonger: share(({ longer }) => longer > 0),
    pairs: uneven.length,
    points: unique.filter((_, i) => i % every === 0).map(({ tokens, score }) => ({ tokens, score })),
  };
}
