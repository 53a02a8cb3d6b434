import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** A value that changes from call to call: ids, masks, advantages, learning rates, dropout masks. */
export interface StepInput {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}
export type StepInputs = Readonly<Record<string, StepInput>>;
export type StepOutputs<O extends string> = Readonly<Record<O, Float32Array>>;

/**
 * Compiles a hot step: a function of explicit inputs and of the variables it closes over (weights, optimizer slots, caches), without
 * data-dependent control flow, draws or clock inside. Numbers go in and come out; nothing but variables stays alive.
 *
 * On `wasm` and `cpu` compiling means running it. A backend that records graphs takes over here: one graph for each set of input shapes,
 * everything else in the function being constant.
 */
export function compiledStep<I extends StepInputs, O extends string>(
  body: (inputs: { readonly [K in keyof I]: Tensor }) => Readonly<Record<O, Tensor>>,
): (inputs: I) => Promise<StepOutputs<O>> {
  return async (inputs) => {
    const outputs = tf.tidy(() => body(toTensors(inputs)));
    const entries = Object.entries<Tensor>(outputs);
    const values = await Promise.all(entries.map(([, tensor]) => tensor.data()));
    tf.dispose(entries.map(([, tensor]) => tensor));
    return Object.fromEntries(
      entries.map(([name], i) => [name, Float32Array.from(values[i])]),
    ) as StepOutputs<O>;
  };
}

function toTensors<I extends StepInputs>(inputs: I): { readonly [K in keyof I]: Tensor } {
  const entries = Object.entries(inputs).map(([name, { shape, data }]) => [
    name,
    tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"),
  ]);
  return Object.fromEntries(entries) as { readonly [K in keyof I]: Tensor };
}

/** A float input of any shape. */
export function floats(
  data: Float32Array | readonly number[],
  shape: readonly number[] = [data.length],
): StepInput {
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** An integer input of any shape. */
export function integers(
  data: Int32Array | readonly number[],
  shape: readonly number[] = [data.length],
): StepInput {
  return { shape, data: data instanceof Int32Array ? data : Int32Array.from(data) };
}
