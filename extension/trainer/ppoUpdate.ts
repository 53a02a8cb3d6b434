import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { compiledStep, floats, paddedSize, type StepInput } from "../engine/compiledStep";
import type { LossWithStats, Parameters } from "../engine/gradients";
import { ops } from "../engine/ops";
import { accumulateGradients, sumOfSquares, type Optimizer } from "../engine/optimizer";
import { policyLoss } from "../losses/policyLoss";
import { valueLoss } from "../losses/valueLoss";
import type { GptModel } from "../model/gpt";
import type { PolicyNetwork, ScalarNetwork, SharedNetwork } from "../model/network";
import {
  batchInputs,
  padBatch,
  perRow,
  responsePositions,
  responseTargets,
  type Sequence,
  type TokenLimits,
} from "../model/sequences";
import type { PpoConfig } from "../protocol/runConfig";
import { adamSteps } from "./adamStep";
import { evenWeights, languageModelInputs, weightedLoss } from "./languageModel";
import { isSplit, splitPretrainingGradient, type PretrainingGradient } from "./microbatches";
import { rowOf, type Rollout } from "./rollout";

/** The networks of an update: policy and value apart, each with its optimizer, or on one trunk with one. */
export type Learners =
  | {
      readonly type: "separate";
      readonly policy: PolicyNetwork;
      readonly policyOptimizer: Optimizer;
      readonly value: ScalarNetwork;
      readonly valueOptimizer: Optimizer;
    }
  | { readonly type: "shared"; readonly policy: SharedNetwork; readonly policyOptimizer: Optimizer };

/** Advantages and returns of a rollout, row-major [B, R]. */
export interface Estimates {
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

export interface UpdateSettings {
  readonly config: PpoConfig;
  readonly learningRate: number;
  readonly valueLearningRate: number;
  /** Optimizer step, from 1. */
  readonly step: number;
}

/** Statistics of one optimizer step; all means are over the minibatch's response tokens. */
export type UpdateStats = Record<
  | "policyLoss"
  | "clipFraction"
  | "k1"
  | "k3"
  | "ratioDeviation"
  | "valueLoss"
  | "valueClipFraction"
  | "policyGradNorm"
  | "valueGradNorm"
  | "ptxLoss"
  | "ptxGradNormRatio",
  number
>;

/**
 * One optimizer step of PPO or PPO-ptx on the episodes `members` of a rollout:
 *
 *   buffer ← ∇ policyLoss − entropyCoef·∇ entropy        (over microbatches)
 *   buffer ← buffer + ptxCoef·∇(−log π over pretraining)  (eq. 2's third term, the same buffer)
 *   Adam on the buffer; likewise ∇ valueLoss for the value model; then the moving average of the policy
 *
 * `ptx` are this step's pretraining sequences; none leaves plain PPO.
 */
export async function ppoUpdate(
  learners: Learners,
  rollout: Rollout,
  estimates: Estimates,
  members: readonly number[],
  ptx: { readonly model: GptModel; readonly sequences: readonly Sequence[] } | null,
  average: Parameters | null,
  settings: UpdateSettings,
): Promise<UpdateStats> {
  const { config } = settings;
  const stats = await accumulateMinibatch(learners, rollout, estimates, members, config);
  const language =
    ptx && ptx.sequences.length > 0
      ? await accumulatePretraining(
          learners.policyOptimizer,
          ptx,
          config.ptxCoef,
          pretrainingAtOnce(config, members.length),
        )
      : null;
  const [policyGradNorm, valueGradNorm = policyGradNorm] = await adamSteps(learners, settings.step, [
    {
      optimizer: learners.policyOptimizer,
      learningRate: settings.learningRate,
      average: average && { parameters: average, decay: config.emaDecay },
    },
    ...(learners.type === "separate"
      ? [{ optimizer: learners.valueOptimizer, learningRate: settings.valueLearningRate }]
      : []),
  ]);
  return {
    ...stats,
    policyGradNorm,
    valueGradNorm,
    ptxLoss: language?.loss ?? NaN,
    ptxGradNormRatio: language ? Math.sqrt(language.squares / Math.max(language.squaresBefore, 1e-30)) : NaN,
  };
}

/** Accumulates ∇PPO of a minibatch into the buffers, microbatch by microbatch, and adds up its statistics. */
async function accumulateMinibatch(
  learners: Learners,
  rollout: Rollout,
  estimates: Estimates,
  members: readonly number[],
  config: PpoConfig,
): Promise<Omit<UpdateStats, "policyGradNorm" | "valueGradNorm" | "ptxLoss" | "ptxGradNormRatio">> {
  const size = config.microbatch === 0 ? members.length : config.microbatch;
  const count = members.reduce((sum, b) => sum + rollout.episodes[b].sequence.response.length, 0);
  const total = {
    policyLoss: 0,
    clipFraction: 0,
    k1: 0,
    k3: 0,
    ratioDeviation: 0,
    valueLoss: 0,
    valueClipFraction: 0,
  };
  for (let start = 0; start < members.length; start += size) {
    const keep = start === 0 ? 0 : 1;
    const microbatch = members.slice(start, start + size);
    const run = minibatchStep(learners, paddedSize(microbatch.length), keep, config);
    const result = await run(minibatchInputs(rollout, estimates, microbatch, count, learners.policy));
    for (const name of Object.keys(total) as (keyof typeof total)[])
      total[name] =
        name === "ratioDeviation" ? Math.max(total[name], result[name][0]) : total[name] + result[name][0];
  }
  return total;
}

type MinibatchInputs = Record<
  | "ids"
  | "positions"
  | "rows"
  | "targets"
  | "mask"
  | "count"
  | "oldLogprobs"
  | "advantages"
  | "oldValues"
  | "returns",
  StepInput
>;

/** Inputs of one microbatch: the response tokens of its episodes, one after the other. */
function minibatchInputs(
  rollout: Rollout,
  estimates: Estimates,
  members: readonly number[],
  count: number,
  limits: TokenLimits,
): MinibatchInputs {
  const sequences = members.map((b) => rollout.episodes[b].sequence);
  const padded = padBatch(sequences, responsePositions, limits);
  const tokens = (array: Float32Array): StepInput => {
    const rows = members.map((b, i) => rowOf(array, b, rollout.columns, sequences[i].response.length));
    return perRow(
      padded,
      rows.flatMap((row) => [...row]),
    );
  };
  return {
    ...batchInputs(padded),
    targets: responseTargets(padded, sequences),
    mask: tokens(rollout.responseMask),
    count: floats([count], []),
    oldLogprobs: tokens(rollout.logprobs),
    advantages: tokens(estimates.advantages),
    oldValues: tokens(rollout.values),
    returns: tokens(estimates.returns),
  };
}

type PolicyStats = "policyLoss" | "clipFraction" | "k1" | "k3" | "ratioDeviation";
type ValueStats = "valueLoss" | "valueClipFraction";

/** The compiled step that accumulates ∇PPO of one microbatch. */
function minibatchStep(learners: Learners, batch: number, keep: 0 | 1, config: PpoConfig) {
  const { clipRange, clipRangeValue, entropyCoef, temperature, valueCoef } = config;
  const constants = [keep, clipRange, clipRangeValue, entropyCoef, temperature, valueCoef].join(" ");
  return compiledStep<
    MinibatchInputs,
    "policyLoss" | "clipFraction" | "k1" | "k3" | "ratioDeviation" | "valueLoss" | "valueClipFraction"
  >({ of: learners, name: `PPO gradient of ${batch} (${constants})` }, (inputs) => {
    const tokens = { ids: inputs.ids, positions: inputs.positions, batch };
    if (learners.type === "shared") {
      return accumulateGradients(learners.policyOptimizer, 1, keep, () => {
        const { logits, scalars } = learners.policy.logitsAndScalars(tokens, inputs.rows);
        const policy = policyPart(logits, inputs, config);
        const value = valuePart(scalars, inputs, config);
        return {
          loss: tf.add(policy.loss, tf.mul(config.valueCoef, value.loss)),
          stats: { ...policy.stats, ...value.stats },
        };
      }).stats;
    }
    const { policy, policyOptimizer, value, valueOptimizer } = learners;
    const [ofPolicy, ofValue] = ops().sideBySide(
      () =>
        accumulateGradients(policyOptimizer, 1, keep, () =>
          policyPart(policy.logits(tokens, inputs.rows), inputs, config),
        ).stats,
      () =>
        accumulateGradients(valueOptimizer, 1, keep, () =>
          valuePart(value.scalars(tokens, inputs.rows), inputs, config),
        ).stats,
    );
    return { ...ofPolicy, ...ofValue };
  });
}

type Tensors = { readonly [K in keyof MinibatchInputs]: Tensor };

function policyPart(logits: Tensor, inputs: Tensors, config: PpoConfig): LossWithStats<PolicyStats> {
  const { targets, oldLogprobs, advantages, mask, count } = inputs;
  const logprobs = ops().tokenLogprobs(logits, targets, config.temperature);
  const { loss, ...stats } = policyLoss({
    logprobs,
    oldLogprobs,
    advantages,
    mask,
    count,
    clipRange: config.clipRange,
  });
  if (config.entropyCoef === 0) return { loss, stats: { policyLoss: loss, ...stats } };
  const entropy = tf.div(tf.sum(tf.mul(ops().entropy(logits, config.temperature), mask)), count);
  return { loss: tf.sub(loss, tf.mul(config.entropyCoef, entropy)), stats: { policyLoss: loss, ...stats } };
}

function valuePart(values: Tensor, inputs: Tensors, config: PpoConfig): LossWithStats<ValueStats> {
  const { oldValues, returns, mask, count } = inputs;
  const { loss, clipFraction } = valueLoss({
    values,
    oldValues,
    returns,
    mask,
    count,
    clipRangeValue: config.clipRangeValue,
  });
  return { loss, stats: { valueLoss: loss, valueClipFraction: clipFraction } };
}

/**
 * Pretraining sequences that a minibatch of `episodes` computes at once, 0 = all: where it is split, as many as come with a microbatch, and not
 * more than it has episodes, so that whatever did not fit does so in smaller microbatches.
 */
export function pretrainingAtOnce(
  { microbatch, ptxPerEpisode }: Pick<PpoConfig, "microbatch" | "ptxPerEpisode">,
  episodes: number,
): number {
  return isSplit(microbatch, episodes) ? Math.max(1, Math.round(microbatch * Math.min(1, ptxPerEpisode))) : 0;
}

/** buffer ← buffer + γ·∇LM, `atOnce` sequences at a time; the squares of both gradients' norms before they meet. */
async function accumulatePretraining(
  optimizer: Optimizer,
  ptx: { readonly model: GptModel; readonly sequences: readonly Sequence[] },
  ptxCoef: number,
  atOnce: number,
): Promise<PretrainingGradient> {
  if (isSplit(atOnce, ptx.sequences.length))
    return splitPretrainingGradient(ptx.model, optimizer, ptx.sequences, ptxCoef, atOnce);
  const inputs = languageModelInputs(ptx.model, evenWeights(ptx.sequences), { dropout: 0, seed: 0 });
  const rows = paddedSize(ptx.sequences.length);
  const key = { of: optimizer, name: `pretraining gradient of ${rows} (${ptxCoef})` };
  const run = compiledStep<typeof inputs, "loss" | "squares" | "squaresBefore">(key, (tensors) => {
    const squaresBefore = sumOfSquares(optimizer.buffer);
    const loss = () => weightedLoss(ptx.model, tensors, rows);
    const result = accumulateGradients(optimizer, ptxCoef, 1, loss);
    return {
      loss: result.loss,
      squares: tf.mul(sumOfSquares(result.gradients), ptxCoef ** 2),
      squaresBefore,
    };
  });
  const { loss, squares, squaresBefore } = await run(inputs);
  return { loss: loss[0], squares: squares[0], squaresBefore: squaresBefore[0] };
}
