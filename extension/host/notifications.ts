import { Uri, commands, window, type Disposable } from "vscode";
import type { Host } from "./host";
import { messageText } from "./messageText";
import { isBroken } from "./runModel";
import { problemText, t } from "./text";
import type { TrainerNews } from "./trainers";

/** The only notifications that come unasked: a run that failed, and the end of one while the person looks elsewhere. */
export function registerNotifications(host: Host): Disposable {
  return host.trainers.onDidHear((news) => void tell(host, news));
}

async function tell(host: Host, { project, run, event }: TrainerNews): Promise<void> {
  if (event.type !== "failed" && event.type !== "finished") return;
  const entry = host.runs.read(project, run);
  const name = isBroken(entry) ? run : (entry.marks.name ?? run);
  if (event.type === "failed") {
    const [showLog, branch] = [t("Show Log"), t("Branch from Checkpoint")];
    const said = await window.showErrorMessage(
      messageText(t("{0} failed: {1}", name, problemText(event.message))),
      showLog,
      branch,
    );
    if (said === showLog) await openRunLog(host, project, run);
    if (said === branch) await commands.executeCommand("rlhf.branch", { project, id: run });
  } else if (!window.state.focused) {
    const show = t("Show Metrics");
    if ((await window.showInformationMessage(messageText(t("{0} is finished.", name)), show)) === show)
      await commands.executeCommand("rlhf.showMetrics", { project, id: run });
  }
}

async function openRunLog(host: Host, project: string, run: string): Promise<void> {
  const entry = host.runs.read(project, run);
  if (isBroken(entry)) return void host.log.show();
  await window.showTextDocument(Uri.file(entry.run.paths.log));
}
