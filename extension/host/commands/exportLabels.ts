import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { ProgressLocation, Uri, commands, window, type QuickPickItem } from "vscode";
import { exportFormats, formatsOf, type ExportFormatName } from "../../data/exportFormats";
import { isProblem } from "../../protocol/problem";
import { callCli } from "../cliProcess";
import { givenProject, mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { showProblem } from "../problemMessage";
import { t } from "../text";

interface FormatItem extends QuickPickItem {
  readonly format: ExportFormatName;
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

async function exportTo(host: Host, project: string, format: ExportFormatName, to: string): Promise<void> {
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

/** What a file of each format is, in the editor's language; the formats are the command line's. */
function formatTexts(): Readonly<Record<ExportFormatName, string>> {
  return {
    trl: t("preference pairs with the prompt apart, JSON lines"),
    "trl-chat": t("preference pairs as lists of messages with roles, JSON lines"),
    "trl-unpaired": t("single responses, labelled wanted or not, JSON lines"),
    hh: t("pairs of whole transcripts, JSON lines"),
    oasst: t("a message tree for each ranking, with ranks"),
    argilla: t("records with a ranking question for each axis, JSON"),
    "label-studio": t("tasks with a ranker, an annotation for each labeler, JSON"),
    csv: t("pairs, a row each"),
    parquet: t("pairs, a row each, as Hugging Face's data sets"),
    rlhf: t("rankings as they are, with ties; nothing is lost"),
  };
}

function formatItems(): readonly FormatItem[] {
  const texts = formatTexts();
  return formatsOf("comparisons").map((format) => {
    const { title, ending } = exportFormats[format];
    return { label: title, description: texts[format], format, ending };
  });
}
