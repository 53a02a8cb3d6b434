import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";

/** A value that changes from call to call: ids, masks, advantages, learning rates, dropout masks. */
export interface StepInput {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}
export type StepInputs = Readonly<Record<string, StepInput>>;
export type StepOutputs<O extends string> = Readonly<Record<O, Float32Array>>;

/** What makes two steps the same but for the values and shapes of their inputs. */
export interface StepKey {
  /**
   * Whose step it is: it decides the variables that the step reads and writes. A text where all of them come as `variables`: what has the
   * same text, such as models of one shape, shares graphs.
   */
  readonly of: object | string;
  /** Says which step, with every number that it closes over. */
  readonly name: string;
  /** Variables that may be others in every call (a cache, another model's weights), of the same shapes and in the same order. */
  readonly variables?: readonly Variable[];
}

type Tensors = Readonly<Record<string, Tensor>>;

/** How the backend that runs now runs steps. */
export type StepRunner = (
  key: StepKey,
  body: (inputs: Tensors) => Tensors,
  inputs: StepInputs,
) => Promise<Readonly<Record<string, Float32Array>>>;

/** What happens to steps besides their results: for logs, progress and tests. */
export interface StepListener {
  /** A step of these shapes runs for the first time and becomes a graph, which may take seconds. Awaited. */
  readonly compiling: (name: string) => void | Promise<void>;
  /** No graph could be made of a step, or it did something else than the step: this one runs operation by operation from now on. */
  readonly refused: (name: string, reason: string) => void;
}

const deaf: StepListener = { compiling: () => undefined, refused: () => undefined };
let listener = deaf;

/** Whoever drives steps in this process listens to them; one at a time. */
export function listenToSteps(next: StepListener = deaf): void {
  listener = next;
}

export function stepListener(): StepListener {
  return listener;
}

let runner: StepRunner = runDirectly;

/** Called when the backend changes; without a runner steps run operation by operation. */
export function setStepRunner(next: StepRunner = runDirectly): void {
  runner = next;
}

/**
 * A size that ragged inputs are padded to: the size itself where steps run directly; where they become graphs, one for each shape, the next of
 * 1, 2, 3, 4, 6, 8, 12, 16, 24, …, so that a run has a handful of them and pads by a sixth on average. What is left of a list after pieces of the
 * size `usual` is padded to that, whose graph is there.
 */
export function paddedSize(size: number, usual = 0): number {
  if (runner === runDirectly) return size;
  if (size <= usual) return usual;
  if (size <= 2) return size;
  let power = 2;
  while (2 * power < size) power *= 2;
  return 1.5 * power >= size ? 1.5 * power : 2 * power;
}

/**
 * What a number of hidden rows, chosen of a batch of so many sequences of this length, is padded to: the number itself where steps run directly; where
 * they become graphs, one of each sequence, or the next of ¾·batch·length, half of that, a quarter, …: at most twice as many. How many tokens are a
 * response's varies less from batch to batch than how long the longest is, so that most batches of one shape have one number of rows.
 */
export function paddedRows(count: number, batch: number, length: number): number {
  if (runner === runDirectly || count === 0) return count;
  const all = batch * length;
  if (count > 0.75 * all) return all;
  let rows = 0.75 * all;
  while (rows / 2 >= count) rows /= 2;
  return count <= batch ? batch : Math.ceil(rows);
}

/**
 * Compiles a hot step: a function of explicit inputs and of the variables it closes over (weights, optimizer slots, caches), without
 * data-dependent control flow, draws or clock inside. Numbers go in and come out; nothing but variables stays alive.
 *
 * On `wasm` and `cpu` compiling means running it. On `tensorflow` the first run is recorded and becomes a graph, one for each key and set of
 * input shapes; everything else in the function is constant there, which is why the key must name it.
 */
export function compiledStep<I extends StepInputs, O extends string>(
  key: StepKey,
  body: (inputs: { readonly [K in keyof I]: Tensor }) => Readonly<Record<O, Tensor>>,
): (inputs: I) => Promise<StepOutputs<O>> {
  return async (inputs) =>
    (await runner(key, body as (inputs: Tensors) => Tensors, inputs)) as StepOutputs<O>;
}

/** Runs a step operation by operation. */
export async function runDirectly(
  _key: StepKey,
  body: (inputs: Tensors) => Tensors,
  inputs: StepInputs,
): Promise<Readonly<Record<string, Float32Array>>> {
  const outputs = tf.tidy(() => body(toTensors(inputs)));
  const entries = Object.entries(outputs);
  const values = await Promise.all(entries.map(([, tensor]) => tensor.data()));
  tf.dispose(entries.map(([, tensor]) => tensor));
  return Object.fromEntries(entries.map(([name], i) => [name, Float32Array.from(values[i])]));
}

function toTensors(inputs: StepInputs): Tensors {
  const entries = Object.entries(inputs).map(([name, { shape, data }]) => [
    name,
    tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"),
  ]);
  return Object.fromEntries(entries) as Tensors;
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
