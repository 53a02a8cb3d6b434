import { rankingsToComparisons } from "../data/labels";
import type { Comparison } from "../data/records";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { readDataFiles } from "./readData";
import { readLabels } from "./readLabels";

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

/** The comparisons of every submitted judgement on one axis, of the given batches or all, in the files' order. */
export function readRankings(
  project: string,
  axis: string,
  batches?: readonly string[],
): readonly Comparison[] | Problem {
  const labels = readLabels(project, batches);
  if (isProblem(labels)) return labels;
  return labels.flatMap(({ items, rankings }) =>
    rankings.flatMap((ranking) => rankingsToComparisons(items, ranking, axis)),
  );
}
