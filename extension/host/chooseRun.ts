import { window } from "vscode";
import type { Host } from "./host";
import { isBroken, type RunEntry } from "./runModel";
import { t } from "./text";

export interface RunChoice {
  readonly project: string;
  readonly title: string;
  readonly fits: (entry: RunEntry) => boolean;
}

export async function chooseRun(
  host: Host,
  { project, title, fits }: RunChoice,
): Promise<RunEntry | undefined> {
  const entries = host.runs
    .list(project)
    .filter((entry): entry is RunEntry => !isBroken(entry) && fits(entry));
  if (entries.length === 0) void window.showInformationMessage(t("No run fits: {0}", title));
  const items = entries.map((entry) => ({
    label: entry.marks.name ?? entry.id,
    description: entry.status.state,
    entry,
  }));
  return items.length === 1 ? items[0].entry : (await window.showQuickPick(items, { title }))?.entry;
}
