import type { Tensor } from "@tensorflow/tfjs-core";
import { compiledStep, floats, paddedSize, type StepInput } from "../engine/compiledStep";
import { ops } from "../engine/ops";
import { accumulateGradients, adamSchedule, applyGradients, type Optimizer } from "../engine/optimizer";
import type { LossWithStats } from "../engine/gradients";
import { languageModelLoss } from "../losses/languageModelLoss";
import { hiddenStates, logitsOf, type GptModel } from "../model/gpt";
import {
  batchInputs,
  padBatch,
  perRow,
  responsePositions,
  responseTargets,
  type Sequence,
} from "../model/sequences";
import { gptPolicy } from "../model/network";
import { responseLogprobs } from "../model/score";
import { dropoutInput } from "./dropoutInput";

/** Sequences of one optimizer step; each token of `sequences[i]`'s response counts `weights[i]` in the loss. */
export interface WeightedBatch {
  readonly sequences: readonly Sequence[];
  readonly weights: readonly number[];
}

/** Every response token counts the same: the mean loss per token. */
export function evenWeights(sequences: readonly Sequence[]): WeightedBatch {
  const tokens = sequences.reduce((sum, sequence) => sum + sequence.response.length, 0);
  return { sequences, weights: sequences.map(() => 1 / tokens) };
}

/**
 * Two batches with a share of the loss each: the mean over the first's tokens counts 1−share, that over the second's counts `share`.
 */
export function mixedWeights(
  first: readonly Sequence[],
  second: readonly Sequence[],
  share: number,
): WeightedBatch {
  if (second.length === 0) return evenWeights(first);
  const [a, b] = [evenWeights(first), evenWeights(second)];
  return {
    sequences: [...first, ...second],
    weights: [...a.weights.map((w) => w * (1 - share)), ...b.weights.map((w) => w * share)],
  };
}

export interface StepSettings {
  /** Optimizer step, from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly dropout: number;
  /** Seed of this step's dropout. */
  readonly seed: number;
}

/** One optimizer step on −Σ weight·log π(token): loss in nats and the gradient's norm before clipping. */
export async function languageModelStep(
  model: GptModel,
  optimizer: Optimizer,
  batch: WeightedBatch,
  settings: StepSettings,
): Promise<{ readonly loss: number; readonly gradNorm: number }> {
  const inputs = languageModelInputs(model, batch, settings);
  const rows = paddedSize(batch.sequences.length);
  const key = { of: optimizer, name: `language-model step of ${rows}` };
  const run = compiledStep<typeof inputs & { schedule: StepInput }, "loss" | "gradNorm">(key, (tensors) => {
    const { loss } = accumulateGradients(optimizer, 1, 0, () => weightedLoss(model, tensors, rows));
    return { loss, gradNorm: applyGradients(optimizer, tensors.schedule) };
  });
  const schedule = floats(adamSchedule(settings.step, settings.learningRate, optimizer.settings));
  const { loss, gradNorm } = await run({ ...inputs, schedule });
  return { loss: loss[0], gradNorm: gradNorm[0] };
}

/** The inputs of `weightedLoss`: token ids, chosen rows, targets, weights and, where p > 0, dropout factors. */
export function languageModelInputs(
  model: GptModel,
  batch: WeightedBatch,
  settings: Pick<StepSettings, "dropout" | "seed">,
): Record<string, StepInput> {
  const padded = padBatch(batch.sequences, responsePositions, model.shape.context);
  const weights = batch.sequences.flatMap((sequence, i) => sequence.response.map(() => batch.weights[i]));
  return {
    ...batchInputs(padded),
    targets: responseTargets(padded, batch.sequences),
    weights: perRow(padded, weights),
    ...dropoutInput(model, batch.sequences, 0, batch.sequences, settings),
  };
}

/** The loss of a compiled step from its input tensors (see `languageModelInputs`), of so many sequences with those that only pad. */
export function weightedLoss(
  model: GptModel,
  inputs: Readonly<Record<string, Tensor>>,
  batch: number,
): LossWithStats {
  const { ids, positions, rows, targets, weights, dropout } = inputs;
  const hidden = hiddenStates(model.parameters, model.shape, { ids, positions, batch }, rows, { dropout });
  const logits = logitsOf(model.parameters, model.shape, hidden);
  return { loss: languageModelLoss(ops().tokenLogprobs(logits, targets, 1), weights, 1), stats: {} };
}

/** Mean negative log-likelihood of all response tokens, nats per token; NaN for no sequences. */
export async function meanLoss(model: GptModel, sequences: readonly Sequence[]): Promise<number> {
  const { logprobs } = await responseLogprobs(gptPolicy(model), sequences, 1);
  let [sum, tokens] = [0, 0];
  for (const row of logprobs)
    for (const logprob of row) {
      sum -= logprob;
      tokens++;
    }
  return sum / tokens;
}
