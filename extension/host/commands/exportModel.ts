import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ProgressLocation, Uri, commands, window } from "vscode";
import { isObject } from "../../protocol/codec";
import { isProblem } from "../../protocol/problem";
import { isRunId } from "../../protocol/runFormat";
import { chooseModel } from "../chooseModel";
import { givenIteration } from "../chooseRun";
import { callCli } from "../cliProcess";
import { givenProject, mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { showProblem } from "../problemMessage";
import { t } from "../text";

/** Copies a model in Hugging Face's layout to a folder of a person's choice. */
export async function exportModel(host: Host, given?: unknown): Promise<void> {
  if (!(await mayStartProcesses())) return;
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const title = t("Export Model");
  const reference = referenceOf(given) ?? (await chooseModel(project, { title, use: "any" }));
  if (reference === undefined) return;
  const chosen = await window.showOpenDialog({
    title: t("Export {0}: in which folder?", reference),
    openLabel: t("Export Here"),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  if (chosen === undefined) return;
  const to = targetFolder(chosen[0].fsPath, reference);
  const words = ["export", reference, "--to", to];
  const { result } = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Exporting {0}…", reference), cancellable: true },
    (_, cancel) => callCli({ words, project, cancel, onError: (line) => host.log.info(line) }),
  );
  if (isProblem(result)) return await showProblem(host, result);
  const reveal = t("Reveal");
  const answer = await window.showInformationMessage(t("{0} is in {1}.", reference, to), reveal);
  if (answer === reveal) await commands.executeCommand("revealFileInOS", Uri.file(to));
}

/** The model of a tree item: a run, or a checkpoint of it. */
function referenceOf(given: unknown): string | undefined {
  if (!isObject(given) || typeof given.id !== "string" || !isRunId(given.id)) return undefined;
  const iteration = givenIteration(given);
  return iteration === undefined ? given.id : `${given.id}@${iteration}`;
}

/** The chosen folder if it is empty, else a new one in it, named after the model. */
function targetFolder(chosen: string, reference: string): string {
  if (existsSync(chosen) && readdirSync(chosen).length === 0) return chosen;
  const name = reference.replace(/^models\//, "").replace(/[^A-Za-z0-9._-]+/g, "-");
  for (let i = 1; ; i++) {
    const path = join(chosen, i === 1 ? name : `${name}-${i}`);
    if (!existsSync(path)) return path;
  }
}
