import { cosineLearningRate } from "../algorithms/schedules";
import { createRng } from "../algorithms/rng";
import { createOptimizer, disposeOptimizer, type OptimizerSettings } from "../engine/optimizer";
import type { GptModel } from "../model/gpt";
import type { MetricValues, TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import { languageModelStep, type WeightedBatch } from "./languageModel";
import { isSplit, splitLanguageModelStep } from "./microbatches";
import { namingOutOfMemory } from "./outOfMemory";
import { momentsOf, snapshot } from "./state";

/** What pretraining and SFT have in common: so many steps on batches, a cosine schedule, a line of metrics every few steps. */
export interface SupervisedParts {
  readonly model: GptModel;
  /** "policy": the group's name in checkpoints. */
  readonly steps: number;
  readonly next: () => WeightedBatch;
  /** Where the batches stand, for the checkpoint. */
  readonly cursor: () => TrainerState["numbers"];
  /** Validation metrics and the selection score (higher is better; null: no candidate) of the model as it is. */
  readonly validate: () => Promise<{ readonly values: MetricValues; readonly selection: number | null }>;
  readonly settings: (iteration: number) => SupervisedSettings;
  /** What its microbatch is called. */
  readonly setting: "pretrain.microbatch" | "sft.microbatch";
  readonly seed: number;
  readonly clock: () => number;
  readonly resume: TrainerState | null;
}

export interface SupervisedSettings extends OptimizerSettings {
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly finalLearningRateShare: number;
  readonly dropout: number;
  /** Sequences of a forward pass; 0 takes the whole batch. */
  readonly microbatch: number;
  readonly stepsPerIteration: number;
  readonly checkpointEvery: number;
}

/** Minimises the language-model loss; iteration 0 is the starting point. Ends with `failed` when a loss is not a number. */
export async function* trainSupervised(parts: SupervisedParts): AsyncGenerator<TrainerEvent> {
  const { model, steps, settings, clock, resume } = parts;
  const optimizer = createOptimizer(
    model.parameters,
    settings(1),
    resume ? momentsOf(resume, "policy") : undefined,
  );
  const perIteration = settings(1).stepsPerIteration;
  const iterations = Math.ceil(steps / perIteration);
  const state = (iteration: number) => (): Promise<TrainerState> =>
    snapshot(iteration, { policy: model.parameters }, { policy: optimizer }, parts.cursor());
  try {
    if (!resume) {
      const { values, selection } = await parts.validate();
      const iteration = 0;
      yield { type: "iteration", iteration, iterations, values, episodes: [], selection, state: state(0) };
    }
    let done = (resume?.iteration ?? 0) * perIteration;
    for (let iteration = (resume?.iteration ?? 0) + 1; iteration <= iterations; iteration++) {
      const config = settings(iteration);
      const started = clock();
      const sums = { loss: 0, gradNorm: 0, tokens: 0, steps: 0 };
      let learningRate = 0;
      for (; sums.steps < perIteration && done < steps; done++) {
        learningRate = cosineLearningRate({
          step: done,
          steps,
          peak: config.learningRate,
          warmupSteps: config.warmupSteps,
          finalShare: config.finalLearningRateShare,
        });
        const batch = parts.next();
        const seed = createRng(parts.seed)
          .split(`dropout ${done}`)
          .integer(2 ** 31 - 1);
        const { dropout, microbatch } = config;
        const size = { step: done + 1, batch: batch.sequences.length, microbatch };
        const { setting } = parts;
        const result = await namingOutOfMemory({ ...size, setting, unit: "sequences" }, () => {
          const stepSettings = { step: done + 1, learningRate, dropout, seed };
          return isSplit(microbatch, size.batch)
            ? splitLanguageModelStep(model, optimizer, batch, stepSettings, microbatch)
            : languageModelStep(model, optimizer, batch, stepSettings);
        });
        if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradNorm)) {
          yield {
            type: "failed",
            iteration,
            message: `the loss became ${result.loss} at optimizer step ${done + 1}: lower the learning rate and resume from the last checkpoint`,
          };
          return;
        }
        sums.loss += result.loss;
        sums.gradNorm += result.gradNorm;
        sums.tokens += batch.sequences.reduce((sum, s) => sum + s.prompt.length + s.response.length, 0);
        sums.steps++;
        yield { type: "progress", done: done + 1, total: steps, phase: "training" };
      }
      const seconds = clock() - started;
      const candidate = iteration % config.checkpointEvery === 0 || iteration === iterations;
      const validation = candidate ? await parts.validate() : null;
      const values = {
        "loss/train": sums.loss / sums.steps,
        "optimizer/learningRate": learningRate,
        "optimizer/gradNorm": sums.gradNorm / sums.steps,
        "data/tokens": sums.tokens,
        "time/stepSeconds": seconds / sums.steps,
        "throughput/tokensPerSecond": sums.tokens / seconds,
        ...validation?.values,
      };
      const selection = validation?.selection ?? null;
      yield {
        type: "iteration",
        iteration,
        iterations,
        values,
        episodes: [],
        selection,
        state: state(iteration),
      };
    }
  } finally {
    disposeOptimizer(optimizer);
  }
}
