import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { compiledStep, type StepInput } from "../engine/compiledStep";
import { ops } from "../engine/ops";
import { exp, log } from "../algorithms/exactMath";
import type { TokenLogprob } from "../protocol/trainerEvents";
import type { TokenBatch } from "./gpt";
import { keyOf } from "./graphKey";
import type { FeatureNetwork, PolicyNetwork, ScalarNetwork } from "./network";
import {
  batchInputs,
  padBatch,
  responsePositions,
  responseTargets,
  sizesOfPieces,
  type PaddedBatch,
  type Sequence,
  type TokenLimits,
} from "./sequences";

/** Sequences scored together; results do not depend on it. */
const chunkSize = 64;

/** What a chunk without any chosen position gives. */
const nothing = new Float32Array();

type RowInputs = Record<"ids" | "positions" | "rows", StepInput>;

/**
 * Teacher-forced log-probs and entropies of every response token, nats, the logits divided by `temperature`.
 * One Float32Array a sequence, as long as its response.
 */
export async function responseLogprobs(
  policy: PolicyNetwork,
  sequences: readonly Sequence[],
  temperature: number,
): Promise<{ readonly logprobs: Float32Array[]; readonly entropies: Float32Array[] }> {
  const results = await inChunks(policy, sequences, responsePositions, async (chunk, batch) => {
    const step = compiledStep<RowInputs & { targets: StepInput }, "logprobs" | "entropies">(
      { ...keyOf(policy), name: `log-probs of ${batch.batch} (${temperature})` },
      ({ ids, positions, rows, targets }) => {
        const logits = policy.logits({ ids, positions, batch: batch.batch }, rows);
        return {
          logprobs: ops().tokenLogprobs(logits, targets, temperature),
          entropies: ops().entropy(logits, temperature),
        };
      },
    );
    const values = await step({ ...batchInputs(batch), targets: responseTargets(batch, chunk) });
    return [values.logprobs, values.entropies];
  });
  return {
    logprobs: results.map(([logprobs = nothing]) => logprobs),
    entropies: results.map(([, entropies = nothing]) => entropies),
  };
}

/** A scalar head's values at the chosen positions of each sequence: a score at the last token, or a value for every response token. */
export function headValues(
  network: ScalarNetwork,
  sequences: readonly Sequence[],
  choose: (sequence: Sequence) => readonly number[],
): Promise<Float32Array[]> {
  return valuesAt("scalars", network, sequences, choose, network.scalars);
}

/** What a scalar head's last layer projects, at the one chosen position of each sequence: `width` numbers each. */
export function featureValues(
  network: FeatureNetwork,
  sequences: readonly Sequence[],
  choose: (sequence: Sequence) => readonly number[],
): Promise<Float32Array[]> {
  return valuesAt("features", network, sequences, choose, network.features, network.width);
}

/** The likeliest tokens with their log-probs before each response token, likeliest first. */
export async function topTokens(
  policy: PolicyNetwork,
  sequences: readonly Sequence[],
  temperature: number,
  count: number,
): Promise<(readonly TokenLogprob[])[][]> {
  const { vocabulary } = policy;
  const scaled = (tokens: TokenBatch, rows: Tensor): Tensor =>
    tf.div(policy.logits(tokens, rows), temperature);
  const results = await valuesAt(
    `logits (${temperature})`,
    policy,
    sequences,
    responsePositions,
    scaled,
    vocabulary,
  );
  return results.map((logits) =>
    Array.from({ length: logits.length / vocabulary }, (_, t) =>
      likeliest(logits.subarray(t * vocabulary, (t + 1) * vocabulary), count),
    ),
  );
}

/** The `count` largest of log softmax(logits), ties to the smaller token. */
function likeliest(logits: Float32Array, count: number): TokenLogprob[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = log(logits.reduce((sum, x) => sum + exp(x - largest), 0)) + largest;
  const best: number[] = [];
  for (let token = 0; token < logits.length; token++) {
    let place = best.length;
    while (place > 0 && logits[best[place - 1]] < logits[token]) place--;
    if (place < count) best.splice(place, 0, token);
    if (best.length > count) best.pop();
  }
  return best.map((token) => [token, logits[token] - total] as const);
}

/** What `compute`, called `what`, gives at the chosen positions of each sequence, `perRow` numbers a position. */
async function valuesAt(
  what: string,
  network: Parameters<typeof keyOf>[0] & TokenLimits,
  sequences: readonly Sequence[],
  choose: (sequence: Sequence) => readonly number[],
  compute: (tokens: TokenBatch, rows: Tensor) => Tensor,
  perRow = 1,
): Promise<Float32Array[]> {
  const score = async (_chunk: readonly Sequence[], batch: PaddedBatch): Promise<Float32Array[]> => {
    const key = { ...keyOf(network), name: `${what} of ${batch.batch}` };
    const step = compiledStep<RowInputs, "values">(key, ({ ids, positions, rows }) => {
      return { values: compute({ ids, positions, batch: batch.batch }, rows) };
    });
    return [(await step(batchInputs(batch))).values];
  };
  const results = await inChunks(network, sequences, choose, score, perRow);
  return results.map(([values = nothing]) => values);
}

/**
 * Runs `score` on chunks of similar length, which saves padding, and deals the rows out again: for each sequence the slices of the
 * returned arrays that belong to its chosen positions (`perRow` values a position).
 */
async function inChunks(
  network: TokenLimits,
  sequences: readonly Sequence[],
  choose: (sequence: Sequence) => readonly number[],
  score: (chunk: readonly Sequence[], batch: PaddedBatch) => Promise<Float32Array[]>,
  perRow = 1,
): Promise<Float32Array[][]> {
  const lengthOf = (i: number): number => sequences[i].prompt.length + sequences[i].response.length;
  const order = sequences.map((_, i) => i).sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  const results = new Array<Float32Array[]>(sequences.length);
  const sizes = sizesOfPieces(sequences.length, chunkSize);
  for (let start = 0; start < order.length; start += chunkSize) {
    const members = order.slice(start, start + chunkSize);
    const chunk = members.map((i) => sequences[i]);
    const batch = padBatch(chunk, choose, network, sizes);
    const arrays = batch.rows.length === 0 ? [] : await score(chunk, batch);
    members.forEach((i, b) => {
      const [from, to] = [batch.offsets[b] * perRow, batch.offsets[b + 1] * perRow];
      results[i] = arrays.map((array) => array.slice(from, to));
    });
  }
  return results;
}
