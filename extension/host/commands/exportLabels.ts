import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { ProgressLocation, Uri, commands, window, type QuickPickItem } from "vscode";
import type { ComparisonFormat } from "../../data/exportComparisons";
import { isProblem } from "../../protocol/problem";
import { callCli } from "../cliProcess";
import { givenProject, mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { showProblem } from "../problemMessage";
import { t } from "../text";

interface FormatItem extends QuickPickItem {
  readonly format: ComparisonFormat;
  readonly ending: string;
}

/** Writes the submitted rankings of a project to a file of another program's format. */
export async function exportLabels(host: Host, given?: unknown): Promise<void> {
  if (!(await mayStartProcesses())) return;
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const title = t("Export Labels");
  const placeHolder = t("In which format?");
  const item = await window.showQuickPick(formatItems(), { title, placeHolder });
  if (item === undefined) return;
  const target = await window.showSaveDialog({
    title,
    defaultUri: Uri.file(join(project, `preferences${item.ending}`)),
    filters: { [item.label]: [item.ending.slice(1)] },
  });
  if (target !== undefined) await exportTo(host, project, item.format, target.fsPath);
}

async function exportTo(host: Host, project: string, format: ComparisonFormat, to: string): Promise<void> {
  // The dialog has asked whether a file that is there may go; it goes only once the new one is whole.
  const beside = existsSync(to) ? `${to}.new` : to;
  const words = ["export", "labels", "--format", format, "--to", beside];
  const { result } = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Exporting labels…"), cancellable: true },
    (_, cancel) => callCli({ words, project, cancel, onError: (line) => host.log.info(line) }),
  );
  if (isProblem(result)) return await showProblem(host, result);
  if (beside !== to) renameSync(beside, to);
  const open = t("Open");
  const rows = typeof result.rows === "number" ? result.rows : 0;
  const chosen = await window.showInformationMessage(t("Exported {0} rows to {1}.", rows, to), open);
  if (chosen === open) await commands.executeCommand("vscode.open", Uri.file(to));
}

function formatItems(): readonly FormatItem[] {
  return [
    {
      label: "TRL",
      description: t("preference pairs with the prompt apart, JSON lines"),
      format: "trl",
      ending: ".jsonl",
    },
    {
      label: "HH-RLHF",
      description: t("pairs of whole transcripts, JSON lines"),
      format: "hh",
      ending: ".jsonl",
    },
    { label: "CSV", description: t("pairs, a row each"), format: "csv", ending: ".csv" },
    {
      label: "RLHF Workbench",
      description: t("rankings as they are, with ties; nothing is lost"),
      format: "rlhf",
      ending: ".jsonl",
    },
  ];
}
