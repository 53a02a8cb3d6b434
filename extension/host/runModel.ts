import { join } from "node:path";
import { EventEmitter, type Disposable } from "vscode";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunMarks, RunStatus } from "../protocol/runFormat";
import { noMarks } from "../protocol/runFormat";
import { listRunIds, readMarks, readRun, readStatus, type Run } from "../runs/runFolder";
import { runsFolder } from "../runs/runPaths";

/** A run as the explorer and the commands see it. */
export interface RunEntry {
  readonly project: string;
  readonly id: string;
  readonly run: Run;
  readonly status: RunStatus;
  readonly marks: RunMarks;
}

/** A folder among the runs that cannot be read as one. */
export interface BrokenRun {
  readonly project: string;
  readonly id: string;
  readonly problem: Problem;
}

/** The runs of the open projects as their files have them; nothing is read before somebody asks. */
export class RunModel implements Disposable {
  private readonly changed = new EventEmitter<string>();
  /** Something in the runs of this project has changed on disk. */
  readonly onDidChange = this.changed.event;

  /** All runs of a project, newest first. */
  list(project: string): readonly (RunEntry | BrokenRun)[] {
    return listRunIds(project).map((id) => this.read(project, id));
  }

  /** One run as it is now. */
  read(project: string, id: string): RunEntry | BrokenRun {
    const run = readRun(join(runsFolder(project), id));
    if (isProblem(run)) return { project, id, problem: run };
    const status = readStatus(run.paths);
    if (isProblem(status)) return { project, id, problem: status };
    const marks = readMarks(run.paths);
    return { project, id, run, status, marks: isProblem(marks) ? noMarks : marks };
  }

  /** Says that a run's files have changed, for those who know before the watcher does. */
  touch(project: string): void {
    this.changed.fire(project);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

export function isBroken(entry: RunEntry | BrokenRun): entry is BrokenRun {
  return "problem" in entry;
}
