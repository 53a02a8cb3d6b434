import { cosineLearningRate } from "../algorithms/schedules";
import { createRng, type Rng } from "../algorithms/rng";
import { compiledStep, floats, type StepInput } from "../engine/compiledStep";
import { writeParameters, readParameters } from "../engine/parameters";
import {
  accumulateGradients,
  adamSchedule,
  applyGradients,
  createOptimizer,
  disposeOptimizer,
  type Optimizer,
} from "../engine/optimizer";
import { pairwiseLoss } from "../losses/pairwiseLoss";
import type { Source } from "../data/source";
import { hiddenStates, type GptModel } from "../model/gpt";
import { scalarHead } from "../model/heads";
import { gptFeatures, gptScalar } from "../model/network";
import { featureValues, headValues } from "../model/score";
import { batchInputs, lastPosition, padBatch, type Sequence } from "../model/sequences";
import type { RewardModelConfig } from "../protocol/runConfig";
import type { MetricValues, TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import { dropoutInput } from "./dropoutInput";
import { comparisonAccuracy, type ComparisonAccuracy } from "./rewardModelAccuracy";
import { isSplit, splitRewardModelStep } from "./microbatches";
import { namingOutOfMemory } from "./outOfMemory";
import { comparisonInputs, type RankedSequences } from "./rankedSequences";
import { momentsOf, snapshot } from "./state";

export { comparisonInputs, type RankedSequences } from "./rankedSequences";

/**
 * The reward model: a score for a response, learned from rankings.
 *
 *   minimise −1/C(K,2)·E log σ(r(x, y_w) − r(x, y_l))
 *
 * 1. Take a batch of prompts, each with all its K ranked responses: all pairs of a prompt stay in one batch element.
 * 2. Score each response once, at its last token: K forward passes, not C(K,2).
 * 3. One Adam step on the mean over prompts of the mean over that prompt's pairs; cosine decay to a tenth of the peak.
 * 4. Measure accuracy on held-out prompts, and on held-out labelers, with intervals beside the ceiling that the labelers' noise sets.
 * 5. At the end shift the bias so that demonstrations score 0 on average.
 *
 * Source: Ouyang et al. 2022, §3.5 and App. C.2. Starts from the SFT model, its unembedding layer replaced by a projection to a scalar.
 * Deviations: learning rate and batch for small models; a hidden layer in the head and soft ties are options.
 */
export interface RewardModelParts {
  readonly model: GptModel;
  readonly rankings: Source<RankedSequences>;
  readonly validation: readonly RankedSequences[];
  /** Comparisons of labelers who label no training data. */
  readonly heldOut?: readonly RankedSequences[];
  readonly demonstrations: readonly Sequence[];
  /** The best accuracy that labels as noisy as these allow; NaN where it is not known. */
  readonly noiseCeiling: number;
  readonly settings: (iteration: number) => RewardModelConfig;
  readonly seed: number;
  readonly clock: () => number;
  readonly resume: TrainerState | null;
}

export async function* trainRewardModel(parts: RewardModelParts): AsyncGenerator<TrainerEvent> {
  const { model, rankings, settings, clock, resume } = parts;
  const first = settings(1);
  const optimizer = createOptimizer(
    model.parameters,
    first,
    resume ? momentsOf(resume, "rewardModel") : undefined,
  );
  const steps = Math.ceil((rankings.size * first.epochs) / first.promptsPerBatch);
  const perIteration = first.stepsPerIteration;
  const iterations = Math.ceil(steps / perIteration);
  const state = (iteration: number) => (): Promise<TrainerState> =>
    snapshot(
      iteration,
      { rewardModel: model.parameters },
      { rewardModel: optimizer },
      { rankings: rankings.state() },
    );
  try {
    if (!resume) {
      const { values, selection } = await validate(parts);
      yield { type: "iteration", iteration: 0, iterations, values, episodes: [], selection, state: state(0) };
    }
    let done = (resume?.iteration ?? 0) * perIteration;
    for (let iteration = (resume?.iteration ?? 0) + 1; iteration <= iterations; iteration++) {
      const config = settings(iteration);
      const started = clock();
      const sums = { loss: 0, accuracy: 0, gradNorm: 0, responses: 0, steps: 0 };
      let learningRate = 0;
      for (; sums.steps < perIteration && done < steps; done++) {
        const schedule = {
          step: done,
          steps,
          peak: config.learningRate,
          warmupSteps: 0,
          finalShare: config.finalLearningRateShare,
        };
        learningRate = cosineLearningRate(schedule);
        const batch = rankings.take(config.promptsPerBatch); // 1
        const seed = createRng(parts.seed)
          .split(`dropout ${done}`)
          .integer(2 ** 31 - 1);
        const { dropout, microbatch } = config;
        const size = { step: done + 1, batch: batch.length, microbatch };
        const result = await namingOutOfMemory({ ...size, setting: "rm.microbatch", unit: "prompts" }, () => {
          const stepSettings = { step: done + 1, learningRate, dropout, seed };
          return isSplit(microbatch, batch.length)
            ? splitRewardModelStep(model, optimizer, batch, stepSettings, microbatch)
            : rewardModelStep(model, optimizer, batch, stepSettings);
        }); // 2, 3
        if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradNorm)) {
          yield {
            type: "failed",
            iteration,
            message: `the loss became ${result.loss} at optimizer step ${done + 1}: lower the learning rate and resume from the last checkpoint`,
          };
          return;
        }
        sums.loss += result.loss;
        sums.accuracy += result.accuracy;
        sums.gradNorm += result.gradNorm;
        sums.responses += result.responses;
        sums.steps++;
        yield { type: "progress", done: done + 1, total: steps, phase: "training" };
      }
      const seconds = clock() - started;
      const last = iteration === iterations;
      if (last) await centreOnDemonstrations(model, parts.demonstrations); // 5
      const validation = last || iteration % config.checkpointEvery === 0 ? await validate(parts) : null; // 4
      const values: MetricValues = {
        "loss/train": sums.loss / sums.steps,
        "accuracy/train": sums.accuracy / sums.steps,
        "optimizer/learningRate": learningRate,
        "optimizer/gradNorm": sums.gradNorm / sums.steps,
        "data/responses": sums.responses,
        "time/stepSeconds": seconds / sums.steps,
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

export interface RewardModelStepResult {
  readonly loss: number;
  readonly accuracy: number;
  readonly gradNorm: number;
  /** Responses that went through the model, which is K for each prompt. */
  readonly responses: number;
}

/** Steps 2 and 3: one optimizer step on the rankings of a batch of prompts. */
export async function rewardModelStep(
  model: GptModel,
  optimizer: Optimizer,
  batch: readonly RankedSequences[],
  settings: {
    readonly step: number;
    readonly learningRate: number;
    readonly dropout: number;
    readonly seed: number;
  },
): Promise<RewardModelStepResult> {
  const sequences = batch.flatMap((item) => item.sequences);
  const padded = padBatch(sequences, lastPosition, model.shape);
  const inputs: Record<string, StepInput> = {
    ...batchInputs(padded),
    ...comparisonInputs(batch),
    schedule: floats(adamSchedule(settings.step, settings.learningRate, optimizer.settings)),
    ...dropoutInput(model, sequences, 0, sequences, settings),
  };
  const key = { of: optimizer, name: `reward-model step of ${padded.batch}` };
  const run = compiledStep<typeof inputs, "loss" | "accuracy" | "gradNorm">(key, (tensors) => {
    const { ids, positions, rows, winners, losers, targets, weights, schedule, dropout } = tensors;
    const { loss, stats } = accumulateGradients(optimizer, 1, 0, () => {
      const tokens = { ids, positions, batch: padded.batch };
      const hidden = hiddenStates(model.parameters, model.shape, tokens, rows, { dropout });
      const scores = scalarHead(model.parameters, hidden);
      const result = pairwiseLoss(scores, { winners, losers, targets, weights });
      return { loss: result.loss, stats: { accuracy: result.accuracy } };
    });
    return { loss, ...stats, gradNorm: applyGradients(optimizer, schedule) };
  });
  const { loss, accuracy, gradNorm } = await run(inputs);
  return { loss: loss[0], accuracy: accuracy[0], gradNorm: gradNorm[0], responses: sequences.length };
}

/** The score of every response, at its last token. */
export async function scoreSequences(model: GptModel, sequences: readonly Sequence[]): Promise<Float32Array> {
  const rows = await headValues(gptScalar(model), sequences, lastPosition);
  return Float32Array.from(rows, ([score]) => score);
}

/** What the reward model projects to the score of each response: its score is linear in these numbers, `width` a response. */
export async function scoreFeatures(
  model: GptModel,
  sequences: readonly Sequence[],
): Promise<Float32Array[]> {
  return featureValues(gptFeatures(model), sequences, lastPosition);
}

/**
 * Shifts the head's bias so that the sequences score 0 on average; all differences of scores, and so all accuracies, stay as they are.
 * Source: Ouyang et al. 2022, §3.5. Does nothing where there are no sequences.
 */
export async function centreOnDemonstrations(
  model: GptModel,
  demonstrations: readonly Sequence[],
): Promise<void> {
  if (demonstrations.length === 0) return;
  const scores = await scoreSequences(model, demonstrations);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const bias = { "score.bias": model.parameters["score.bias"] };
  const { "score.bias": old } = await readParameters(bias);
  writeParameters(bias, { "score.bias": { shape: old.shape, data: Float32Array.of(old.data[0] - mean) } });
}

async function validate(
  parts: RewardModelParts,
): Promise<{ readonly values: MetricValues; readonly selection: number }> {
  const { model, validation, heldOut = [] } = parts;
  const rng = createRng(parts.seed);
  const measure = async (items: readonly RankedSequences[], interval: Rng): Promise<ComparisonAccuracy> => {
    const scores = await scoreSequences(
      model,
      items.flatMap(({ sequences }) => sequences),
    );
    return comparisonAccuracy(items, scores, interval);
  };
  const result = await measure(validation, rng.split("validation interval"));
  const ofHeldOut = heldOut.length > 0 ? await measure(heldOut, rng.split("held-out interval")) : null;
  return {
    values: {
      "loss/validation": result.loss,
      "accuracy/validation": result.accuracy,
      "accuracy/validationLow": result.low,
      "accuracy/validationHigh": result.high,
      ...(ofHeldOut && {
        "accuracy/heldOutLabelers": ofHeldOut.accuracy,
        "accuracy/heldOutLabelersLow": ofHeldOut.low,
        "accuracy/heldOutLabelersHigh": ofHeldOut.high,
      }),
      "accuracy/noiseCeiling": parts.noiseCeiling,
      "scores/mean": result.scoreMean,
      "scores/std": result.scoreStd,
      "scores/margin": result.margin,
    },
    selection: result.accuracy,
  };
}
