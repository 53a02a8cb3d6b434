import { readAssignments } from "../project/readAssignments";
import { readLabels } from "../project/readLabels";
import { isProblem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";

/** How far each labeler is with each batch, as sentences and figures; what is wrong with label files is told elsewhere. */
export function checkLabelers(project: string): {
  readonly lines: readonly string[];
  readonly figures: { readonly labelers: readonly JsonValue[] };
  readonly problems: readonly string[];
} {
  const [lines, problems, labelers]: [string[], string[], JsonValue[]] = [[], [], []];
  const batches = readLabels(project);
  for (const { batch, items, rankings } of isProblem(batches) ? [] : batches) {
    const assignments = readAssignments(project, batch, items);
    if (isProblem(assignments)) {
      problems.push(assignments.message);
      continue;
    }
    const names = new Set([...rankings, ...assignments].map(({ labeler }) => labeler));
    for (const labeler of [...names].sort()) {
      const own = rankings.find((file) => file.labeler === labeler)?.judgements ?? {};
      const assigned = assignments.find((file) => file.labeler === labeler)?.items.length ?? null;
      const drafts = Object.values(own).filter(({ status }) => status === "draft").length;
      const judged = Object.keys(own).length - drafts;
      const share = assigned === null ? `${judged} judged` : `${judged} judged of ${assigned} assigned`;
      lines.push(`labels/${batch}: ${labeler}: ${share}${drafts > 0 ? `, ${drafts} drafts` : ""}`);
      labelers.push({ batch, labeler, judged, drafts, ...(assigned !== null && { assigned }) });
    }
  }
  return { lines, figures: { labelers }, problems };
}
