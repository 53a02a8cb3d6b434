import { ProgressLocation, Uri, commands, window } from "vscode";
import { isObject } from "../../protocol/codec";
import { isProblem } from "../../protocol/problem";
import { chooseRuns } from "../chooseRun";
import { callCli } from "../cliProcess";
import type { CommandBody } from "../commands";
import { givenProject, mayStartProcesses } from "../givenProject";
import type { Host } from "../host";
import { showProblem } from "../problemMessage";
import { t } from "../text";

/** Writes the metrics of runs as TensorBoard's event files: of those it is called with, a tree item or a list, else of those a person chooses. */
export const exportEvents: CommandBody = async (host, given) => {
  if (!(await mayStartProcesses())) return;
  const project = await givenProject(host, given);
  if (project === undefined) return;
  const ids = givenIds(given) ?? (await chooseIds(host, project));
  if (ids === undefined || ids.length === 0) return;
  const chosen = await window.showOpenDialog({
    title: t("Export for TensorBoard: in which folder?"),
    openLabel: t("Export Here"),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  if (chosen === undefined) return;
  const to = chosen[0].fsPath;
  const words = ["export", ...ids, "--format", "tensorboard", "--to", to];
  const { result } = await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Exporting metrics…"), cancellable: true },
    (_, cancel) => callCli({ words, project, cancel, onError: (line) => host.log.info(line) }),
  );
  if (isProblem(result)) return await showProblem(host, result);
  const reveal = t("Reveal");
  const said = t(
    "The metrics of {0} runs are in {1}; look at them with tensorboard --logdir.",
    ids.length,
    to,
  );
  if ((await window.showInformationMessage(said, reveal)) === reveal)
    await commands.executeCommand("revealFileInOS", Uri.file(to));
};

function givenIds(given: unknown): readonly string[] | undefined {
  if (!isObject(given)) return undefined;
  if (typeof given.id === "string") return [given.id];
  return Array.isArray(given.ids) ? given.ids.filter((id) => typeof id === "string") : undefined;
}

async function chooseIds(host: Host, project: string): Promise<readonly string[] | undefined> {
  const checked = new Set(host.explorer.checkedRuns(project));
  const title = t("Export the metrics of which runs?");
  const runs = await chooseRuns(host, { title, project, picked: ({ id }) => checked.has(id) });
  return runs?.map(({ id }) => id);
}
