import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { NamedArray } from "../protocol/trainerEvents";
import { lossAndGradients, type LossAndGradients, type LossWithStats, type Parameters } from "./gradients";
import { ops } from "./ops";
import { disposeParameters, zeroVariable } from "./parameters";
import type { AdamMoments } from "./transformerOps";

export interface OptimizerSettings {
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  readonly adamEpsilon: number;
  /** Global norm the gradient is scaled down to; 0 leaves it alone. */
  readonly maxGradNorm: number;
  /** Decoupled, on matrices only. */
  readonly weightDecay: number;
}

/**
 * Adam with one gradient buffer. The variables (moments and buffer) exist before the first step, so that a step can be recorded. All are in the
 * parameters' order. The moments are one variable each: a graph takes and gives two tensors then instead of two for each parameter.
 */
export interface Optimizer {
  readonly parameters: Parameters;
  readonly moments: AdamMoments;
  readonly buffer: Parameters;
  readonly settings: OptimizerSettings;
}

type Arrays = Readonly<Record<string, NamedArray>>;

/** An optimizer with empty moments, or with those of a checkpoint. Throws where these are not of the parameters' names and sizes. */
export function createOptimizer(
  parameters: Parameters,
  settings: OptimizerSettings,
  saved?: { readonly m: Arrays; readonly v: Arrays },
): Optimizer {
  const joined = (arrays: Arrays): Variable => {
    const data = new Float32Array(sizeOf(parameters));
    for (const { name, first, parameter } of places(parameters)) {
      if (arrays[name]?.data.length !== parameter.size)
        throw new Error(`the checkpoint's moments do not fit the parameter ${name}`);
      data.set(arrays[name].data, first);
    }
    return tf.tidy(() => tf.variable(tf.tensor1d(data)));
  };
  const zeros = (): Variable => zeroVariable([sizeOf(parameters)]);
  return {
    parameters,
    moments: saved ? { m: joined(saved.m), v: joined(saved.v) } : { m: zeros(), v: zeros() },
    buffer: mapParameters(parameters, ({ shape }) => zeroVariable(shape)),
    settings,
  };
}

/** Copies of both moments, by the names of the parameters and in their shapes. */
export async function readMoments({ parameters, moments }: Optimizer): Promise<{ m: Arrays; v: Arrays }> {
  const named = async (moment: Variable): Promise<Arrays> => {
    const data = await moment.data();
    return Object.fromEntries(
      places(parameters).map(({ name, first, parameter: { shape, size } }) => {
        return [name, { shape, data: Float32Array.from(data.subarray(first, first + size)) }];
      }),
    );
  };
  return { m: await named(moments.m), v: await named(moments.v) };
}

/** Where each parameter's entries begin when all stand one after the other. */
function places(
  parameters: Parameters,
): { readonly name: string; readonly first: number; readonly parameter: Variable }[] {
  let first = 0;
  return Object.entries(parameters).map(([name, parameter]) => {
    const place = { name, first, parameter };
    first += parameter.size;
    return place;
  });
}

const sizeOf = (parameters: Parameters): number =>
  Object.values(parameters).reduce((sum, { size }) => sum + size, 0);

export function disposeOptimizer(optimizer: Optimizer): void {
  for (const list of [optimizer.moments, optimizer.buffer]) disposeParameters(list);
}

/** buffer ← keep·buffer + scale·∇loss; returns the loss, its statistics and ∇loss. Inside a compiled step. */
export function accumulateGradients<S extends string = never>(
  optimizer: Optimizer,
  scale: number,
  keep: 0 | 1,
  body: () => LossWithStats<S>,
): LossAndGradients<S> {
  const result = lossAndGradients(optimizer.parameters, body);
  for (const [name, target] of Object.entries(optimizer.buffer)) {
    const gradient = result.gradients[name];
    if (gradient) ops().blend(target, keep, gradient, scale);
    else if (keep === 0) throw new Error(`the loss does not reach the parameter ${name}`);
  }
  return result;
}

/** Σx² of all arrays, summed in the order of their names: those of a model that was read from a file stand in another, and another order rounds otherwise. */
export function sumOfSquares(arrays: Readonly<Record<string, Tensor>>): Tensor {
  const names = Object.keys(arrays).sort();
  return ops().sumOfSquares(names.map((name) => arrays[name]));
}

/**
 * One Adam step from the buffer (see `TransformerOps.adamUpdate` for the equations), the gradient first scaled down to the settings'
 * global norm. `schedule` is [3]: learning rate, 1/(1−β1^t), 1/(1−β2^t). Returns the norm before clipping, a scalar.
 * Source: Kingma & Ba 2015; clipping as Pascanu et al. 2013, §3.2.
 */
export function applyGradients(optimizer: Optimizer, schedule: Tensor): Tensor {
  const { adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: epsilon, maxGradNorm } = optimizer.settings;
  const norm = tf.sqrt(sumOfSquares(optimizer.buffer));
  const factor = maxGradNorm > 0 ? tf.minimum(1, tf.div(maxGradNorm, tf.add(norm, 1e-6))) : tf.onesLike(norm);
  const step = tf.concat([schedule, tf.reshape(factor, [1])]);
  const weights = Object.entries(optimizer.parameters).map(([name, weight]) => ({
    ...{ weight, gradient: optimizer.buffer[name] },
    decay: weight.shape.length > 1 ? optimizer.settings.weightDecay : 0,
  }));
  ops().adamUpdate(weights, optimizer.moments, step, { beta1, beta2, epsilon });
  return norm;
}

/** [learning rate, 1/(1−β1^t), 1/(1−β2^t)] of optimizer step t = 1, 2, …. Powers by repeated products: the same bits everywhere. */
export function adamSchedule(step: number, learningRate: number, settings: OptimizerSettings): Float32Array {
  const power = (base: number, exponent: number): number => {
    let [result, factor] = [1, base];
    for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
      if (e % 2 === 1) result *= factor;
      factor *= factor;
    }
    return result;
  };
  return Float32Array.of(
    learningRate,
    1 / (1 - power(settings.adamBeta1, step)),
    1 / (1 - power(settings.adamBeta2, step)),
  );
}

/** average ← decay·average + (1−decay)·parameters, in place. */
export function updateEma(average: Parameters, parameters: Parameters, decay: number): void {
  for (const [name, target] of Object.entries(average))
    ops().blend(target, decay, parameters[name], 1 - decay);
}

function mapParameters(parameters: Parameters, make: (parameter: Variable) => Variable): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, make(parameter)]));
}
