import { window, type ExtensionContext } from "vscode";
import { registerCommands } from "./commands";
import type { Host } from "./host";
import { Projects } from "./projects";
import { RunModel } from "./runModel";
import { Trainers } from "./trainers";

/** Registers everything and reads nothing: the first look at a project happens when a view or command asks. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("RLHF", { log: true });
  const projects = new Projects();
  const runs = new RunModel();
  const trainers = new Trainers(runs);
  const host: Host = { context, log, projects, runs, trainers };
  context.subscriptions.push(log, projects, runs, trainers, ...registerCommands(host));
}
