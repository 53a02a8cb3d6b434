import { join } from "node:path";
import { isProblem } from "../../../extension/protocol/problem";
import type { Stage } from "../../../extension/protocol/runFormat";
import { listRunIds, readRun, readStatus, type Run } from "../../../extension/runs/runFolder";
import { runsFolder } from "../../../extension/runs/runPaths";

/** The runs of a project that can be read, newest first. */
export const runsOf = (project: string): readonly Run[] =>
  listRunIds(project)
    .map((id) => readRun(join(runsFolder(project), id)))
    .filter((run): run is Run => !isProblem(run));

/** A run's state by its files; a problem's sentence where they cannot be read. */
export function stateOf({ paths }: Run): string {
  const status = readStatus(paths);
  return isProblem(status) ? status.message : status.state;
}

export const inState = (project: string, stage: Stage, state: string): readonly Run[] =>
  runsOf(project).filter((run) => run.manifest.stage === stage && stateOf(run) === state);
