import { compiledStep, paddedSize, type StepInput } from "../engine/compiledStep";
import { ops } from "../engine/ops";
import type { Parameters } from "../engine/gradients";
import { accumulateGradients, sumOfSquares, type Optimizer } from "../engine/optimizer";
import { disposeParameters, zeroVariable } from "../engine/parameters";
import { pairwiseLoss } from "../losses/pairwiseLoss";
import { hiddenStates, type GptModel } from "../model/gpt";
import { scalarHead } from "../model/heads";
import { batchInputs, lastPosition, padBatch, type Sequence } from "../model/sequences";
import { adamStep } from "./adamStep";
import { dropoutInput } from "./dropoutInput";
import {
  evenWeights,
  languageModelInputs,
  weightedLoss,
  type StepSettings,
  type WeightedBatch,
} from "./languageModel";
import { comparedPrompts, comparisonInputs, type RankedSequences } from "./rankedSequences";

/**
 * Gradients of batches in parts, each small enough for the memory that there is:
 *
 *   buffer ← Σ over parts of ∇loss(part), then one Adam step
 *
 * A token's, or a comparison's, weight in the loss is that of the whole batch, and so are its dropout factors: the sum is the batch's
 * gradient, to rounding.
 */

/** Items in parts of `microbatch`, 0 = all in one, each with the number of items before it. */
export function inParts<T>(
  items: readonly T[],
  microbatch: number,
): readonly { readonly first: number; readonly items: readonly T[] }[] {
  const size = microbatch === 0 ? Math.max(1, items.length) : microbatch;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => ({
    first: i * size,
    items: items.slice(i * size, (i + 1) * size),
  }));
}

/** Whether a batch of so many items is computed in parts. */
export const isSplit = (microbatch: number, items: number): boolean => microbatch > 0 && microbatch < items;

/** `languageModelStep` in parts of `microbatch` sequences. */
export async function splitLanguageModelStep(
  model: GptModel,
  optimizer: Optimizer,
  batch: WeightedBatch,
  settings: StepSettings,
  microbatch: number,
): Promise<{ readonly loss: number; readonly gradNorm: number }> {
  let loss = 0;
  for (const { first, items } of inParts(batch.sequences, microbatch)) {
    const part = { sequences: items, weights: batch.weights.slice(first, first + items.length) };
    const inputs = {
      ...languageModelInputs(model, part, { dropout: 0, seed: 0 }),
      ...dropoutInput(model, batch.sequences, first, items, settings),
    };
    const rows = paddedSize(items.length);
    const keep = first === 0 ? 0 : 1;
    const key = { of: optimizer, name: `language-model gradient of ${rows} (${keep})` };
    const run = compiledStep<typeof inputs, "loss">(key, (tensors) => ({
      loss: accumulateGradients(optimizer, 1, keep, () => weightedLoss(model, tensors, rows)).loss,
    }));
    loss += (await run(inputs)).loss[0];
  }
  return { loss, gradNorm: await adamStep(optimizer, settings.step, settings.learningRate) };
}

/** What the pretraining mix adds to PPO's gradient: its loss, nats per token, and the squares of its norm and of that of what was there before. */
export interface PretrainingGradient {
  readonly loss: number;
  readonly squares: number;
  readonly squaresBefore: number;
}

/**
 * The optimizer's buffer ← buffer + scale·Σ over parts of ∇loss(part), in parts of `atOnce` sequences. The sum comes about in a buffer of its own, which
 * is freed again, since its norm cannot be had from those of the parts.
 */
export async function splitPretrainingGradient(
  model: GptModel,
  optimizer: Optimizer,
  sequences: readonly Sequence[],
  scale: number,
  atOnce: number,
): Promise<PretrainingGradient> {
  const batch = evenWeights(sequences);
  const own = zerosLike(optimizer.buffer);
  const variables = Object.values(own);
  try {
    let loss = 0;
    for (const { first, items } of inParts(sequences, atOnce)) {
      const part = { sequences: items, weights: batch.weights.slice(first, first + items.length) };
      const inputs = languageModelInputs(model, part, { dropout: 0, seed: 0 });
      const rows = paddedSize(items.length);
      const name = `pretraining gradient of ${rows} in parts (${scale})`;
      const run = compiledStep<typeof inputs, "loss">({ of: optimizer, name, variables }, (tensors) => {
        const gradient = () => weightedLoss(model, tensors, rows);
        return { loss: accumulateGradients({ ...optimizer, buffer: own }, scale, 1, gradient).loss };
      });
      loss += (await run(inputs)).loss[0];
    }
    const key = { of: optimizer, name: "pretraining gradient added", variables };
    const add = compiledStep<Record<string, never>, "squares" | "squaresBefore">(key, () => {
      const squaresBefore = sumOfSquares(optimizer.buffer);
      const squares = sumOfSquares(own);
      for (const [name, target] of Object.entries(optimizer.buffer)) ops().blend(target, 1, own[name], 1);
      return { squares, squaresBefore };
    });
    const { squares, squaresBefore } = await add({});
    return { loss, squares: squares[0], squaresBefore: squaresBefore[0] };
  } finally {
    disposeParameters(own);
  }
}

function zerosLike(parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => [name, zeroVariable(shape)]),
  );
}

/** `rewardModelStep` in parts of `microbatch` prompts, each with all its responses. */
export async function splitRewardModelStep(
  model: GptModel,
  optimizer: Optimizer,
  batch: readonly RankedSequences[],
  settings: StepSettings,
  microbatch: number,
): Promise<{
  readonly loss: number;
  readonly accuracy: number;
  readonly gradNorm: number;
  readonly responses: number;
}> {
  const all = batch.flatMap(({ sequences }) => sequences);
  const prompts = comparedPrompts(batch);
  const sums = { loss: 0, right: 0, decided: 0, responses: 0 };
  for (const { first, items } of inParts(batch, microbatch)) {
    const sequences = items.flatMap((item) => item.sequences);
    const padded = padBatch(sequences, lastPosition, model.shape);
    const inputs: Record<string, StepInput> = {
      ...batchInputs(padded),
      ...comparisonInputs(items, prompts),
      ...dropoutInput(model, all, sums.responses, sequences, settings),
    };
    const keep = first === 0 ? 0 : 1;
    const key = { of: optimizer, name: `reward-model gradient of ${padded.batch} (${keep})` };
    const run = compiledStep<typeof inputs, "loss" | "accuracy">(key, (tensors) => {
      const { ids, positions, rows, winners, losers, targets, weights, dropout } = tensors;
      const { loss, stats } = accumulateGradients(optimizer, 1, keep, () => {
        const tokens = { ids, positions, batch: padded.batch };
        const hidden = hiddenStates(model.parameters, model.shape, tokens, rows, { dropout });
        const scores = scalarHead(model.parameters, hidden);
        const result = pairwiseLoss(scores, { winners, losers, targets, weights });
        return { loss: result.loss, stats: { accuracy: result.accuracy } };
      });
      return { loss, ...stats };
    });
    const result = await run(inputs);
    const decided = decidedWeight(inputs);
    sums.loss += result.loss[0];
    sums.right += result.accuracy[0] * decided;
    sums.decided += decided;
    sums.responses += sequences.length;
  }
  const { loss, right, decided, responses } = sums;
  const accuracy = decided > 0 ? right / decided : 0;
  return {
    loss,
    accuracy,
    gradNorm: await adamStep(optimizer, settings.step, settings.learningRate),
    responses,
  };
}

/** What the accuracy of a part is a mean over: comparisons that are no ties. */
function decidedWeight({ targets, weights }: Readonly<Record<string, StepInput>>): number {
  return Array.from(weights.data).reduce((sum, weight, i) => sum + (targets.data[i] === 0.5 ? 0 : weight), 0);
}
