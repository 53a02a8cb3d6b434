import { appendFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { encodeJson } from "../protocol/codec";
import { changesInForce } from "../protocol/liveFields";
import { Problem, isProblem } from "../protocol/problem";
import {
  runFormatVersion,
  type Intervention,
  type MetricsLine,
  type RunEndpoint,
  type RunStatus,
  type SettingValue,
} from "../protocol/runFormat";
import type { EpisodeRecord, NamedArray, TrainerState } from "../protocol/trainerEvents";
import {
  bestCheckpoint,
  listCheckpoints,
  pruneCheckpoints,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type ModelParts,
} from "./checkpoints";
import { DiskError, nodeDisk, replaceFile, writeDurably, type Disk } from "./disk";
import { modelFolderFiles } from "./modelFolder";
import { readInterventions, readRun, readRunInput, readStatus, type Run } from "./runFolder";
import { takeLock, type HeldLock } from "./runLock";
import { RunLog } from "./runLog";
import { checkpointFolder, iterationOfName, rolloutFile, type RunPaths } from "./runPaths";
import { removePartials, writeSealedFolder } from "./sealedFolder";

/**
 * A run as its trainer writes it; the lock makes it the only writer. What a method has returned from is on disk. A write that cannot be
 * made throws DiskError, whose message is a sentence; everything written before stays valid.
 */
export class RunStore {
  private readonly metrics: RunLog;
  private readonly interventionLog: RunLog;
  private interventionLines: readonly Intervention[];

  private constructor(
    readonly run: Run,
    private readonly lock: HeldLock,
    private readonly disk: Disk,
  ) {
    this.metrics = new RunLog(run.paths.metrics, disk);
    this.interventionLog = new RunLog(run.paths.interventions, disk);
    this.interventionLines = readInterventions(run.paths).values;
  }

  /** Takes the run's lock, checks what the run depends on, and clears away what a dead writer left half-written. */
  static open(folder: string, disk: Disk = nodeDisk): RunStore | Problem {
    const run = readRun(folder);
    if (isProblem(run)) return run;
    for (const { name } of run.manifest.inputs) {
      const input = readRunInput(run, name);
      if (isProblem(input)) return input;
    }
    try {
      return RunStore.openLocked(run, disk);
    } catch (error) {
      if (error instanceof DiskError) return new Problem("disk", error.message);
      throw error;
    }
  }

  private static openLocked(run: Run, disk: Disk): RunStore | Problem {
    const lock = takeLock(run.paths.lock);
    if (isProblem(lock)) return lock;
    const status = readStatus(run.paths);
    const refused = isProblem(status) ? status : finishedProblem(run, status);
    if (refused !== null) {
      lock.release();
      return refused;
    }
    try {
      for (const folder of [run.paths.folder, run.paths.checkpoints]) removePartials(folder);
      const damaged = readInterventions(run.paths).problems[0];
      if (damaged === undefined) return new RunStore(run, lock, disk);
      lock.release();
      return damaged;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get paths(): RunPaths {
    return this.run.paths;
  }

  get interventions(): readonly Intervention[] {
    return this.interventionLines;
  }

  /** Live changes in force in an iteration. */
  changesAt(iteration: number): Readonly<Record<string, SettingValue>> {
    return changesInForce(this.interventionLines, iteration);
  }

  /**
   * The last checkpoint, every byte verified, with the logs cut back to where it was written; null begins anew. A damaged one is named,
   * with the way to go on from the one before.
   */
  rewind(): Checkpoint | null | Problem {
    const all = listCheckpoints(this.paths);
    const last = all.at(-1);
    const checkpoint = last === undefined ? null : readCheckpoint(checkpointFolder(this.paths, last));
    if (isProblem(checkpoint)) return this.offerPrevious(checkpoint, all.at(-2));
    try {
      this.metrics.cutTo(checkpoint?.metricsBytes ?? 0);
    } catch (error) {
      if (error instanceof DiskError) return new Problem("altered", error.message);
      throw error;
    }
    const iteration = checkpoint?.state.iteration ?? -1;
    if (existsSync(this.paths.rollouts))
      for (const name of readdirSync(this.paths.rollouts))
        if ((iterationOfName(name.replace(/\.jsonl$/, "")) ?? -1) > iteration)
          rmSync(join(this.paths.rollouts, name), { force: true });
    return checkpoint;
  }

  private offerPrevious(problem: Problem, previous: number | undefined): Problem {
    const id = this.run.manifest.id;
    const wayOn =
      previous === undefined
        ? "There is no earlier checkpoint: begin a new run."
        : `Go on from the one before with: rlhf branch ${id}@${previous}`;
    return new Problem(problem.problem, `${problem.message} ${wayOn}`);
  }

  /** One line of metrics, its episodes first: where there is a line, its rollouts are there too. */
  appendIteration(line: MetricsLine, episodes: readonly EpisodeRecord[]): void {
    if (episodes.length > 0) {
      const text = episodes.map((episode) => `${encodeJson(episode)}\n`).join("");
      writeDurably(rolloutFile(this.paths, line.iteration), Buffer.from(text), this.disk);
    }
    const warnings = line.warnings.length > 0 ? { warnings: line.warnings } : {};
    this.metrics.append(encodeJson({ iteration: line.iteration, ...line.values, ...warnings }));
  }

  appendIntervention(intervention: Intervention): void {
    this.interventionLog.append(encodeJson(intervention));
    this.interventionLines = [...this.interventionLines, intervention];
  }

  /** Writes a checkpoint of the boundary where the metrics now end, unless it is there; then removes those not to be kept. Says whether it wrote. */
  saveCheckpoint(
    checkpoint: Omit<Checkpoint, "metricsBytes">,
    model: ModelParts | null,
    keep: number,
  ): boolean {
    const folder = checkpointFolder(this.paths, checkpoint.state.iteration);
    if (existsSync(folder)) return false;
    writeCheckpoint(this.paths, { ...checkpoint, metricsBytes: this.metrics.bytes }, model, this.disk);
    pruneCheckpoints(this.paths, keep);
    return true;
  }

  /** The state a stage's model is taken from: the best checkpoint, else the last. */
  readBestState(): TrainerState | Problem | null {
    const iteration = bestCheckpoint(this.paths) ?? listCheckpoints(this.paths).at(-1);
    if (iteration === undefined) return null;
    const checkpoint = readCheckpoint(checkpointFolder(this.paths, iteration));
    return isProblem(checkpoint) ? checkpoint : checkpoint.state;
  }

  /** The model the run leaves behind, in model/. */
  saveModel(weights: Readonly<Record<string, NamedArray>>, model: ModelParts): void {
    const files = modelFolderFiles(weights, model.files);
    writeSealedFolder(this.paths.model, files, { replace: true, disk: this.disk });
  }

  saveResult(figures: object): void {
    replaceFile(
      this.paths.result,
      `${encodeJson({ formatVersion: runFormatVersion, figures })}\n`,
      this.disk,
    );
  }

  /** What went wrong, with the stack for those who look for the cause. */
  saveFailure(failure: {
    readonly iteration: number;
    readonly message: string;
    readonly stack: string;
  }): void {
    replaceFile(
      this.paths.failure,
      `${encodeJson({ formatVersion: runFormatVersion, ...failure })}\n`,
      this.disk,
    );
  }

  setStatus(status: Omit<RunStatus, "formatVersion">): void {
    const content = `${encodeJson({ formatVersion: runFormatVersion, ...status })}\n`;
    replaceFile(this.paths.status, content, this.disk);
  }

  /** Only the owner may read where the trainer listens, because the token is in it. */
  writeEndpoint(endpoint: Omit<RunEndpoint, "formatVersion">): void {
    const content = `${encodeJson({ formatVersion: runFormatVersion, ...endpoint })}\n`;
    replaceFile(this.paths.endpoint, content, nodeDisk, 0o600);
  }

  removeEndpoint(): void {
    rmSync(this.paths.endpoint, { force: true });
  }

  /** A line for people in trainer.log; not worth a failed run when it cannot be written. */
  log(time: string, line: string): void {
    try {
      appendFileSync(this.paths.log, `${time} ${line}\n`);
    } catch {
      // Whatever is wrong with the disk will stop the next write that matters.
    }
  }

  dispose(): void {
    this.metrics.dispose();
    this.interventionLog.dispose();
    this.lock.release();
  }
}

function finishedProblem(run: Run, status: RunStatus): Problem | null {
  if (status.state !== "finished") return null;
  const last = listCheckpoints(run.paths).at(-1);
  const sentence = `The run ${run.manifest.id} is finished; to go on from it use: rlhf branch ${run.manifest.id}@${last ?? "last"}`;
  return new Problem("wrongState", sentence);
}
