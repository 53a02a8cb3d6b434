import { QuickPickItemKind, window, type QuickPickItem } from "vscode";
import { isObject } from "../protocol/codec";
import type { Host } from "./host";
import { isBroken, type RunEntry } from "./runEntry";
import { t } from "./text";
import {
  aboutText,
  durationText,
  iterationText,
  metricLabel,
  metricText,
  runLabel,
  stageName,
  stateName,
} from "./words";
import { runDuration } from "./runSummary";

export interface RunChoice {
  readonly title: string;
  /** What a command was called with: the line of the tree it was chosen on names the run, and nobody is asked. */
  readonly given?: unknown;
  /** Which runs come into question. */
  readonly accept?: (entry: RunEntry) => boolean;
  /** What to say when no run comes into question. */
  readonly none?: string;
  /** The project to look in; all open ones otherwise. */
  readonly project?: string;
}

/** The run a command was chosen on, or the one a person picks, newest first; undefined when they pick none or there is none. */
export async function chooseRun(host: Host, choice: RunChoice): Promise<RunEntry | undefined> {
  const given = givenRun(host, choice.given);
  if (given !== undefined) return (choice.accept?.(given) ?? true) ? given : sayNone(choice);
  const runs = candidates(host, choice);
  if (runs.length === 0) return sayNone(choice);
  const options = { title: choice.title, matchOnDescription: true, matchOnDetail: true };
  const picked = await window.showQuickPick(runItems(host, runs), options);
  return picked?.entry;
}

/** As chooseRun for several runs; `picked` says which are ticked at first. */
export async function chooseRuns(
  host: Host,
  choice: Omit<RunChoice, "given"> & { readonly picked?: (entry: RunEntry) => boolean },
): Promise<readonly RunEntry[] | undefined> {
  const runs = candidates(host, choice);
  if (runs.length === 0) return sayNone(choice);
  const items = runItems(host, runs).map((item) => ({
    ...item,
    picked: item.entry !== undefined && (choice.picked?.(item.entry) ?? false),
  }));
  const options = { title: choice.title, matchOnDescription: true, matchOnDetail: true };
  const picked = await window.showQuickPick(items, { ...options, canPickMany: true });
  return picked?.map(({ entry }) => entry).filter((entry) => entry !== undefined);
}

/** The run that a line of the tree, a link or a status bar's click names; undefined for anything else. */
export function givenRun(host: Host, given: unknown): RunEntry | undefined {
  if (!isObject(given)) return undefined;
  const { project, id } = given;
  if (typeof project !== "string" || typeof id !== "string") return undefined;
  if (!host.projects.all().includes(project)) return undefined;
  const entry = host.runs.read(project, id);
  return isBroken(entry) ? undefined : entry;
}

/** The iteration that a checkpoint's line names; undefined for any other. */
export function givenIteration(given: unknown): number | undefined {
  return isObject(given) && given.kind === "checkpoint" && typeof given.iteration === "number"
    ? given.iteration
    : undefined;
}

function candidates(host: Host, { accept, project }: RunChoice): readonly RunEntry[] {
  const projects = project === undefined ? host.projects.all() : [project];
  return projects
    .flatMap((folder) => host.runs.list(folder))
    .filter((entry): entry is RunEntry => !isBroken(entry) && (accept?.(entry) ?? true));
}

function sayNone({ none }: RunChoice): undefined {
  void window.showInformationMessage(none ?? t("There is no run for this."));
  return undefined;
}

interface RunPick extends QuickPickItem {
  readonly entry?: RunEntry;
}

/** Runs as picks; with several projects each has its heading. */
function runItems(host: Host, runs: readonly RunEntry[]): RunPick[] {
  const many = host.projects.all().length > 1;
  return runs.flatMap((entry, i): RunPick[] => {
    const isFirst = i === 0 || runs[i - 1].project !== entry.project;
    const heading = { label: entry.project, kind: QuickPickItemKind.Separator };
    return many && isFirst ? [heading, runPick(host, entry)] : [runPick(host, entry)];
  });
}

/** A run as an item to pick. */
export function runPick(host: Host, entry: RunEntry): RunPick {
  const { id, run, status, marks, summary } = entry;
  const metric = metricText(entry, "last");
  const duration = runDuration(entry, new Date().getTime());
  const what = [
    aboutText(entry, (project, other) => host.runs.read(project, other)),
    iterationText(entry),
    summary.metric === null || metric === "" ? "" : `${metricLabel(summary.metric)} ${metric}`,
    duration > 0 ? durationText(duration) : "",
    marks.tags.map((tag) => `#${tag}`).join(" "),
  ];
  return {
    // "$(" would draw an icon: a name is text.
    label: plain(`${stageName(run.manifest.stage)} ${runLabel(entry)}`),
    description: [stateName(status.state), marks.baseline ? t("baseline") : ""].filter(Boolean).join(" · "),
    detail: plain([...what, id].filter(Boolean).join(" · ")),
    entry,
  };
}

function plain(text: string): string {
  return text.replaceAll("$(", "$\u200b(");
}
