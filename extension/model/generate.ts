import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "@tensorflow/tfjs-core";
import { compiledStep, integers, paddedSize, type StepInput, type StepKey } from "../engine/compiledStep";
import { ops } from "../engine/ops";
import { zeroVariable } from "../engine/parameters";
import { generateInGraph } from "./generateInGraph";
import { hiddenStates, logitsOf, type Attention, type GptModel } from "./gpt";
import { keyOfModel } from "./graphKey";
import { asTheyAre, padBatch, sizesOfPieces, type Sizes } from "./sequences";

export interface GenerateOptions {
  /** Longest response; the model's context may end it sooner. */
  readonly responseTokens: number;
  /** Divides the logits; 0 takes the likeliest token. */
  readonly temperature: number;
  /** The token that ends a response (and is its last token). */
  readonly endToken: number;
  /** Rows decoded together; more are done in turn. */
  readonly batchSize?: number;
  /** Told every step's tokens and awaited before the next step; false ends the sampling, and the responses stay as they are by then. */
  readonly onTokens?: (sampled: readonly SampledToken[]) => Promise<boolean>;
}

/** The newest token of a row, the row being an index into the prompts. */
export interface SampledToken {
  readonly row: number;
  readonly token: number;
}

/** A sampled response and the log-prob (at the sampling temperature) of each of its tokens as the sampler saw it, nats. */
export interface Generated {
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
  readonly endReached: boolean;
}

export interface SampledRow {
  readonly index: number;
  readonly seed: number;
  readonly limit: number;
  length: number;
  next: number;
  readonly tokens: number[];
  readonly logprobs: number[];
}

/**
 * Samples one response for each prompt with a key/value cache, by Gumbel-max over logits/temperature. SampledRow i draws from `seeds[i]` and its
 * own positions alone, so its response does not depend on what else is in the batch. Finished rows leave the batch.
 */
export async function generate(
  model: GptModel,
  prompts: readonly (readonly number[])[],
  seeds: readonly number[],
  options: GenerateOptions,
): Promise<Generated[]> {
  const rows = prompts.map((prompt, index): SampledRow => {
    const limit = Math.min(options.responseTokens, model.shape.context - prompt.length);
    return { index, seed: seeds[index], limit, length: prompt.length, next: 0, tokens: [], logprobs: [] };
  });
  const size = options.batchSize ?? 64;
  const sizes = sizesOfPieces(rows.length, size);
  for (let start = 0; start < rows.length; start += size) {
    const chunk = prompts.slice(start, start + size);
    if (!(await generateBatch(model, chunk, rows.slice(start, start + size), sizes, options))) break;
  }
  return rows.map(({ tokens, logprobs }) => {
    const endReached = tokens[tokens.length - 1] === options.endToken;
    return { tokens, logprobs, endReached };
  });
}

/** Fills the rows with their responses; false when `onTokens` ended the sampling. */
async function generateBatch(
  model: GptModel,
  prompts: readonly (readonly number[])[],
  all: readonly SampledRow[],
  sizes: Sizes,
  options: GenerateOptions,
): Promise<boolean> {
  if (!options.onTokens && (await generateInGraph(model, prompts, all, sizes, options))) return true;
  const { context, layers, width } = model.shape;
  const longest = Math.max(...prompts.map((prompt) => prompt.length)) + options.responseTokens;
  const slots = Math.min(context, paddedSize(longest));
  let caches = Array.from({ length: layers }, () => zeroVariable([prompts.length, slots, 2 * width]));
  try {
    let rows = all;
    let fresh = await prefill(model, all, prompts, caches, options);
    for (;;) {
      const goesOn = await options.onTokens?.(fresh.map(({ index, next }) => ({ row: index, token: next })));
      if (goesOn === false) return false;
      const alive = rows.filter((row) => row.next !== options.endToken && row.tokens.length < row.limit);
      if (alive.length === 0) return true;
      if (alive.length <= rows.length / 2) {
        caches = keepRows(
          caches,
          alive.map((row) => rows.indexOf(row)),
        );
        rows = alive;
      }
      const step = decodeStep(model, caches, options.temperature);
      const sampled = await step({
        ids: integers(rows.map((row) => row.next)),
        lengths: integers(rows.map((row) => Math.min(row.length, slots - 1))),
        seeds: integers(rows.map((row) => row.seed)),
      });
      rows.forEach((row, b) => {
        if (alive.includes(row)) accept(row, sampled.tokens[b], sampled.logprobs[b]);
      });
      fresh = alive;
    }
  } finally {
    tf.dispose(caches);
  }
}

/** Runs the prompts through the model once, which fills the caches, and samples every row's first token. Gives the rows that took one. */
async function prefill(
  model: GptModel,
  rows: readonly SampledRow[],
  prompts: readonly (readonly number[])[],
  caches: readonly Variable[],
  options: GenerateOptions,
): Promise<readonly SampledRow[]> {
  const batch = padBatch(
    prompts.map((prompt) => ({ prompt, response: [] })),
    ({ prompt }) => [prompt.length - 1],
    { context: caches[0].shape[1] ?? 0, vocabulary: model.shape.vocabulary },
    asTheyAre,
  );
  const step = compiledStep<
    Record<"ids" | "positions" | "last" | "seeds" | "lengths", StepInput>,
    "tokens" | "logprobs"
  >(
    cacheKey("prompts", model, caches, rows.length, options.temperature),
    ({ ids, positions, last, seeds, lengths }) => {
      const none = tf.zerosLike(lengths);
      const tokens = { ids, positions, batch: rows.length };
      const attention: Attention = {
        attend: (qkv, layer) => [ops().cachedAttention(qkv, caches[layer], none, model.shape.heads)],
      };
      const hidden = hiddenStates(model.parameters, model.shape, tokens, last, { attention });
      const logits = logitsOf(model.parameters, model.shape, hidden);
      return sample(logits, seeds, lengths, options.temperature);
    },
  );
  const sampled = await step({
    ids: integers(batch.ids),
    positions: integers(batch.positions),
    last: integers(batch.rows),
    lengths: integers(rows.map((row) => row.length)),
    seeds: integers(rows.map((row) => row.seed)),
  });
  rows.forEach((row, b) => {
    if (row.limit > 0) accept(row, sampled.tokens[b], sampled.logprobs[b], false);
  });
  return rows.filter(({ limit }) => limit > 0);
}

/** One more token for every row. `lengths` are the slots already filled, which is also the new token's position. */
function decodeStep(model: GptModel, caches: readonly Variable[], temperature: number) {
  return compiledStep<Record<"ids" | "lengths" | "seeds", StepInput>, "tokens" | "logprobs">(
    cacheKey("next token", model, caches, caches[0].shape[0], temperature),
    ({ ids, lengths, seeds }) => {
      const tokens = { ids, positions: lengths, batch: ids.shape[0] };
      const attention: Attention = {
        attend: (qkv, layer) => [ops().cachedAttention(qkv, caches[layer], lengths, model.shape.heads)],
      };
      const hidden = hiddenStates(model.parameters, model.shape, tokens, null, { attention });
      return sample(logitsOf(model.parameters, model.shape, hidden), seeds, tf.add(lengths, 1), temperature);
    },
  );
}

/** A step of sampling: the caches are others each time, the model's weights are not. */
function cacheKey(
  name: string,
  model: GptModel,
  caches: readonly Variable[],
  rows: number,
  temperature: number,
): StepKey {
  const { of, variables } = keyOfModel(model);
  return { of, name: `${name} of ${rows} (${temperature})`, variables: [...variables, ...caches] };
}

function sample(logits: tf.Tensor, seeds: tf.Tensor, positions: tf.Tensor, temperature: number) {
  const tokens = ops().sampleTokens(logits, seeds, tf.cast(positions, "int32"), temperature);
  return { tokens, logprobs: ops().tokenLogprobs(logits, tokens, temperature === 0 ? 1 : temperature) };
}

/** Takes a sampled token; the one before it is in the cache by now, unless it was the prompt's last. */
function accept(row: SampledRow, token: number, logprob: number, cached = true): void {
  if (cached) row.length++;
  row.next = token;
  row.tokens.push(token);
  row.logprobs.push(logprob);
}

/** Caches of the chosen rows alone; the old ones are freed. */
function keepRows(caches: readonly Variable[], chosen: readonly number[]): Variable[] {
  return caches.map((cache) => {
    const [, slots, pair] = cache.shape as [number, number, number];
    const kept = tf.tidy(() => {
      const flat = tf.reshape(cache, [-1, slots * pair]);
      return tf.reshape(ops().gatherRows(flat, tf.tensor1d([...chosen], "int32")), [
        chosen.length,
        slots,
        pair,
      ]);
    });
    const variable = tf.variable(kept);
    kept.dispose();
    cache.dispose();
    return variable;
  });
}
