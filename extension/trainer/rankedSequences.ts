import { floats, integers, paddedSize, type StepInput } from "../engine/compiledStep";
import type { Sequence } from "../model/sequences";

/** One prompt's K responses with its comparisons: indices into `sequences`, and the probability that the first is preferred. */
export interface RankedSequences {
  readonly id: string;
  readonly sequences: readonly Sequence[];
  readonly pairs: readonly { readonly winner: number; readonly loser: number; readonly target: number }[];
}

/** How many prompts of a batch have comparisons. */
export function comparedPrompts(batch: readonly RankedSequences[]): number {
  return batch.filter((item) => item.pairs.length > 0).length;
}

/**
 * Comparisons of a batch as rows of its sequences; each weighs 1/(pairs of its prompt)/(prompts with pairs). `prompts` is the number of those
 * in the whole batch where this is a part of one.
 */
export function comparisonInputs(
  batch: readonly RankedSequences[],
  prompts = comparedPrompts(batch),
): Record<"winners" | "losers" | "targets" | "weights", StepInput> {
  let first = 0;
  const pairs = batch.flatMap((item) => {
    const offset = first;
    first += item.sequences.length;
    return item.pairs.map(({ winner, loser, target }) => ({
      winner: offset + winner,
      loser: offset + loser,
      target,
      weight: 1 / item.pairs.length / Math.max(1, prompts),
    }));
  });
  // Pairs that only pad weigh nothing.
  const padding = Array.from({ length: paddedSize(pairs.length) - pairs.length }, () => 0);
  return {
    winners: integers([...pairs.map((pair) => pair.winner), ...padding]),
    losers: integers([...pairs.map((pair) => pair.loser), ...padding]),
    targets: floats([...pairs.map((pair) => pair.target), ...padding]),
    weights: floats([...pairs.map((pair) => pair.weight), ...padding]),
  };
}
