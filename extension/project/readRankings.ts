import { goldContent } from "../data/goldItems";
import { judgedAxes, rankingsToComparisons } from "../data/labels";
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
  /** How many imported ones were left out, because they are about something else. */
  readonly otherAxes: number;
}

export function readComparisons(
  project: string,
  config: RunConfig,
  batches?: readonly string[],
): ProjectComparisons | Problem {
  const imported = readDataFiles(project, config, "comparisons");
  if (isProblem(imported)) return imported;
  const labels = readLabels(project, batches);
  if (isProblem(labels)) return labels;
  const gold = readGold(project);
  if (isProblem(gold)) return gold;
  const { axis } = config.rm;
  const ranked = trainingComparisons(labels, axis, new Set(gold.map((item) => goldContent(item).key)));
  const onAxis = imported.filter((comparison) => comparison.axis === axis);
  return { imported: onAxis, ranked, otherAxes: imported.length - onAxis.length };
}

/** The comparisons of every submitted judgement on one axis, or on all of them where it is null, in the files' order, gold and repeated items too. */
export function readRankings(
  project: string,
  axis: string | null,
  what: "tiers" | "tiers and ratings" = "tiers",
): readonly Comparison[] | Problem {
  const labels = readLabels(project);
  if (isProblem(labels)) return labels;
  return labels.flatMap(({ items, rankings }) =>
    rankings.flatMap((file) =>
      (axis === null ? judgedAxes(file) : [axis]).flatMap((each) =>
        rankingsToComparisons(items, file, each, what),
      ),
    ),
  );
}
