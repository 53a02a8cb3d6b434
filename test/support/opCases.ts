import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { createRng, type Rng } from "../../extension/algorithms/rng";
import { lossAndGradients } from "../../extension/engine/gradients";
import { createParameters, disposeParameters } from "../../extension/engine/parameters";
import type { TransformerOps } from "../../extension/engine/transformerOps";

type Floats = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;

/** A call of one differentiable operation: its float arguments, its integer ones and the call itself. */
export interface OpCase {
  readonly name: string;
  readonly floats: Floats;
  readonly integers: Readonly<Record<string, Int32Array>>;
  readonly run: (
    ops: TransformerOps,
    floats: Readonly<Record<string, Tensor>>,
    integers: Readonly<Record<string, Tensor>>,
  ) => Tensor;
}

/** One case of every differentiable operation, with sizes and numbers drawn from the seed. `size` bounds the sizes. */
export function opCases(seed: number, size: number): OpCase[] {
  const rng = createRng(seed).split("operations");
  const between = (low: number, high: number): number => low + rng.integer(high - low + 1);
  const [rows, cin, cout, vocabulary] = [2, 2, 1, 2].map((low) => between(low, size));
  const [batch, length, heads, depth] = [between(1, 3), between(1, size), between(1, 3), between(1, size)];
  const m = between(1, size);
  const temperature = 0.5 + rng.uniform();
  const matrix = (...shape: number[]) => ({ shape, data: normals(rng, shape, 1) });
  const picks = (count: number, below: number): Int32Array =>
    Int32Array.from({ length: count }, () => rng.integer(below));
  const linear = { x: matrix(rows, cin), weight: matrix(cin, cout), bias: matrix(cout) };
  const none = {};
  return [
    {
      name: "embedding",
      floats: { table: matrix(vocabulary, cin) },
      integers: { ids: picks(rows, vocabulary) },
      run: (ops, { table }, { ids }) => ops.embedding(ids, table),
    },
    {
      name: "linear",
      floats: linear,
      integers: none,
      run: (ops, { x, weight, bias }) => ops.linear(x, weight, bias),
    },
    {
      name: "linear with gelu",
      floats: linear,
      integers: none,
      run: (ops, { x, weight, bias }) => ops.linear(x, weight, bias, { activation: "gelu" }),
    },
    {
      name: "linear, transposed, without bias",
      floats: { x: matrix(rows, cin), weight: matrix(cout, cin) },
      integers: none,
      run: (ops, { x, weight }) => ops.linear(x, weight, null, { transposed: true }),
    },
    {
      name: "layerNorm",
      floats: { x: matrix(rows, cin), gain: matrix(cin), bias: matrix(cin) },
      integers: none,
      run: (ops, { x, gain, bias }) => ops.layerNorm(x, gain, bias),
    },
    {
      name: "causalAttention",
      floats: { qkv: matrix(batch * length, 3 * heads * depth) },
      integers: none,
      run: (ops, { qkv }) => ops.causalAttention(qkv, batch, heads),
    },
    {
      name: "tokenLogprobs",
      floats: { logits: matrix(m, vocabulary) },
      integers: { targets: picks(m, vocabulary) },
      run: (ops, { logits }, { targets }) => ops.tokenLogprobs(logits, targets, temperature),
    },
    {
      name: "entropy",
      floats: { logits: matrix(m, vocabulary) },
      integers: none,
      run: (ops, { logits }) => ops.entropy(logits, temperature),
    },
    {
      name: "gatherRows",
      floats: { x: matrix(rows, cin) },
      integers: { chosen: picks(m, rows) },
      run: (ops, { x }, { chosen }) => ops.gatherRows(x, chosen),
    },
  ];
}

export interface Evaluated {
  readonly value: Float32Array;
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** The case's result, and the gradients of Σ out·factors, factors drawn from the seed, on the backend that runs. */
export async function evaluate(ops: TransformerOps, item: OpCase, seed: number): Promise<Evaluated> {
  const parameters = createParameters(item.floats);
  const result = tf.tidy(() => {
    const integers = integerTensors(item);
    const { stats, gradients } = lossAndGradients(parameters, () => {
      const out = item.run(ops, parameters, integers);
      const factors = tf.tensor(normals(createRng(seed).split("factors"), out.shape, 1), out.shape);
      return { loss: tf.sum(tf.mul(out, factors)), stats: { value: out } };
    });
    return { value: stats.value, ...gradients };
  });
  const { value, ...gradients } = await readAll(result);
  tf.dispose(result);
  disposeParameters(parameters);
  return { value, gradients };
}

/** The case's result alone, nothing recorded. */
export async function valueOf(ops: TransformerOps, item: OpCase): Promise<Float32Array> {
  const out = tf.tidy(() => {
    const floats = Object.fromEntries(
      Object.entries(item.floats).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]),
    );
    return item.run(ops, floats, integerTensors(item));
  });
  const value = Float32Array.from(await out.data());
  out.dispose();
  return value;
}

/** Largest difference relative to the largest expected entry; NaN where one of them holds NaN. */
export function relativeDifference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  const scale = expected.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
  return found.reduce((worst, x, i) => Math.max(worst, Math.abs(x - expected[i])), 0) / scale;
}

export function normals(rng: Rng, shape: readonly number[], deviation: number): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => deviation * rng.normal());
}

async function readAll(tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, Float32Array>> {
  const entries = Object.entries(tensors).map(
    async ([name, tensor]) => [name, Float32Array.from(await tensor.data())] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function integerTensors(item: OpCase): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(item.integers).map(([name, data]) => [name, tf.tensor1d(data, "int32")]),
  );
}
