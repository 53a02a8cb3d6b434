import { judgedAxes, parseItems, parseRankingFile, rankingsToComparisons } from "../data/labels";
import type { Comparison } from "../data/records";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { labelFiles } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";
import { readDataFiles } from "./readData";

/** What the reward model may learn from: imported comparisons and submitted rankings, on the axis that `rm.axis` names and on no other. */
export interface ProjectComparisons {
  readonly imported: readonly Comparison[];
  readonly ranked: readonly Comparison[];
}

export function readComparisons(
  project: string,
  config: RunConfig,
  batches?: readonly string[],
): ProjectComparisons | Problem {
  const imported = readDataFiles(project, config, "comparisons");
  if (isProblem(imported)) return imported;
  const ranked = readRankings(project, config.rm.axis, batches);
  if (isProblem(ranked)) return ranked;
  return { imported: imported.filter(({ axis }) => axis === config.rm.axis), ranked };
}

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
