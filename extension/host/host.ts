import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { ExplorerState } from "./explorerState";
import type { LabelCache } from "./labelProgress";
import type { Pipelines } from "./pipelines";
import type { Projects } from "./projects";
import type { RankingEditors } from "./rankingEditor";
import type { RunModel } from "./runModel";
import type { Trainers } from "./trainers";

/** What the parts of the extension share in one window; made once, on activation. */
export interface Host {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly projects: Projects;
  /** The runs of the open projects as their files have them. */
  readonly runs: RunModel;
  /** Trainer processes of the open projects, and the queue. */
  readonly trainers: Trainers;
  readonly pipelines: Pipelines;
  /** The label files of the open projects, as far as they are known. */
  readonly labels: LabelCache;
  readonly rankings: RankingEditors;
  /** What a person chose in the side bar. */
  readonly explorer: ExplorerState;
}
