import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import { ops } from "../engine/ops";
import type { NamedArray } from "../protocol/trainerEvents";
import type { Rng } from "../algorithms/rng";

/**
 * GPT-2: token and learned position embeddings, pre-norm blocks, a final layer norm, and an output projection that is the transposed token
 * embedding (tied) or a matrix of its own. Parameters are named as in GPT-2's checkpoints; matrices are [in, out] as there.
 * Source: Radford et al. 2019; Ouyang et al. 2022 use the same architecture (GPT-3).
 */
export interface GptShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly context: number;
  readonly vocabulary: number;
  readonly tiedHead: boolean;
}

/** Parameters by name, as tensors or variables. */
export type Weights = Readonly<Record<string, Tensor>>;

/** B sequences of T tokens, padded at the right. ids and positions int32 [B·T]. */
export interface TokenBatch {
  readonly ids: Tensor;
  readonly positions: Tensor;
  readonly batch: number;
}

/**
 * What a key/value cache replaces in the block with this number: gives the attended values first. What follows outlives the block, whose other
 * tensors are freed with it, and is handed to `kept`.
 */
export interface Attention {
  readonly attend: (qkv: Tensor, layer: number) => readonly [Tensor, ...Tensor[]];
  readonly kept?: (layer: number, tensors: readonly Tensor[]) => void;
}

export interface HiddenOptions {
  /** [2·L+1, B·T, C]: factors 0 or 1/(1−p) for the embedding and each residual branch; null drops nothing. */
  readonly dropout?: Tensor | null;
  readonly attention?: Attention;
}

/**
 * Hidden states after the final layer norm at the wanted rows, int32 [M] (null: at all B·T, in their order): [M, C].
 *
 *   x = wte[ids] + wpe[positions]
 *   x = x + drop(attention(ln_1(x)));  x = x + drop(mlp(ln_2(x)))     for each block
 *   h = ln_f(x)
 *
 * Rows meet in attention alone: after the last one only those that are wanted go on.
 */
export function hiddenStates(
  weights: Weights,
  shape: GptShape,
  tokens: TokenBatch,
  rows: Tensor | null,
  { dropout = null, attention = attentionOf(tokens, shape) }: HiddenOptions = {},
): Tensor {
  const count = tokens.ids.shape[0];
  const wanted = (x: Tensor): Tensor => (rows === null ? x : ops().gatherRows(x, rows));
  const factors = (given: Tensor, branch: number): Tensor =>
    tf.reshape(tf.slice(given, [branch, 0, 0], [1, count, shape.width]), [count, shape.width]);
  const drop = (x: Tensor, branch: number): Tensor => {
    if (dropout === null) return x;
    const all = factors(dropout, branch);
    return tf.mul(x, branch === 2 * shape.layers ? wanted(all) : all);
  };
  const embedded = tf.add(
    ops().embedding(tokens.ids, weights["wte.weight"]),
    ops().embedding(tokens.positions, weights["wpe.weight"]),
  );
  const block = (x: Tensor, layer: number): Tensor[] => {
    const p = (name: string): Tensor => weights[`h.${layer}.${name}`];
    const normed = ops().layerNorm(x, p("ln_1.weight"), p("ln_1.bias"));
    const qkv = ops().linear(normed, p("attn.c_attn.weight"), p("attn.c_attn.bias"));
    const [heads, ...kept] = attention.attend(qkv, layer);
    const attended = ops().linear(heads, p("attn.c_proj.weight"), p("attn.c_proj.bias"));
    const sum = tf.add(x, drop(attended, 2 * layer + 1));
    const middle = layer === shape.layers - 1 ? wanted(sum) : sum;
    const normed2 = ops().layerNorm(middle, p("ln_2.weight"), p("ln_2.bias"));
    const inner = ops().linear(normed2, p("mlp.c_fc.weight"), p("mlp.c_fc.bias"), { activation: "gelu" });
    const outer = ops().linear(inner, p("mlp.c_proj.weight"), p("mlp.c_proj.bias"));
    return [tf.add(middle, drop(outer, 2 * layer + 2)), ...kept];
  };
  let x = drop(embedded, 0);
  // A block's own values are freed as soon as it is done: what its gradient needs is saved apart.
  for (let layer = 0; layer < shape.layers; layer++) {
    const [after, ...kept] = tf.tidy(() => block(x, layer));
    attention.kept?.(layer, kept);
    x = after;
  }
  return ops().layerNorm(x, weights["ln_f.weight"], weights["ln_f.bias"]);
}

const attentionOf = (tokens: TokenBatch, shape: GptShape): Attention => ({
  attend: (qkv) => [ops().causalAttention(qkv, tokens.batch, shape.heads)],
});

/** What projects hidden states to logits: [V, C]. */
export function outputProjection(weights: Weights, shape: GptShape): Tensor {
  return weights[shape.tiedHead ? "wte.weight" : "lm_head.weight"];
}

/** Logits of hidden rows: [M, C] -> [M, V]. */
export function logitsOf(weights: Weights, shape: GptShape, hidden: Tensor): Tensor {
  return ops().linear(hidden, outputProjection(weights, shape), null, { transposed: true });
}

/** Names and shapes of the trunk's parameters, in a fixed order; with the output projection when it is not tied. */
export function parameterShapes(
  shape: GptShape,
  options: { readonly outputHead: boolean },
): Record<string, readonly number[]> {
  const { width: C, context, vocabulary: V } = shape;
  const shapes: Record<string, readonly number[]> = { "wte.weight": [V, C], "wpe.weight": [context, C] };
  for (let layer = 0; layer < shape.layers; layer++) {
    const h = `h.${layer}.`;
    Object.assign(shapes, {
      [`${h}ln_1.weight`]: [C],
      [`${h}ln_1.bias`]: [C],
      [`${h}attn.c_attn.weight`]: [C, 3 * C],
      [`${h}attn.c_attn.bias`]: [3 * C],
      [`${h}attn.c_proj.weight`]: [C, C],
      [`${h}attn.c_proj.bias`]: [C],
      [`${h}ln_2.weight`]: [C],
      [`${h}ln_2.bias`]: [C],
      [`${h}mlp.c_fc.weight`]: [C, 4 * C],
      [`${h}mlp.c_fc.bias`]: [4 * C],
      [`${h}mlp.c_proj.weight`]: [4 * C, C],
      [`${h}mlp.c_proj.bias`]: [C],
    });
  }
  Object.assign(shapes, { "ln_f.weight": [C], "ln_f.bias": [C] });
  if (options.outputHead && !shape.tiedHead) shapes["lm_head.weight"] = [V, C];
  return shapes;
}

/**
 * GPT-2's initialisation: normal with standard deviation 0.02, divided by √(2·layers) for the projections into the residual stream;
 * biases 0, gains 1. Source: Radford et al. 2019, §2.3.
 */
export function initialWeights(shape: GptShape, rng: Rng): Record<string, NamedArray> {
  return Object.fromEntries(
    Object.entries(parameterShapes(shape, { outputHead: true })).map(([name, dims]) => {
      const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
      const own = rng.split(name);
      if (/ln_.*weight/.test(name)) data.fill(1);
      else if (!name.endsWith("bias")) {
        const deviation = name.endsWith("c_proj.weight") ? 0.02 / Math.sqrt(2 * shape.layers) : 0.02;
        for (let i = 0; i < data.length; i++) data[i] = deviation * own.normal();
      }
      return [name, { shape: dims, data }];
    }),
  );
}

/** A model that can be run and trained. */
export interface GptModel {
  readonly shape: GptShape;
  readonly parameters: Readonly<Record<string, Variable>>;
}
