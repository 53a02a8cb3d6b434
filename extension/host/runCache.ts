import { basename, join } from "node:path";
import { Problem, isProblem } from "../protocol/problem";
import { noMarks } from "../protocol/runFormat";
import { followMetrics, type FollowedMetrics } from "../runs/followMetrics";
import { listRunIds, listStrangeFolders, readMarks, readRun, readStatus, type Run } from "../runs/runFolder";
import { runPaths, runsFolder, type RunPaths } from "../runs/runPaths";
import { fileStamp } from "./fileStamp";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";
import { summaryMetrics, summaryOf } from "./runSummary";

interface Cached {
  readonly entry: RunEntry | BrokenRun;
  /** Time and size of the run's files when they were read. */
  readonly stamp: string;
  readonly manifestStamp: string;
  readonly metrics: FollowedMetrics | undefined;
  readonly paths: RunPaths;
}

/** The runs of projects as their files have them. A file is read again only when its time or size has changed. */
export class RunCache {
  private readonly known = new Map<string, Cached>();

  /** All runs of a project, newest first, then the folders that are no runs. */
  list(project: string): readonly (RunEntry | BrokenRun)[] {
    try {
      const strange = listStrangeFolders(project).map(({ name, problem }) => ({
        project,
        id: name,
        problem,
      }));
      return [...listRunIds(project).map((id) => this.read(project, id)), ...strange];
    } catch (error) {
      return [{ project, id: basename(runsFolder(project)), problem: unreadable(error) }];
    }
  }

  /** One run as it is now. */
  read(project: string, id: string): RunEntry | BrokenRun {
    const folder = join(runsFolder(project), id);
    try {
      return this.readFiles(project, id, folder);
    } catch (error) {
      this.known.delete(folder);
      return { project, id, problem: unreadable(error) };
    }
  }

  private readFiles(project: string, id: string, folder: string): RunEntry | BrokenRun {
    const before = this.known.get(folder);
    const paths = before?.paths ?? runPaths(folder);
    const manifestStamp = fileStamp(paths.manifest);
    const stamp = [manifestStamp, ...[paths.status, paths.marks, paths.metrics].map(fileStamp)].join();
    if (before?.stamp === stamp && !isStale(before.entry)) return before.entry;
    const metrics = before?.manifestStamp === manifestStamp ? before.metrics : undefined;
    const run =
      before && before.manifestStamp === manifestStamp && !isBroken(before.entry)
        ? before.entry.run
        : readRun(paths.folder);
    const read = readEntry(project, id, run, metrics);
    this.known.set(folder, { ...read, stamp, manifestStamp, paths });
    return read.entry;
  }
}

function readEntry(
  project: string,
  id: string,
  run: Run | Problem,
  before: FollowedMetrics | undefined,
): { readonly entry: RunEntry | BrokenRun; readonly metrics: FollowedMetrics | undefined } {
  const status = isProblem(run) ? run : readStatus(run.paths);
  if (isProblem(run) || isProblem(status))
    return { entry: { project, id, problem: status as Problem }, metrics: undefined };
  const { stage } = run.manifest;
  const metrics = followMetrics(run.paths.metrics, summaryMetrics(stage), before);
  const marks = readMarks(run.paths);
  const summary = summaryOf(stage, metrics);
  return {
    entry: { project, id, run, status, marks: isProblem(marks) ? noMarks : marks, summary },
    metrics,
  };
}

/** A trainer that was killed changes no file: whether it lives shows in its lock alone. */
function isStale(entry: RunEntry | BrokenRun): boolean {
  if (isBroken(entry)) return false;
  const { state } = entry.status;
  if (state !== "running" && state !== "paused" && state !== "interrupted") return false;
  const now = readStatus(entry.run.paths);
  return isProblem(now) || now.state !== state;
}

function unreadable(error: unknown): Problem {
  return new Problem("disk", error instanceof Error ? error.message : String(error));
}
