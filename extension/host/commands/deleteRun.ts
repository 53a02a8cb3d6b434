import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Uri, window, workspace } from "vscode";
import { renamePatiently } from "../../runs/disk";
import type { CommandBody } from "../commands";
import { isBroken, type RunEntry } from "../runModel";
import { t } from "../text";
import { runName } from "../runSummary";
import { runFor } from "./givenRun";

/** Moves a run to the trash after saying how large it is and what depends on it. */
export const deleteRun: CommandBody = async (host, given) => {
  const entry = await runFor(host, given, {
    title: t("Delete which run?"),
    states: ["queued", "stopped", "finished", "failed", "interrupted"],
  });
  if (entry === undefined) return;
  const { project, id, run } = entry;
  const children = host.runs.list(project).filter((other): other is RunEntry => {
    return !isBroken(other) && other.run.manifest.parents.some((parent) => parent.run === id);
  });
  const size = megabytes(folderBytes(run.paths.folder));
  const detail =
    children.length === 0
      ? t("No other run begins from it.")
      : t("{0} other runs begin from it and could not be resumed without it.", children.length);
  const remove = t("Move to Trash");
  const question = t("Delete {0} ({1} MB)?", runName(entry), size);
  if ((await window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
  host.trainers.changeQueue(project, (queue) => queue.filter((other) => other !== id));
  await toTrash(run.paths.folder);
  host.runs.touch(project);
};

/** Where the system has no trash (a remote machine, a container), the run is put aside, and the person is told where. */
async function toTrash(folder: string): Promise<void> {
  try {
    await workspace.fs.delete(Uri.file(folder), { recursive: true, useTrash: true });
  } catch {
    const aside = join(dirname(folder), `.deleted-${folder.slice(dirname(folder).length + 1)}`);
    renamePatiently(folder, aside);
    void window.showInformationMessage(t("There is no trash here, so the run was put aside as {0}.", aside));
  }
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + folderBytes(path);
    return sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
