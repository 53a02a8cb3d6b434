import {
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCheckboxState,
  TreeItemCollapsibleState,
  Uri,
} from "vscode";
import type { RunState } from "../protocol/runFormat";
import type { BrokenRun, RunEntry } from "./runEntry";
import { runName, type MetricValue } from "./runSummary";
import { sparkline } from "../charts/sparkline";
import { problemText, t } from "./text";
import { iterationText, metricLabel, metricText, runLabel, stageName, stateName } from "./words";

/** What the explorer knows of a run beside its own files. */
export interface RunContext {
  readonly isBest: boolean;
  readonly isChecked: boolean;
  /** What an evaluation is about. */
  readonly about: string;
  /** 1 is the next one; 0 is none. */
  readonly placeInQueue: number;
  readonly metricValue: MetricValue;
}

export const runScheme = "rlhf-run";

/** The address under which a run's decorations are asked for. */
export function runUri(project: string, id: string): Uri {
  return Uri.from({ scheme: runScheme, path: `/${id}`, query: project });
}

/** A run's line. Its tooltip is made when somebody points at it. */
export function runItem(entry: RunEntry, context: RunContext): TreeItem {
  const { project, id, run, status, marks } = entry;
  const { stage } = run.manifest;
  const hasCheckpoints = stage !== "evaluate" && status.iteration >= 0;
  const { Collapsed, None } = TreeItemCollapsibleState;
  const item = new TreeItem(runLabel(entry), hasCheckpoints ? Collapsed : None);
  const words = [
    "run",
    status.state,
    stage,
    ...(marks.star ? ["starred"] : []),
    ...(marks.baseline ? ["baseline"] : []),
  ];
  item.id = `${project}|${id}`;
  item.contextValue = words.join(" ");
  item.description = [...descriptionParts(entry, context, true)].join(" ");
  item.iconPath = runIcon(entry);
  item.resourceUri = runUri(project, id);
  item.checkboxState = {
    state: context.isChecked ? TreeItemCheckboxState.Checked : TreeItemCheckboxState.Unchecked,
    tooltip: t("Plot and compare this run"),
  };
  item.accessibilityInformation = { label: spokenText(entry, context) };
  return item;
}

function descriptionParts(entry: RunEntry, context: RunContext, isDrawn: boolean): string[] {
  const { summary, status, marks } = entry;
  const metric = metricText(entry, context.metricValue);
  const line = isDrawn ? sparkline(summary.points.map(({ value }) => value)) : "";
  const place = context.placeInQueue > 0 ? t("number {0} in the queue", context.placeInQueue) : "";
  const state = status.state === "queued" && place !== "" ? place : stateName(status.state);
  const baseline = marks.baseline ? t("baseline") : "";
  const label = summary.metric !== null && metric !== "" && !isDrawn ? metricLabel(summary.metric) : "";
  return [context.about, baseline, label, metric, line, iterationText(entry), state].filter(
    (part) => part !== "",
  );
}

/** What a screen reader says: the same, without the drawing. */
function spokenText(entry: RunEntry, context: RunContext): string {
  const { run, marks, id } = entry;
  const name = marks.name === null ? id : `${runName(entry)}, ${id}`;
  const extra = [context.isBest ? t("best of its stage") : "", marks.star ? t("starred") : ""].filter(
    Boolean,
  );
  return [stageName(run.manifest.stage), name, ...descriptionParts(entry, context, false), ...extra].join(
    ", ",
  );
}

const stateIcons: Readonly<Record<RunState, readonly [icon: string, color: string | null]>> = {
  queued: ["clock", null],
  running: ["sync~spin", "charts.green"],
  paused: ["debug-pause", "charts.yellow"],
  stopped: ["debug-stop", null],
  finished: ["pass", null],
  failed: ["error", "errorForeground"],
  interrupted: ["warning", "list.warningForeground"],
};

/** The state, or once a run is finished what a person made of it. */
function runIcon({ status, marks }: RunEntry): ThemeIcon {
  if (status.state === "finished" && marks.baseline) return new ThemeIcon("pinned");
  if (status.state === "finished" && marks.star) return themeIcon("star-full", "charts.yellow");
  return themeIcon(...stateIcons[status.state]);
}

function themeIcon(icon: string, color: string | null): ThemeIcon {
  return color === null ? new ThemeIcon(icon) : new ThemeIcon(icon, new ThemeColor(color));
}

/** A folder that cannot be read as a run. */
export function brokenItem({ project, id, problem }: BrokenRun): TreeItem {
  const item = new TreeItem(id, TreeItemCollapsibleState.None);
  item.id = `${project}|${id}`;
  item.contextValue = "broken";
  item.description = problem.problem === "newerFormat" ? t("of a newer format") : t("cannot be read");
  item.iconPath = themeIcon("warning", "list.warningForeground");
  // A plain text, not Markdown: it may quote what the files hold.
  item.tooltip = problemText(problem.message);
  item.accessibilityInformation = { label: `${id}, ${item.description}: ${item.tooltip}` };
  return item;
}

/** A checkpoint's line. */
export function checkpointItem(entry: RunEntry, iteration: number, isBest: boolean): TreeItem {
  const item = new TreeItem(t("Iteration {0}", iteration), TreeItemCollapsibleState.None);
  const pin = entry.marks.pins.find((candidate) => candidate.iteration === iteration);
  item.id = `${entry.project}|${entry.id}@${iteration}`;
  item.contextValue = `checkpoint ${entry.run.manifest.stage}`;
  item.description = [isBest ? `★ ${t("best")}` : "", pin?.note ?? ""].filter(Boolean).join(" · ");
  item.iconPath = new ThemeIcon("git-commit");
  item.tooltip = `${entry.id}@${iteration}`;
  return item;
}
