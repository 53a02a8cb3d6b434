import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { ops } from "../engine/ops";
import type { NamedArray } from "../protocol/trainerEvents";
import type { Rng } from "../algorithms/rng";
import type { Weights } from "./gpt";

/** A head that maps a hidden state to one number: a reward model's score or a value. `mlp` has one hidden layer of the trunk's width. */
export type HeadKind = "linear" | "mlp";

/** Names a scalar head's parameters start with: the reward model's, or that of a value head on the policy's trunk. */
export type HeadName = "score" | "value";

/**
 * w·h + b, or w·gelu(W·h + c) + b with a hidden layer. hidden [M, C] -> [M].
 * Source: Ouyang et al. 2022, §3.5: the unembedding layer is replaced by a projection to a scalar.
 */
export function scalarHead(weights: Weights, hidden: Tensor, head: HeadName = "score"): Tensor {
  const inner = weights[`${head}.hidden.weight`];
  const features = inner
    ? ops().linear(hidden, inner, weights[`${head}.hidden.bias`], { activation: "gelu" })
    : hidden;
  const column = ops().linear(features, weights[`${head}.weight`], weights[`${head}.bias`], {
    transposed: true,
  });
  return tf.reshape(column, [-1]);
}

/**
 * A new head: weights normal with standard deviation 1/√(C+1), bias 0 (Stiennon et al. 2020); or all zeros, for a value head that must not
 * disturb the policy's trunk at first (Ziegler et al. 2019).
 */
export function initialHead(
  width: number,
  kind: HeadKind,
  head: HeadName,
  rng: Rng | "zeros",
): Record<string, NamedArray> {
  const normal = (name: string, dims: readonly number[], deviation: number): NamedArray => {
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    if (rng !== "zeros") {
      const own = rng.split(name);
      for (let i = 0; i < data.length; i++) data[i] = deviation * own.normal();
    }
    return { shape: dims, data };
  };
  const zeros = (length: number): NamedArray => ({ shape: [length], data: new Float32Array(length) });
  const output = {
    [`${head}.weight`]: normal(`${head}.weight`, [1, width], 1 / Math.sqrt(width + 1)),
    [`${head}.bias`]: zeros(1),
  };
  if (kind === "linear") return output;
  return {
    ...output,
    [`${head}.hidden.weight`]: normal(`${head}.hidden.weight`, [width, width], 1 / Math.sqrt(width)),
    [`${head}.hidden.bias`]: zeros(width),
  };
}
