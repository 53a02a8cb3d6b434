import { settingsAt, type Settings } from "../protocol/liveFields";
import { Problem, isProblem } from "../protocol/problem";
import type { RunState, RunStatus } from "../protocol/runFormat";
import type { TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import type { ReplyOf, RequestOf, TrainerMessage, TypedRequest } from "../protocol/trainerProtocol";
import type { RunStore } from "../runs/runStore";
import { firstNonFinite, groupOf } from "./boundary";
import { liveSettings, makeIntervention } from "./liveSettings";
import { OutOfMemory } from "./outOfMemory";
import { RequestQueue, type Answer, type PendingRequest } from "./requestQueue";
import type { OpenStage, Stage, StageRequest } from "./stage";

/**
 * Drives a stage's events: each is on disk before it is sent, then requests are looked at. The copy of the last iteration boundary is kept
 * in memory, so that a stop can write it at any time; what was begun after it is dropped and replayed on resume.
 */
export interface DriverParts {
  readonly store: RunStore;
  readonly openStage: OpenStage;
  /** What the stage is opened with, apart from what the driver knows itself. */
  readonly request: Omit<StageRequest, "resumeFrom" | "hyperparameters">;
  readonly publish: (message: TrainerMessage) => void;
  /** UTC milliseconds. */
  readonly clock: () => number;
  /** Wait for the request `start` before anything is loaded. */
  readonly hold: boolean;
}

/** Exit codes of the trainer process: 0 finished, 1 failed, 3 stopped and resumable. */
export type ExitCode = 0 | 1 | 3;

interface Boundary {
  readonly state: TrainerState;
  readonly iterations: number;
  readonly selection: number | null;
}

const compilingPhase = (step: string): string => `compiling: ${step}`;

export class Driver {
  private stage: Stage | null = null;
  private boundary: Boundary | null = null;
  /** True while the stage stands exactly at `boundary`, so that the next iteration has not begun. */
  private atBoundary = true;
  private warnings: string[] = [];
  private progress: RunStatus["progress"] = null;
  private stateNow: RunState;
  private iterations = 0;
  private ending: { readonly reason: string; readonly answers: ((answer: Answer) => void)[] } | null = null;
  private readonly queue = new RequestQueue();
  private statusWritten = -Infinity;

  constructor(private readonly parts: DriverParts) {
    this.stateNow = parts.hold ? "queued" : "running";
  }

  get state(): RunState {
    return this.stateNow;
  }

  get position(): { readonly iteration: number; readonly iterations: number } {
    return { iteration: this.boundary?.state.iteration ?? -1, iterations: this.iterations };
  }

  /** Runs to the end, whatever it is; what is on disk then says which. Never throws. */
  async run(): Promise<ExitCode> {
    try {
      const checkpoint = this.parts.store.rewind();
      if (isProblem(checkpoint)) return this.fail(checkpoint.message, "");
      if (checkpoint !== null) this.boundary = checkpoint;
      this.iterations = checkpoint?.iterations ?? 0;
      this.writeStatus(null);
      this.log(this.stateNow);
      await this.serve();
      if (this.ending !== null) return this.endStopped();
      this.stage = await this.parts.openStage({
        ...this.parts.request,
        resumeFrom: checkpoint?.state ?? null,
        hyperparameters: (iteration) => this.parts.store.changesAt(iteration),
      });
      return await this.drive(this.stage);
    } catch (error) {
      return this.failWith(error);
    }
  }

  /** Answers a request between two steps; `status` at once. */
  request(request: TypedRequest): Promise<Answer> {
    if (request.name === "status") return Promise.resolve(this.statusReply());
    return this.queue.push(request);
  }

  /** Checkpoints and ends before the next step: a signal came, or no client was there for too long. */
  end(reason: string): void {
    this.ending ??= { reason, answers: [] };
    this.queue.wake();
  }

  /** A step is made into a graph, which blocks this process for a while: said before, so that it does not look as if the run hung. */
  async compiling(step: string): Promise<void> {
    const { done, total } = this.progress ?? { done: 0, total: 1 };
    this.parts.publish({ type: "progress", done, total, phase: compilingPhase(step) });
    this.log(compilingPhase(step));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** A warning of the iteration that is under way. */
  warn(message: string): void {
    this.warnings.push(message);
    this.log(`warning: ${message}`);
  }

  /** Writes that the trainer lives, unless it was written a moment ago. */
  heartbeat(): void {
    if (this.parts.clock() - this.statusWritten < 1000) return;
    try {
      this.writeStatus(null);
    } catch {
      // A sign of life that could not be written is no reason to end; a write that matters will say what is wrong.
    }
  }

  /** For errors that reach the process from outside the stage's own promises. */
  failWith(error: unknown): ExitCode {
    const said = error instanceof Error ? error.message : String(error);
    const change = error instanceof OutOfMemory ? error.change : null;
    const message =
      change === null ? said : `${said}; go on with: rlhf resume ${this.manifest.id} --set ${change}`;
    return this.fail(message, error instanceof Error ? (error.stack ?? "") : "");
  }

  private async drive(stage: Stage): Promise<ExitCode> {
    try {
      await this.serve();
      while (this.ending === null) {
        this.atBoundary = false;
        const next = await stage.events.next();
        this.atBoundary = next.done === true;
        if (next.done === true) return await this.finish(stage);
        const failure = await this.take(next.value);
        if (failure !== null) return this.fail(failure, "");
        await this.serve();
      }
      return this.endStopped();
    } finally {
      await stage.events.return(undefined);
    }
  }

  /** Puts an event on disk and sends it; returns why the run cannot go on, or null. */
  private async take(event: TrainerEvent): Promise<string | null> {
    switch (event.type) {
      case "progress":
        this.progress = { done: event.done, total: event.total, phase: event.phase };
        this.parts.publish(event);
        this.heartbeat();
        return null;
      case "warning":
        this.warnings.push(event.message);
        this.log(`warning, iteration ${event.iteration}: ${event.message}`);
        return null;
      case "failed":
        return event.message;
      case "iteration":
        return await this.takeIteration(event);
    }
  }

  private async takeIteration(event: TrainerEvent & { type: "iteration" }): Promise<string | null> {
    const { iteration, iterations, values, selection } = event;
    const warnings = this.warnings;
    this.warnings = [];
    this.parts.store.appendIteration({ iteration, values, warnings }, event.episodes);
    this.parts.publish({ type: "iteration", iteration, iterations, values, warnings });
    const state = await event.state();
    const broken = firstNonFinite(state);
    if (broken !== null)
      return `After iteration ${iteration} ${broken} is not a number any more: the last good checkpoint was kept; lower the learning rate and branch from it.`;
    this.boundary = { state, iterations, selection };
    this.atBoundary = true;
    this.iterations = iterations;
    const every = this.setting("checkpointEvery", 10);
    if (iteration > 0 && (iteration % every === 0 || iteration === iterations)) this.saveBoundary(true);
    this.heartbeat();
    return null;
  }

  /**
   * Writes the boundary as a checkpoint unless it is there. Only regular ones compete for the best, so that a checkpoint asked for by
   * hand or by a stop changes nothing about which model the run leaves behind.
   */
  private saveBoundary(regular: boolean): number | null {
    if (this.boundary === null) return null;
    const { state, iterations, selection } = this.boundary;
    const model = this.stage?.model ?? null;
    const checkpoint = { state, iterations, selection: regular ? selection : null };
    const written = this.parts.store.saveCheckpoint(checkpoint, model, this.setting("keepCheckpoints", 3));
    if (written) this.parts.publish({ type: "checkpointSaved", checkpoint: state.iteration });
    return state.iteration;
  }

  private async finish(stage: Stage): Promise<ExitCode> {
    this.saveBoundary(true);
    const best = this.parts.store.readBestState();
    if (isProblem(best)) return this.fail(best.message, "");
    const result = await stage.finish(best ?? { iteration: 0, tensors: {}, numbers: {} });
    if (stage.model !== null && best !== null)
      this.parts.store.saveModel(result.weights ?? groupOf(best, stage.model.group), stage.model);
    this.parts.store.saveResult(result.figures);
    this.change("finished", null);
    this.parts.publish({ type: "finished", iterations: this.iterations, figures: result.figures });
    this.queue.refuseAll("The run is finished.");
    return 0;
  }

  private endStopped(): ExitCode {
    const checkpoint = this.stage === null ? this.position.iteration : this.saveBoundary(false);
    const reply = { checkpoint: checkpoint === null || checkpoint < 0 ? null : checkpoint };
    this.change("stopped", this.ending?.reason ?? null);
    this.ending?.answers.forEach((answer) => answer(reply));
    this.queue.refuseAll("The run has stopped.");
    return 3;
  }

  private fail(message: string, stack: string): ExitCode {
    const iteration = this.position.iteration + (this.atBoundary ? 0 : 1);
    this.log(`failed in iteration ${iteration}: ${message}\n${stack}`);
    try {
      this.parts.store.saveFailure({ iteration, message, stack });
      this.change("failed", message);
    } catch (error) {
      // A full disk may be why the run failed; then only the log of the process and the clients can be told.
      console.error(error instanceof Error ? error.message : error);
    }
    console.error(message);
    this.parts.publish({ type: "failed", iteration, message });
    this.ending?.answers.forEach((answer) => answer(new Problem("internal", message)));
    this.queue.refuseAll(message);
    return 1;
  }

  /** Lets messages in, answers them, and holds while the run is paused or waits for its start. */
  private async serve(): Promise<void> {
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      for (let next = this.queue.take(); next !== undefined; next = this.queue.take())
        await this.handle(next);
      if (this.ending !== null || this.stateNow === "running") return;
      await this.queue.wait();
    }
  }

  private async handle({ request, answer }: PendingRequest): Promise<void> {
    if (request.name === "stop") {
      this.ending ??= { reason: "it was asked to stop", answers: [] };
      this.ending.answers.push(answer);
      return;
    }
    try {
      answer(await this.reply(request));
    } catch (error) {
      answer(new Problem("internal", error instanceof Error ? error.message : String(error)));
      // A disk that cannot be written ends the run; a question that could not be answered does not.
      if (error instanceof Error && error.name === "DiskError") throw error;
    }
  }

  private async reply(request: Exclude<TypedRequest, { name: "stop" }>): Promise<Answer> {
    const stage = this.stage;
    switch (request.name) {
      case "status":
        return this.statusReply();
      case "start":
        return this.switchTo("running", ["queued", "running"]);
      case "pause":
        return this.switchTo("paused", ["running", "paused"]);
      case "resume":
        return this.switchTo("running", ["paused", "running"]);
      case "checkpoint": {
        const checkpoint = stage === null ? null : this.saveBoundary(false);
        if (checkpoint !== null) return { checkpoint };
        return new Problem("wrongState", "There is nothing to save before iteration 0 is done.");
      }
      case "setHyperparameters":
        return this.setHyperparameters(request.body);
      case "generate":
        return (await stage?.generate?.(request.body)) ?? this.unsupported("generate responses");
      case "score":
        return (await stage?.score?.(request.body)) ?? this.unsupported("score responses");
      case "inspectTokens":
        return (await stage?.inspectTokens?.(request.body)) ?? this.unsupported("inspect tokens");
    }
  }

  private unsupported(what: string): Problem {
    const stage = this.manifest.stage;
    const sentence =
      this.stage === null
        ? `A run of the stage ${stage} cannot ${what} before it has begun.`
        : `A run of the stage ${stage} cannot ${what}.`;
    return new Problem("unsupported", sentence);
  }

  private switchTo(state: RunState, from: readonly RunState[]): Answer {
    if (!from.includes(this.stateNow))
      return new Problem("wrongState", `The run is ${this.stateNow}; it must be ${from[0]} for that.`);
    if (state !== this.stateNow) this.change(state, null);
    return { state, iteration: this.position.iteration };
  }

  /** An iteration that has begun is not touched, so that a replay sees what the first pass saw. */
  private setHyperparameters({ who, changes }: RequestOf<"setHyperparameters">): Answer {
    const iteration = this.position.iteration + (this.atBoundary ? 1 : 2);
    const time = new Date(this.parts.clock()).toISOString();
    const change = { time, who, iteration, changes };
    const intervention = makeIntervention(this.manifest, this.settingsAt(iteration), change);
    if (isProblem(intervention)) return intervention;
    this.parts.store.appendIntervention(intervention);
    this.parts.publish({ type: "hyperparametersChanged", intervention });
    return intervention;
  }

  private get manifest() {
    return this.parts.request.manifest;
  }

  private settingsAt(iteration: number): Settings {
    return settingsAt(this.manifest, this.parts.store.interventions, iteration);
  }

  private setting(key: string, fallback: number): number {
    const value = this.settingsAt(this.position.iteration)[key];
    return typeof value === "number" && value >= 1 ? value : fallback;
  }

  private statusReply(): ReplyOf<"status"> {
    const hyperparameters = liveSettings(this.manifest, this.settingsAt(this.position.iteration + 1));
    return { state: this.stateNow, ...this.position, progress: this.progress, hyperparameters };
  }

  private change(state: RunState, reason: string | null): void {
    this.stateNow = state;
    this.writeStatus(reason);
    this.log(reason === null ? state : `${state}: ${reason}`);
    this.parts.publish({ type: "stateChanged", state, reason });
  }

  private writeStatus(reason: string | null): void {
    const now = this.parts.clock();
    const heartbeat = new Date(now).toISOString();
    const { stateNow: state, progress } = this;
    this.parts.store.setStatus({ state, ...this.position, progress, heartbeat, reason });
    this.statusWritten = now;
  }

  private log(line: string): void {
    this.parts.store.log(new Date(this.parts.clock()).toISOString(), line);
  }
}
