import { env, window } from "vscode";
import { isProblem } from "../../protocol/problem";
import type { RunMarks } from "../../protocol/runFormat";
import { DiskError } from "../../runs/disk";
import { changeMarks } from "../../runs/runFolder";
import { chooseRun } from "../chooseRun";
import type { Host } from "../host";
import { messageText } from "../messageText";
import { isBroken, type RunEntry } from "../runEntry";
import { linkTo } from "../link";
import { problemText, t } from "../text";
import { runLabel } from "../words";

/** Stars a run, or takes its star away. */
export async function starRun(host: Host, given?: unknown): Promise<void> {
  const entry = await chooseRun(host, { title: t("Which run to star, or not to star any more?"), given });
  if (entry) mark(host, entry, { star: !entry.marks.star });
}

/** Makes a run the baseline of its stage, the only one; chosen on the baseline itself, there is none any more. */
export async function setBaseline(host: Host, given?: unknown): Promise<void> {
  const entry = await chooseRun(host, { title: t("Which run is the baseline of its stage?"), given });
  if (!entry) return;
  const { stage } = entry.run.manifest;
  for (const other of host.runs.list(entry.project)) {
    if (isBroken(other) || other.id === entry.id || !other.marks.baseline) continue;
    if (other.run.manifest.stage === stage) mark(host, other, { baseline: false });
  }
  mark(host, entry, { baseline: !entry.marks.baseline });
}

/** Gives a run a name; an empty one takes it away. The folder keeps its name. */
export async function renameRun(host: Host, given?: unknown): Promise<void> {
  const entry = await chooseRun(host, { title: t("Which run to rename?"), given });
  if (!entry) return;
  const name = await window.showInputBox({
    title: t("Rename {0}", runLabel(entry)),
    value: entry.marks.name ?? "",
    prompt: t("The run's name; leave it empty to go back to none."),
    validateInput: (text) => (text.trim().length > 100 ? t("A name has at most 100 characters.") : null),
  });
  if (name !== undefined) mark(host, entry, { name: name.trim() === "" ? null : name.trim() });
}

/** Changes a run's tags, written with commas between them. */
export async function tagRun(host: Host, given?: unknown): Promise<void> {
  const entry = await chooseRun(host, { title: t("Which run to tag?"), given });
  if (!entry) return;
  const text = await window.showInputBox({
    title: t("Tags of {0}", runLabel(entry)),
    value: entry.marks.tags.join(", "),
    prompt: t("Tags with commas between them; the filter finds them with tag:name."),
  });
  if (text !== undefined) mark(host, entry, { tags: tagsOf(text) });
}

function tagsOf(text: string): string[] {
  const tags = text.split(",").map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ""))];
}

/** Puts a link on the clipboard that opens the run in this editor. */
export async function copyRunLink(host: Host, given?: unknown): Promise<void> {
  const entry = await chooseRun(host, { title: t("Which run to link to?"), given });
  if (!entry) return;
  await env.clipboard.writeText(
    linkTo(env.uriScheme, host.context.extension.id, { kind: "run", project: entry.project, id: entry.id }),
  );
  window.setStatusBarMessage(t("The link is on the clipboard."), 3000);
}

/** Pins a note at an iteration of a run. */
export function pin(host: Host, entry: RunEntry, added: RunMarks["pins"][number]): void {
  const pins = [...entry.marks.pins, added].sort((a, b) => a.iteration - b.iteration);
  mark(host, entry, { pins });
}

/** Takes away the pin at this place of the run's list. */
export function unpin(host: Host, entry: RunEntry, index: number): void {
  mark(host, entry, { pins: entry.marks.pins.filter((_, i) => i !== index) });
}

function mark(host: Host, { run, project }: RunEntry, change: Partial<RunMarks>): void {
  try {
    const marks = changeMarks(run.paths, change);
    if (isProblem(marks)) void window.showErrorMessage(messageText(problemText(marks.message)));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    void window.showErrorMessage(messageText(problemText(error.message)));
  }
  host.runs.touch(project);
}
