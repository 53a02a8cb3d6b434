import { softplus } from "../algorithms/exactMath";
import type { Rng } from "../algorithms/rng";
import { bootstrapInterval, mean, standardDeviation } from "../algorithms/statistics";
import type { RankedSequences } from "./rewardModel";

export interface ComparisonAccuracy {
  /** Mean over prompts of the mean of −log σ(d) over that prompt's pairs, nats. */
  readonly loss: number;
  /** Share of decided comparisons that the scores order rightly, with its 95 % bootstrap interval over prompts. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  readonly scoreMean: number;
  readonly scoreStd: number;
  /** Mean of d = r(winner) − r(loser) over decided comparisons. */
  readonly margin: number;
}

/** How well scores (of all items' sequences, one item after the other) order the comparisons. NaN where there are none. */
export function comparisonAccuracy(
  items: readonly RankedSequences[],
  scores: Float32Array,
  rng: Rng,
): ComparisonAccuracy {
  let offset = 0;
  const prompts = items.map((item) => {
    const first = offset;
    offset += item.sequences.length;
    const pairs = item.pairs.map(({ winner, loser, target }) => ({
      d: scores[first + winner] - scores[first + loser],
      target,
    }));
    const decided = pairs.filter((pair) => pair.target !== 0.5);
    const losses = pairs.map(({ d, target }) => target * softplus(-d) + (1 - target) * softplus(d));
    return {
      loss: mean(losses),
      pairs: decided.length,
      right: decided.filter(({ d, target }) => (target > 0.5 ? d > 0 : d < 0)).length,
      margins: decided.map(({ d, target }) => (target > 0.5 ? d : -d)),
    };
  });
  const used = prompts.filter((prompt) => prompt.pairs > 0);
  const accuracyOf = (sample: readonly (typeof used)[number][]): number =>
    sample.reduce((sum, p) => sum + p.right, 0) / sample.reduce((sum, p) => sum + p.pairs, 0);
  const [low, high] =
    used.length > 1 ? bootstrapInterval(used, accuracyOf, { rng, resamples: 500 }) : [NaN, NaN];
  return {
    loss: mean(prompts.filter((prompt) => !Number.isNaN(prompt.loss)).map((prompt) => prompt.loss)),
    accuracy: accuracyOf(used),
    low,
    high,
    scoreMean: mean(scores),
    scoreStd: standardDeviation(scores),
    margin: mean(used.flatMap((prompt) => prompt.margins)),
  };
}
