import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ProgressLocation, commands, window } from "vscode";
import { isObject } from "../../protocol/codec";
import { isProblem } from "../../protocol/problem";
import { projectFile } from "../../runs/runPaths";
import { locateProblem, parseCheckReport, type CheckReport } from "../checkReport";
import { callCli } from "../cliProcess";
import { readDataCheck } from "../dataCheck";
import { isOpen, showLineProblems } from "../dataProblems";
import { givenProject, mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { kindText } from "../reviewImport";
import { t } from "../text";

/** Checks everything a run would read, and puts what is wrong into the Problems view. */
export async function checkData(host: Host, given?: unknown): Promise<void> {
  if (!(await mayStartProcesses())) return;
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const report = await window.withProgress(
    { location: ProgressLocation.Window, title: t("Checking data…") },
    () => runCheck(host, project),
  );
  const config = join(project, projectFile);
  const located = report.problems.map((problem) => locateProblem(project, readConfig(config), problem));
  // What watches the open rlhf.json marks these itself.
  const shown = isOpen(config) ? located.filter(({ file }) => file !== config) : located;
  showLineProblems(host, "rlhf-check", shown);
  if (report.problems.length === 0) {
    void window.showInformationMessage(rightText(report));
    return;
  }
  for (const problem of report.problems) host.log.error(problem);
  await commands.executeCommand("workbench.panel.markers.view.focus");
  void window.showWarningMessage(
    t("The check found problems: {0}. The Problems view has them with their lines.", report.problems.length),
  );
}

async function runCheck(host: Host, project: string): Promise<CheckReport> {
  const found: CheckReport[] = [];
  const keep = (line: unknown): void => {
    const report = parseCheckReport(line);
    if (report === null || !isObject(line)) return;
    found.push(report);
    host.explorer.setDataCheck(project, readDataCheck(line));
  };
  const { result } = await callCli({
    words: ["check"],
    project,
    onLine: keep,
    onError: (line) => host.log.info(line),
  });
  if (!isProblem(result)) keep(result);
  // A check that could not begin, because rlhf.json itself is wrong, says so line by line.
  const failed = isProblem(result) ? result.message.split("\n") : [];
  return found[0] ?? { problems: failed, records: new Map() };
}

function readConfig(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function rightText({ records }: CheckReport): string {
  const counts = [...records].map(([list, count]) => `${count} ${listText(list)}`);
  if (counts.length === 0) return t("Nothing is wrong, and there is no data yet.");
  return t("Nothing is wrong: {0}.", counts.join(", "));
}

function listText(list: string): string {
  return list === "testPrompts" ? t("test prompts") : kindText(list);
}
