import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import { ops } from "../engine/ops";
import { generateUncached } from "../model/generateUncached";
import type { TokenBatch } from "../model/gpt";
import type { PolicyNetwork, ScalarNetwork } from "../model/network";

/**
 * Every response of `length` tokens from a vocabulary of `vocabulary`, after a prompt of one token: a language small enough to enumerate.
 * A table has one row for each prefix of fewer than `length` tokens; prefix s_1…s_t stands in row Σ_{i<t} V^i + Σ_j s_j·V^(t−j).
 */
export interface TableLanguage {
  readonly vocabulary: number;
  readonly length: number;
}

/** Number of prefixes, which is the number of rows of a table. */
export function prefixCount({ vocabulary, length }: TableLanguage): number {
  let [count, level] = [0, 1];
  for (let t = 0; t < length; t++) {
    count += level;
    level *= vocabulary;
  }
  return count;
}

/** A policy whose logits are a table [prefixes, V]. */
export function tablePolicy(language: TableLanguage, table: Variable): PolicyNetwork {
  const network = {
    parameters: { table },
    vocabulary: language.vocabulary,
    context: language.length + 1,
    logits: (tokens: TokenBatch, rows: Tensor) => ops().gatherRows(table, prefixRows(language, tokens, rows)),
  };
  return {
    ...network,
    generate: (prompts, seeds, options) => generateUncached(network, prompts, seeds, options),
  };
}

/** A value function that is a table [prefixes, 1]. */
export function tableValue(language: TableLanguage, table: Variable): ScalarNetwork {
  return {
    parameters: { table },
    vocabulary: language.vocabulary,
    context: language.length + 1,
    scalars: (tokens, rows) => tf.reshape(ops().gatherRows(table, prefixRows(language, tokens, rows)), [-1]),
  };
}

/** The table row of the prefix that ends at each chosen position: int32 [M]. Exact, since all numbers are integers below 2²⁴. */
function prefixRows({ vocabulary, length }: TableLanguage, tokens: TokenBatch, rows: Tensor): Tensor {
  const columns = tokens.ids.shape[0] / tokens.batch;
  const place = new Float32Array(columns * columns); // place[j, p] = V^(p−j) for the response tokens j = 1 … p
  const first = new Float32Array(columns);
  for (let p = 0, offset = 0, level = 1; p < Math.min(columns, length); p++, level *= vocabulary) {
    first[p] = offset;
    offset += level;
    for (let j = p, power = 1; j >= 1; j--, power *= vocabulary) place[j * columns + p] = power;
  }
  const ids = tf.reshape(tf.cast(tokens.ids, "float32"), [tokens.batch, columns]);
  const index = tf.add(tf.matMul(ids, tf.tensor2d(place, [columns, columns])), tf.tensor1d(first));
  return tf.cast(tf.reshape(ops().gatherRows(tf.reshape(index, [-1, 1]), rows), [-1]), "int32");
}
