import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { ExplorerState } from "./explorerState";
import type { Projects } from "./projects";
import type { RunModel } from "./runModel";
import type { Trainers } from "./trainers";

/** What the parts of the extension share in one window; made once, on activation. */
export interface Host {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly projects: Projects;
  /** The runs of the open projects as their files have them. */
  readonly runs: RunModel;
  /** What a person chose in the explorer: filter, order, checked runs. */
  readonly explorer: ExplorerState;
  /** Trainer processes of the open projects, and the queue. */
  readonly trainers: Trainers;
}
