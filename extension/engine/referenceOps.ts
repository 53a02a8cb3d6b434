import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { counterUniform } from "../algorithms/counterRng";
import { log } from "../algorithms/exactMath";
import type { AdamOptions, LinearOptions, NamedTensors, TransformerOps } from "./transformerOps";

/**
 * `TransformerOps` as a plain composition of tfjs operations, gradients by tfjs's own tape. Any backend runs it; it is the reference that
 * our kernels are tested against, and what a graph recorder sees. Lookups are products with one-hot rows, because `gather`'s gradient is
 * missing or slow on some backends.
 */
export const referenceOps: TransformerOps = {
  embedding(ids, table) {
    return tf.tidy(() => tf.matMul(oneHotRows(ids, table.shape[0]), table));
  },

  linear(x, weight, bias, options: LinearOptions = {}) {
    return tf.tidy(() => {
      const product: Tensor = tf.matMul(x, weight, false, options.transposed ?? false);
      const sum = bias === null ? product : tf.add(product, bias);
      return options.activation === "gelu" ? gelu(sum) : sum;
    });
  },

  layerNorm(x, gain, bias) {
    return tf.tidy(() => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, 1e-5))), gain), bias);
    });
  },

  causalAttention(qkv, batch, heads) {
    return tf.tidy(() => {
      const length = qkv.shape[0] / batch;
      const [q, k, v] = splitHeads(qkv, batch, heads);
      const hidden = tf.tensor2d(upperTriangle(length), [length, length]); // −1e9 where the key is later than the query
      return joinHeads(tf.matMul(attentionWeights(q, k, hidden), v));
    });
  },

  tokenLogprobs(logits, targets, temperature) {
    return tf.tidy(() => {
      const logprobs = tf.logSoftmax(tf.div(logits, temperature));
      const tokens = tf.reshape(tf.range(0, logits.shape[1] ?? 0, 1, "int32"), [1, -1]);
      // Chosen, not multiplied by 0 and 1: a log-prob may be −∞.
      return tf.sum(tf.where(tf.equal(tokens, tf.reshape(targets, [-1, 1])), logprobs, 0), -1);
    });
  },

  entropy(logits, temperature) {
    return tf.tidy(() => {
      const logprobs = tf.logSoftmax(tf.div(logits, temperature));
      // p·log p is 0 where p is 0, also for a logit of −∞; e^−200 is 0 already.
      return tf.neg(tf.sum(tf.mul(tf.exp(logprobs), tf.maximum(logprobs, -200)), -1));
    });
  },

  gatherRows(x, rows) {
    return tf.tidy(() => tf.matMul(oneHotRows(rows, x.shape[0]), x));
  },

  cachedAttention(qkv, cache, lengths, heads) {
    return tf.tidy(() => {
      const [batch, slots, pair] = cache.shape as [number, number, number];
      const length = qkv.shape[0] / batch;
      const width = pair / 2;
      const first = tf.reshape(lengths, [batch, 1]);
      const positions = tf.add(first, tf.reshape(tf.range(0, length, 1, "int32"), [1, length])); // [B, T]
      const write = tf.cast(tf.oneHot(tf.cast(positions, "int32"), slots), "float32"); // [B, T, S]
      const fresh = tf.slice(
        tf.reshape(qkv, [batch, length, 3 * width]),
        [0, 0, width],
        [batch, length, pair],
      );
      const kept = tf.sub(1, tf.expandDims(tf.sum(write, 1), -1));
      cache.assign(tf.add(tf.mul(cache, kept), tf.matMul(write, fresh, true, false)));

      const [q] = splitHeads(qkv, batch, heads);
      const [k, v] = [0, width].map((start) =>
        toHeads(tf.slice(cache, [0, 0, start], [batch, slots, width]), batch, heads),
      );
      const later = tf.greater(
        tf.reshape(tf.range(0, slots, 1, "int32"), [1, 1, slots]),
        tf.expandDims(positions, -1),
      );
      const hidden = tf.expandDims(tf.mul(tf.cast(later, "float32"), -1e9), 1); // [B, 1, T, S]
      return joinHeads(tf.matMul(attentionWeights(q, k, hidden), v));
    });
  },

  sampleTokens(logits, seeds, positions, temperature) {
    return tf.tidy(() => {
      if (temperature === 0) return tf.argMax(logits, -1);
      const [rows, vocabulary] = logits.shape as [number, number];
      const [seed, position] = [seeds.dataSync(), positions.dataSync()];
      const noise = new Float32Array(rows * vocabulary);
      for (let b = 0; b < rows; b++)
        for (let v = 0; v < vocabulary; v++)
          noise[b * vocabulary + v] = -log(-log(counterUniform(seed[b], position[b], v)));
      return tf.argMax(tf.add(tf.div(logits, temperature), tf.tensor2d(noise, [rows, vocabulary])), -1);
    });
  },

  adamUpdate(weights, { m, v }, step, { beta1, beta2, epsilon }: AdamOptions) {
    tf.tidy(() => {
      const [rate, correction1, correction2, factor] = tf.split(step, 4);
      const gradients = tf.concat(weights.map(({ gradient }) => tf.reshape(gradient, [-1])));
      const g = tf.mul(gradients, factor);
      m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
      v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
      const directions = tf.div(tf.mul(m, correction1), tf.add(tf.sqrt(tf.mul(v, correction2)), epsilon));
      let first = 0;
      for (const { weight, decay } of weights) {
        const direction = tf.reshape(tf.slice(directions, first, weight.size), weight.shape);
        weight.assign(tf.sub(weight, tf.mul(rate, tf.add(direction, tf.mul(weight, decay)))));
        first += weight.size;
      }
    });
  },

  graphLoops: null,

  sideBySide: inTurn,

  sumOfSquares(tensors) {
    return tf.tidy(() => tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)))));
  },

  blend(target, a, x, b) {
    tf.tidy(() => target.assign(a === 0 ? tf.mul(x, b) : tf.add(tf.mul(target, a), tf.mul(x, b))));
  },
};

/** Part by part. */
export function inTurn<T extends readonly NamedTensors[]>(
  ...parts: { readonly [I in keyof T]: () => T[I] }
): T {
  return parts.map((part: () => NamedTensors) => part()) as unknown as T;
}

/** [N] ids -> [N, depth] rows of the unit matrix. */
function oneHotRows(ids: Tensor, depth: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(ids as tf.Tensor1D, depth), "float32") as tf.Tensor2D;
}

/** ½u(1 + tanh(√(2/π)(u + 0.044715u³))): GPT-2's form. */
function gelu(u: Tensor): Tensor {
  const inner = tf.mul(tf.add(u, tf.mul(tf.mul(tf.square(u), u), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(u, 0.5), tf.add(tf.tanh(inner), 1));
}

function upperTriangle(length: number): Float32Array {
  return Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e9 : 0,
  );
}

/** [B·T, 3C] -> q, k, v, each [B, H, T, C/H]. */
function splitHeads(qkv: Tensor, batch: number, heads: number): Tensor[] {
  return tf.split(qkv, 3, -1).map((part) => toHeads(part, batch, heads));
}

/** Anything of B·T·C elements -> [B, H, T, C/H]. */
function toHeads(x: Tensor, batch: number, heads: number): Tensor {
  const width = x.shape[x.shape.length - 1];
  return tf.transpose(tf.reshape(x, [batch, -1, heads, width / heads]), [0, 2, 1, 3]);
}

/** [B, H, T, D] -> [B·T, H·D]. */
function joinHeads(x: Tensor): Tensor {
  const [batch, heads, length, depth] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * length, heads * depth]);
}

/** softmax(QKᵀ/√D + hidden): [B, H, T, S]. */
function attentionWeights(q: Tensor, k: Tensor, hidden: Tensor): Tensor {
  const scale = 1 / Math.sqrt(q.shape[q.shape.length - 1]);
  return tf.softmax(tf.add(tf.mul(tf.matMul(q, k, false, true), scale), hidden));
}
