import { commands, window, workspace } from "vscode";
import { isProblem } from "../../protocol/problem";
import { callCli, type CliLine } from "../cliProcess";
import { readDataCheck, type DataCheck } from "../dataCheck";
import type { Host } from "../host";
import { t } from "../text";

/** Checks a project's data as `rlhf check` does and shows splits and problems in the Data view. */
export async function checkData(host: Host): Promise<DataCheck | undefined> {
  const project = await host.projects.choose();
  if (project === undefined) return undefined;
  await commands.executeCommand("rlhf.data.focus");
  if (!workspace.isTrusted) {
    void window.showInformationMessage(
      t(
        "Splits are found by a process of its own, which a folder in Restricted Mode does not start. Lines that are wrong are shown all the same.",
      ),
    );
    return undefined;
  }
  const options = { location: { viewId: "rlhf.data" }, title: t("Checking data"), cancellable: true };
  return await window.withProgress(options, async (_progress, cancel) => {
    const lines: CliLine[] = [];
    const onLine = (line: CliLine): unknown => lines.push(line);
    const { result } = await callCli({ words: ["check"], project, onLine, cancel });
    const found = isProblem(result) ? lines.find(({ event }) => event === "checked") : result;
    if (found === undefined) {
      if (isProblem(result) && !cancel.isCancellationRequested) void window.showErrorMessage(result.message);
      return undefined;
    }
    const check = readDataCheck(found);
    host.explorer.setDataCheck(project, check);
    return check;
  });
}
