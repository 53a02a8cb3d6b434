import { commands, window, type Disposable, type Uri } from "vscode";
import { isRunId } from "../protocol/runFormat";
import type { Host } from "./host";
import { messageText } from "./messageText";
import { isBroken } from "./runModel";
import { readLink } from "./link";
import { problemText, t } from "./text";

/**
 * Links <scheme>://rlhf-workbench.rlhf-workbench/run?project=…&id=… open a run's metrics, and …/item?project=…&batch=…&item=… an item that
 * labelers disagree on, when their project is open in the window.
 */
export function registerLinks(host: Host): Disposable {
  return window.registerUriHandler({ handleUri: (uri) => openLink(host, uri) });
}

async function openLink(host: Host, uri: Uri): Promise<void> {
  const link = readLink(uri.path, uri.query);
  if (link === null || (link.kind === "run" && !isRunId(link.id)))
    return void window.showErrorMessage(t("This link leads to no run and no item."));
  const { project } = link;
  // A link comes from anywhere, so it may only name what is open here.
  if (!host.projects.all().includes(project))
    return void window.showInformationMessage(
      t("The link's project is not open in this window: {0}", messageText(project)),
    );
  if (link.kind === "item") return void (await commands.executeCommand("rlhf.adjudicate", link));
  const entry = host.runs.read(project, link.id);
  if (isBroken(entry)) return void window.showErrorMessage(messageText(problemText(entry.problem.message)));
  await commands.executeCommand("rlhf.showMetrics", { project, id: link.id });
}
