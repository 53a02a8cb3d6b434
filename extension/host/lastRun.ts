import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import type { RunnableStage } from "./configStages";
import { t } from "./text";
import { metricLabel, metricText, runLabel, stateName } from "./words";

/** The newest run of a stage in one line: its name, state and key metric; null where there is none. `entries` are the newest first. */
export function lastRunText(
  entries: readonly (RunEntry | BrokenRun)[],
  stage: RunnableStage,
): { readonly id: string; readonly text: string } | null {
  const entry = entries.find(({ id }) => id.startsWith(`${stage}-`));
  if (entry === undefined) return null;
  const { id } = entry;
  if (isBroken(entry)) return { id, text: t("Last run: {0} · cannot be read", id) };
  const { metric } = entry.summary;
  const value = metricText(entry, "last");
  const parts = [t("Last run: {0}", runLabel(entry)), stateName(entry.status.state)];
  if (metric !== null && value !== "") parts.push(`${metricLabel(metric)} ${value}`);
  return { id, text: parts.join(" · ") };
}
