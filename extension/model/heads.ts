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
  const column = ops().linear(
    headFeatures(weights, hidden, head),
    weights[`${head}.weight`],
    weights[`${head}.bias`],
    {
      transposed: true,
    },
  );
  return tf.reshape(column, [-1]);
}

/** What a head's last layer projects to its number: h, or gelu(W·h + c) with a hidden layer. hidden [M, C] -> [M, C]. */
export function headFeatures(weights: Weights, hidden: Tensor, head: HeadName = "score"): Tensor {
  const inner = weights[`${head}.hidden.weight`];
  return inner ? ops().linear(hidden, inner, weights[`${head}.hidden.bias`], { activation: "gelu" }) : hidden;
}

/** Names and shapes of a head's parameters, on a trunk of this width. */
export function headShapes(width: number, kind: HeadKind, head: HeadName): Record<string, readonly number[]> {
  const output = { [`${head}.weight`]: [1, width], [`${head}.bias`]: [1] };
  if (kind === "linear") return output;
  return { ...output, [`${head}.hidden.weight`]: [width, width], [`${head}.hidden.bias`]: [width] };
}

/**
 * A new head: weights normal with standard deviation 1/√(C+1), of a hidden layer 1/√C, biases 0 (Stiennon et al. 2020); or all zeros, for a
 * value head that must not disturb the policy's trunk at first (Ziegler et al. 2019).
 */
export function initialHead(
  width: number,
  kind: HeadKind,
  head: HeadName,
  rng: Rng | "zeros",
): Record<string, NamedArray> {
  return Object.fromEntries(
    Object.entries(headShapes(width, kind, head)).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (rng !== "zeros" && name.endsWith("weight")) {
        const own = rng.split(name);
        const deviation = 1 / Math.sqrt(name.endsWith("hidden.weight") ? width : width + 1);
        for (let i = 0; i < data.length; i++) data[i] = deviation * own.normal();
      }
      return [name, { shape, data }];
    }),
  );
}
