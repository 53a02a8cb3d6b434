import { commands, window, type Disposable, type Uri } from "vscode";
import { isRunId } from "../protocol/runFormat";
import type { Host } from "./host";
import { messageText } from "./messageText";
import { isBroken } from "./runModel";
import { readRunLink } from "./runLink";
import { problemText, t } from "./text";

/** Links to a run: <scheme>://rlhf-workbench.rlhf-workbench/run?project=…&id=… opens its metrics, when its project is open in the window. */
export function registerLinks(host: Host): Disposable {
  return window.registerUriHandler({ handleUri: (uri) => openLink(host, uri) });
}

async function openLink(host: Host, uri: Uri): Promise<void> {
  const link = readRunLink(uri.path, uri.query);
  if (link === null || !isRunId(link.id))
    return void window.showErrorMessage(t("This link is no link to a run."));
  const { project, id } = link;
  // A link comes from anywhere, so it may only name what is open here.
  if (!host.projects.all().includes(project))
    return void window.showInformationMessage(
      t("The link's project is not open in this window: {0}", messageText(project)),
    );
  const entry = host.runs.read(project, id);
  if (isBroken(entry)) return void window.showErrorMessage(messageText(problemText(entry.problem.message)));
  await commands.executeCommand("rlhf.showMetrics", { project, id });
}
