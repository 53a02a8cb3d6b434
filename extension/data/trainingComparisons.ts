import { isAdjudicator } from "../protocol/rankingFormat";
import { itemContent, type BatchLabels } from "./itemContent";
import { firstJudgements } from "./labelJudgements";
import { rankingsToComparisons } from "./labels";
import type { Comparison } from "./records";

/** What a reward model may learn from rankings, and how many judgements it may not. */
export interface TrainingComparisons {
  readonly comparisons: readonly Comparison[];
  /** Judgements of items whose right ranking was known: they are there for screening labelers. */
  readonly gold: number;
  /** Judgements of what the same labeler had judged before: they are there to compare a labeler with himself. */
  readonly repeats: number;
  /** Judgements of items that somebody has adjudicated, whose ranking counts instead. */
  readonly adjudicated: number;
}

/**
 * The submitted judgements on one axis as comparisons, in the order of batches, labelers and items, without gold items and with a labeler's
 * first judgement alone of what was asked again. Both are known by their content, the prompt with its responses in any order.
 */
export function trainingComparisons(
  batches: readonly BatchLabels[],
  axis: string,
  gold: ReadonlySet<string>,
): TrainingComparisons {
  const all = batches.flatMap(({ items, rankings }) => {
    const contents = new Map(items.map((item) => [item.id, itemContent(item).key]));
    return rankings.flatMap((file) =>
      // One item at a time, so that each comparison has its judgement beside it.
      items.flatMap((item) =>
        rankingsToComparisons([item], file, axis).map((comparison) => ({
          comparison,
          labeler: file.labeler,
          content: contents.get(item.id) ?? "",
          judgement: file.judgements[item.id],
        })),
      ),
    );
  });
  const settled = new Set(all.filter(({ labeler }) => isAdjudicator(labeler)).map(({ content }) => content));
  const open = all.filter(({ labeler, content }) => isAdjudicator(labeler) || !settled.has(content));
  const usable = open.filter(({ content }) => !gold.has(content));
  const firsts = new Set(firstJudgements(usable));
  const kept = usable.filter((each) => firsts.has(each));
  return {
    comparisons: kept.map(({ comparison }) => comparison),
    gold: open.length - usable.length,
    repeats: usable.length - kept.length,
    adjudicated: all.length - open.length,
  };
}
