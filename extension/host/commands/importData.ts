import { ProgressLocation, window } from "vscode";
import { isProblem, type Problem } from "../../protocol/problem";
import { callCli } from "../cliProcess";
import { showLineProblems } from "../dataProblems";
import { givenProject, mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { parseImportReport, type ImportedFile } from "../importReport";
import { showProblem } from "../problemMessage";
import { askImportFiles, kindText, reviewImport } from "../reviewImport";
import { t } from "../text";

/** Adds records of files to a project's data, after a look at what is in them. */
export async function importData(host: Host, given?: unknown): Promise<void> {
  if (!(await mayStartProcesses())) return;
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const title = t("Import Data");
  const files = await askImportFiles(title);
  if (files === undefined || !(await reviewImport(host, { title, files, project }))) return;
  const imported = await importFiles(host, project, files);
  if (isProblem(imported)) return await showProblem(host, imported);
  void window.showInformationMessage(importedText(imported));
}

/** Imports files into a project, and shows the lines that were refused beside the files. */
export async function importFiles(
  host: Host,
  project: string,
  files: readonly string[],
): Promise<readonly ImportedFile[] | Problem> {
  const { result } = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Importing data…"), cancellable: true },
    (_, cancel) =>
      callCli({ words: ["import", ...files], project, cancel, onError: (line) => host.log.info(line) }),
  );
  const imported = isProblem(result) ? result : parseImportReport(result);
  if (isProblem(imported)) return imported;
  showRefused(host, imported);
  host.runs.touch(project);
  return imported;
}

function showRefused(host: Host, files: readonly ImportedFile[]): void {
  const problems = files.flatMap(({ file, refused }) =>
    refused.map(({ line, reason }) => ({ file, line, column: null, message: reason })),
  );
  for (const { file, line, message } of problems) host.log.warn(`${file}:${line}: ${message}`);
  // A compressed file has no lines to show them at, nor has a table of Parquet.
  const shown = problems.filter(({ file }) => !/\.(gz|parquet)$/i.test(file));
  showLineProblems(host, "rlhf-import", shown);
}

function importedText(files: readonly ImportedFile[]): string {
  const kinds = [...new Set(files.map(({ kind }) => kind))];
  const added = (kind: string): number =>
    files.filter((file) => file.kind === kind).reduce((sum, file) => sum + file.added, 0);
  const counts = kinds.map((kind) => `${added(kind)} ${kindText(kind)}`).join(", ");
  const refused = files.reduce((sum, file) => sum + file.refused.length, 0);
  if (refused === 0) return t("Imported: {0}.", counts);
  return t("Imported: {0}. {1} lines were refused; the Problems view has them.", counts, refused);
}
