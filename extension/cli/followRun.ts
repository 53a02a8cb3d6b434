import { join } from "node:path";
import { isProblem } from "../protocol/problem";
import type { RunState, Stage } from "../protocol/runFormat";
import type { JsonValue, MetricValues } from "../protocol/trainerEvents";
import type { TrainerMessage } from "../protocol/trainerProtocol";
import { readFigures, type Run } from "../runs/runFolder";
import type { Output } from "./output";
import { TrainerClient } from "./trainerClient";
import { TrainerWatcher } from "./trainerWatcher";

export interface FollowedRun {
  /** 0 finished, 1 failed, 3 stopped and resumable. */
  readonly exitCode: 0 | 1 | 3;
  readonly state: RunState | "unknown";
  /** Why it failed, or how to go on with it; empty when it finished. */
  readonly message: string;
  /** What the run left in result.json; empty unless it finished. */
  readonly figures: { readonly [key: string]: JsonValue };
}

/** The trainer's bundle lies beside the command line's. */
const trainerFile = join(__dirname, "trainer.js");

export interface FollowCall {
  readonly project: string;
  readonly run: Run;
  readonly output: Output;
  /** What the progress line calls it; the stage's name unless told. */
  readonly what?: string;
  readonly graceSeconds: number;
}

/**
 * Starts the run's trainer, or attaches to the one that trains it already, shows its progress, and waits for its end. The first Ctrl-C lets
 * it write a checkpoint, the second ends it at once; either way it can be resumed.
 */
export async function followRun(call: FollowCall): Promise<FollowedRun> {
  const { project, run, output, what = run.manifest.stage, graceSeconds } = call;
  const print = eventPrinter(run, output, what);
  const client =
    (await TrainerWatcher.attach(run.paths, print)) ??
    new TrainerClient({ trainerFile, project, paths: run.paths, graceSeconds }, print);
  let asked = 0;
  const interrupt = (): void => {
    client.interrupt();
    if (++asked === 1) output.line("A checkpoint is being written; Ctrl-C again ends at once.");
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    const { exitCode, status, message } = await client.follow();
    const state = isProblem(status) ? "unknown" : status.state;
    if (exitCode === 0) return finished(run, state);
    const { id } = run.manifest;
    if (exitCode === 3 || (asked > 0 && state !== "failed")) {
      const sentence =
        asked > 0
          ? `The run ${id} was stopped; go on with: rlhf resume ${id}`
          : `The run ${id} was stopped (${message}); go on with: rlhf resume ${id}`;
      return { exitCode: 3, state, message: sentence, figures: {} };
    }
    return { exitCode: 1, state, message: `The run ${id} failed: ${message}`, figures: {} };
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

function finished(run: Run, state: RunState | "unknown"): FollowedRun {
  const figures = readFigures(run.paths);
  if (isProblem(figures)) return { exitCode: 1, state, message: figures.message, figures: {} };
  return { exitCode: 0, state, message: "", figures: figures ?? {} };
}

/** Shows a trainer's events. The bar is full only when the run has ended, because validation and writing come after the last step. */
function eventPrinter(run: Run, output: Output, what: string): (event: TrainerMessage) => void {
  const { id, stage } = run.manifest;
  let note = "";
  let total = 1;
  return (event) => {
    switch (event.type) {
      case "progress":
        total = event.total;
        if (event.done < total)
          output.progress(what, event.done, total, event.phase === "training" && note ? note : event.phase);
        return;
      case "iteration":
        note = noteOf(stage, event.values);
        for (const warning of event.warnings)
          output.line(`warning, iteration ${event.iteration}: ${warning}`);
        return output.emit({ ...event, type: "metrics", run: id, stage });
      case "finished":
        return output.progress(what, total, total, note);
      case "checkpointSaved":
      case "stateChanged":
      case "failed":
        return output.emit({ ...event, type: "event", event: event.type, run: id });
      case "hyperparametersChanged": {
        const changes = event.intervention.changes.map(({ key, new: value }) => `${key} = ${String(value)}`);
        output.line(`from iteration ${event.intervention.iteration}: ${changes.join(", ")}`);
        return output.emit({ type: "event", event: event.type, run: id, changes });
      }
    }
  };
}

const noted: { readonly [S in Stage]: readonly (readonly [metric: string, shown: string])[] } = {
  pretrain: [
    ["loss/train", "loss"],
    ["loss/validation", "validation"],
  ],
  sft: [
    ["loss/train", "loss"],
    ["loss/validation", "validation"],
  ],
  rm: [
    ["loss/train", "loss"],
    ["accuracy/validation", "accuracy"],
  ],
  ppo: [
    ["objective/score", "score"],
    ["objective/klPolicyReference", "KL"],
  ],
  dpo: [["loss/train", "loss"]],
  evaluate: [["winRate/versusSft", "win rate"]],
};

/** "score 1.23  KL 0.45": the one or two numbers a person watches in a stage. */
export function noteOf(stage: Stage, values: MetricValues): string {
  return noted[stage]
    .filter(([metric]) => Number.isFinite(values[metric]))
    .map(([metric, shown]) => `${shown} ${values[metric].toPrecision(3)}`)
    .join("  ");
}
