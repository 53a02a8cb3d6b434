import type { MetricsLine, RunState } from "../protocol/runFormat";
import { readMetrics } from "../runs/runFolder";
import { isBroken, type RunModel } from "./runModel";
import type { RunnableStage } from "./configStages";
import { t } from "./text";

/** The newest run of a stage in one line: its name, state and key metric; null where there is none. */
export function lastRunText(
  runs: RunModel,
  project: string,
  stage: RunnableStage,
): { readonly id: string; readonly text: string } | null {
  const entry = runs.list(project).find(({ id }) => id.startsWith(`${stage}-`));
  if (entry === undefined) return null;
  const { id } = entry;
  if (isBroken(entry)) return { id, text: t("Last run: {0} · cannot be read", id) };
  const { marks, status, run } = entry;
  const metric = keyMetricText(stage, readMetrics(run.paths).values);
  const parts = [t("Last run: {0}", marks.name ?? id), stateText(status.state), metric];
  return { id, text: parts.filter((part) => part !== "").join(" · ") };
}

function stateText(state: RunState): string {
  switch (state) {
    case "queued":
      return t("queued");
    case "running":
      return t("running");
    case "paused":
      return t("paused");
    case "stopped":
      return t("stopped");
    case "finished":
      return t("finished");
    case "failed":
      return t("failed");
    case "interrupted":
      return t("interrupted");
  }
}

function keyMetricText(stage: RunnableStage, lines: readonly MetricsLine[]): string {
  const last = (name: string): number | undefined =>
    lines.map(({ values }) => values[name]).findLast((value) => Number.isFinite(value));
  const shown = (name: string, text: (value: number) => string): string => {
    const value = last(name);
    return value === undefined ? "" : text(value);
  };
  const percent = (value: number): string => (100 * value).toFixed(1);
  switch (stage) {
    case "pretrain":
    case "sft":
      return shown("loss/validation", (value) => t("validation loss {0}", value.toFixed(3)));
    case "rm":
      return shown("accuracy/validation", (value) => t("accuracy {0} %", percent(value)));
    case "ppo":
      return shown("objective/score", (value) => t("score {0}", value.toFixed(2)));
    case "evaluate":
      return shown("winRate/versusSft", (value) => t("win rate against SFT {0} %", percent(value)));
  }
}
