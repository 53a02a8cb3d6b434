import { window, type ExtensionContext } from "vscode";
import { registerCommands } from "./commands";
import { registerExplorer } from "./explorer";
import { ExplorerState } from "./explorerState";
import type { Host } from "./host";
import { Projects } from "./projects";
import { RunModel } from "./runModel";
import { Trainers } from "./trainers";

/** Registers everything and reads nothing: the first look at a project happens when a view or command asks. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("RLHF", { log: true });
  const projects = new Projects();
  const runs = new RunModel();
  const explorer = new ExplorerState(context.workspaceState);
  const trainers = new Trainers(runs);
  const host: Host = { context, log, projects, runs, explorer, trainers };
  context.subscriptions.push(log, projects, runs, explorer, trainers);
  context.subscriptions.push(...registerCommands(host), ...registerExplorer(host));
}
