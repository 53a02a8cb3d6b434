import { existsSync } from "node:fs";
import { commands, window, workspace, type ExtensionContext } from "vscode";
import { activeMark } from "../runs/activeMark";
import { registerChatPanel } from "./chatPanel";
import { registerCommands } from "./commands";
import { registerComparePanel } from "./comparePanel";
import { registerConfigEditing } from "./configEditing";
import { registerDemonstrationsPanel } from "./demonstrationsPanel";
import { registerExplorer } from "./explorer";
import { ExplorerState } from "./explorerState";
import { firstUse } from "./firstUse";
import type { Host } from "./host";
import { LabelCache } from "./labelProgress";
import { registerLinks } from "./links";
import { registerMetricsPanel } from "./metricsPanel";
import { registerNotifications } from "./notifications";
import { Pipelines } from "./pipelines";
import { Projects } from "./projects";
import { RankingEditors, registerRankingEditor } from "./rankingEditor";
import { registerRewardPanel } from "./rewardPanel";
import { registerReports } from "./reports";
import { registerRolloutsPanel } from "./rolloutsPanel";
import { RunModel } from "./runModel";
import { Trainers } from "./trainers";

/** Registers everything and reads nothing: the first look at a project happens when a view or a command asks. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("RLHF", { log: true });
  const projects = new Projects();
  const runs = new RunModel();
  const trainers = new Trainers(runs, log);
  const pipelines = new Pipelines();
  const explorer = new ExplorerState(context.workspaceState);
  const labels = new LabelCache();
  const rankings = new RankingEditors({ extensionUri: context.extensionUri, log, labels });
  const host: Host = { context, log, projects, runs, trainers, pipelines, labels, rankings, explorer };
  context.subscriptions.push(
    ...[log, projects, runs, trainers, explorer],
    ...registerCommands(host),
    ...registerExplorer(host),
    ...registerConfigEditing(host),
    ...registerReports(host),
    ...registerChatPanel(host),
    ...registerMetricsPanel(host),
    ...registerComparePanel(host),
    ...registerRewardPanel(host),
    ...registerRankingEditor(host),
    ...registerDemonstrationsPanel(host),
    ...registerRolloutsPanel(host),
    registerNotifications(host),
    registerLinks(host),
  );
  context.subscriptions.push(runs.onDidAsk(() => firstUse(host)));
  void commands.executeCommand("setContext", "rlhf.known", true);
  if (workspace.workspaceFolders?.some(({ uri }) => existsSync(activeMark(uri.fsPath)))) firstUse(host);
}
