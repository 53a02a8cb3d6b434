import { env } from "vscode";
import type { MetricName } from "../protocol/metrics";
import type { RunState, Stage } from "../protocol/runFormat";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import { formatMetric, shownValue, type MetricValue } from "./runSummary";
import { t } from "./text";

/** A stage as people call it. */
export function stageName(stage: Stage): string {
  const names: Readonly<Record<Stage, string>> = {
    pretrain: t("Pretraining"),
    sft: "SFT",
    rm: t("Reward model"),
    ppo: "PPO",
    dpo: "DPO",
    evaluate: t("Evaluation"),
  };
  return names[stage];
}

/** A run's state in a word. */
export function stateName(state: RunState): string {
  const names: Readonly<Record<RunState, string>> = {
    queued: t("queued"),
    running: t("running"),
    paused: t("paused"),
    stopped: t("stopped"),
    finished: t("finished"),
    failed: t("failed"),
    interrupted: t("interrupted"),
  };
  return names[state];
}

/** What the explorer calls a key metric. */
export function metricLabel(name: MetricName): string {
  switch (name) {
    case "loss/validation":
      return t("validation loss");
    case "accuracy/validation":
      return t("validation accuracy");
    case "objective/score":
      return t("score");
    case "winRate/versusSft":
      return t("win rate against SFT");
    default:
      return name;
  }
}

/** What a parent is to a run. */
export function roleName(role: string): string {
  switch (role) {
    case "initial":
      return t("starts from");
    case "reference":
      return t("KL reference");
    case "rewardModel":
      return t("reward model");
    case "heldOutReward":
      return t("held-out reward model");
    case "branch":
      return t("branched from");
    case "policy":
      return t("policy");
    default:
      return role;
  }
}

/** The name a person gave a run, or when it was created: by the second for one of today, by the minute for an older one. */
export function runLabel({ marks, run, id }: RunEntry): string {
  if (marks.name !== null) return marks.name;
  const created = new Date(run.manifest.createdAt);
  if (Number.isNaN(created.getTime())) return id;
  const isToday = created.toDateString() === new Date().toDateString();
  return (isToday ? timeFormat : dateFormat)().format(created);
}

const minutes = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const timeFormat = lazyFormat({ ...minutes, second: "2-digit" });
const dateFormat = lazyFormat({ month: "short", day: "numeric", ...minutes });

/** A format is costly to make and a tree has hundreds of dates, so it is made once, when it is needed. */
function lazyFormat(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let format: Intl.DateTimeFormat | null = null;
  return () => (format ??= new Intl.DateTimeFormat(env.language, options));
}

/** "12/40"; empty while nothing is known. */
export function iterationText({ status }: RunEntry): string {
  return status.iterations > 0 ? `${Math.max(0, status.iteration)}/${status.iterations}` : "";
}

/** The key metric's value as text; empty before there is one. */
export function metricText({ summary }: RunEntry, which: MetricValue): string {
  const value = shownValue(summary, which);
  return value === null || summary.metric === null ? "" : formatMetric(summary.metric, value);
}

/** What an evaluation is about: the policy it judges. Empty for other runs. */
export function aboutText(
  { project, run }: RunEntry,
  findRun: (project: string, id: string) => RunEntry | BrokenRun,
): string {
  if (run.manifest.stage !== "evaluate") return "";
  const policy = run.manifest.parents.find(({ role }) => role === "policy");
  if (policy === undefined) return "";
  const judged = policy.run === null ? null : findRun(project, policy.run);
  if (judged === null || isBroken(judged)) return policy.reference;
  return `${stageName(judged.run.manifest.stage)} ${runLabel(judged)}`;
}

/** A span of time in its two largest units. */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return t("{0} h {1} min", hours, minutes);
  return minutes > 0 ? t("{0} min {1} s", minutes, seconds % 60) : t("{0} s", seconds);
}
