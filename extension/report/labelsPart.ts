import type { BatchLabels } from "../data/itemContent";
import { labelQuality } from "../data/labelQuality";
import { labelQualitySections } from "../data/labelQualityReport";
import { readScreening } from "../project/readLabels";
import { isObject } from "../protocol/codec";
import { isProblem, type Problem } from "../protocol/problem";
import type { Run } from "../runs/runFolder";
import { section, table, text, type Section, type Words } from "./reportParts";

/** How far the labelers agree whose rankings are in labels/ now, those held out by the reward model's settings apart; none where there are none. */
export function labelsSections(
  project: string,
  labels: readonly BatchLabels[] | Problem,
  rewardModel: Run,
  { t, problem }: Words,
): Section[] {
  const title = t("Agreement of the labels");
  if (isProblem(labels)) return section(title, [text(problem(labels.message))]);
  if (labels.length === 0) return [];
  const screening = readScreening(project);
  if (!("gold" in screening))
    return section(title, [{ kind: "list", items: screening.map(({ message }) => problem(message)) }]);
  const heldOut = heldOutLabelers(rewardModel.manifest.config.labeling);
  const sections = labelQualitySections(labelQuality(labels, { ...screening, heldOut }), t);
  return section(
    title,
    [text(t("As the rankings in labels/ are now."))],
    sections.flatMap((one) =>
      section(one.title, [
        one.table === undefined ? null : table(one.table.head, one.table.rows),
        one.lines.length === 0 ? null : { kind: "list", items: one.lines },
      ]),
    ),
  );
}

/** Of a setting of unknown origin. */
function heldOutLabelers(labeling: unknown): ReadonlySet<string> {
  const names = isObject(labeling) ? labeling.heldOutLabelers : undefined;
  return new Set(Array.isArray(names) ? names.filter((name) => typeof name === "string") : []);
}
