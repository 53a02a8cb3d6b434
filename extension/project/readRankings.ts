import { judgedAxes, parseItems, parseRankingFile, rankingsToComparisons } from "../data/labels";
import type { Comparison } from "../data/records";
import type { Problem } from "../protocol/problem";
import { isProblem } from "../protocol/problem";
import { labelFiles } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";

/** The comparisons of every submitted judgement on one axis, or on all of them where it is null, of the given batches or all, in the files' order. */
export function readRankings(
  project: string,
  axis: string | null,
  batches?: readonly string[],
  what: "tiers" | "tiers and ratings" = "tiers",
): readonly Comparison[] | Problem {
  const comparisons: Comparison[] = [];
  for (const { batch, itemsFile, rankingFiles } of labelFiles(project)) {
    if (batches && !batches.includes(batch)) continue;
    const itemsText = readText(itemsFile);
    if (isProblem(itemsText)) return itemsText;
    const items = parseItems(itemsText, itemsFile);
    if (isProblem(items)) return items;
    for (const file of rankingFiles) {
      const text = readText(file);
      const ranking = isProblem(text) ? text : parseRankingFile(text, file, items);
      if (isProblem(ranking)) return ranking;
      for (const each of axis === null ? judgedAxes(ranking) : [axis])
        for (const comparison of rankingsToComparisons(items, ranking, each, what))
          comparisons.push(comparison);
    }
  }
  return comparisons;
}
