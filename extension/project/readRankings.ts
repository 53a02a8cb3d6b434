import { goldContent } from "../data/goldItems";
import type { Comparison } from "../data/records";
import { trainingComparisons, type TrainingComparisons } from "../data/trainingComparisons";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { readDataFiles } from "./readData";
import { readGold } from "./readGold";
import { readLabels } from "./readLabels";

/** What the reward model may learn from: imported comparisons and submitted rankings, on the axis that `rm.axis` names and on no other. */
export interface ProjectComparisons {
  readonly imported: readonly Comparison[];
  readonly ranked: TrainingComparisons;
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

/** The comparisons of submitted judgements on one axis, of the given batches or all, in the files' order. Gold items and repeats are left out. */
export function readRankings(
  project: string,
  axis: string,
  batches?: readonly string[],
): TrainingComparisons | Problem {
  const labels = readLabels(project, batches);
  if (isProblem(labels)) return labels;
  const gold = readGold(project);
  if (isProblem(gold)) return gold;
  return trainingComparisons(labels, axis, new Set(gold.map((item) => goldContent(item).key)));
}
