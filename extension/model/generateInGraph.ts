import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { compiledStep, integers, paddedSize, type StepInput } from "../engine/compiledStep";
import { ops } from "../engine/ops";
import type { GraphLoops } from "../engine/transformerOps";
import type { GenerateOptions, SampledRow } from "./generate";
import { hiddenStates, outputProjection, type Attention, type GptModel } from "./gpt";
import { keyOfModel } from "./graphKey";
import { padBatch, type Sizes } from "./sequences";

/**
 * Samples the responses of a batch in one compiled step, where the backend has loops inside of graphs; false where it has none. The draws are
 * those of `generate`, the keys and values lie elsewhere: prompts in the first slots of the cache, padded at the right, then one slot for each
 * turn, the same for all rows, so that a turn writes one slice. What a row does not see is hidden: padding, and turns to come.
 */
export async function generateInGraph(
  model: GptModel,
  prompts: readonly (readonly number[])[],
  rows: readonly SampledRow[],
  sizes: Sizes,
  options: GenerateOptions,
): Promise<boolean> {
  const loops = ops().graphLoops;
  if (loops === null) return false;
  const longest = Math.max(...rows.map(({ limit }) => limit));
  if (longest <= 0) return true;
  const turns = Math.min(options.responseTokens, paddedSize(longest));
  const batch = padBatch(
    prompts.map((prompt) => ({ prompt, response: [] })),
    ({ prompt }) => [prompt.length - 1],
    model.shape,
    sizes,
  );
  const setting = { rows: batch.batch, columns: batch.length, turns, ...options };
  const { temperature, endToken } = options;
  const each = (value: (row: SampledRow) => number): StepInput =>
    integers(Array.from({ length: batch.batch }, (_, b) => (b < rows.length ? value(rows[b]) : 0)));
  const step = compiledStep<
    Record<"ids" | "positions" | "last" | "lengths" | "seeds" | "limits", StepInput>,
    "tokens" | "logprobs"
  >(
    {
      ...keyOfModel(model),
      name: `responses of ${batch.batch}, ${turns} tokens (${temperature}, ${endToken})`,
    },
    (inputs) => loops.composed(() => sampleAll(model, loops, inputs, setting)),
  );
  const { tokens, logprobs } = await step({
    ids: integers(batch.ids),
    positions: integers(batch.positions),
    last: integers(batch.rows),
    lengths: each((row) => row.length),
    seeds: each((row) => row.seed),
    limits: each((row) => row.limit),
  });
  rows.forEach((row, b) => {
    for (let t = 0; t < row.limit; t++) {
      row.next = tokens[t * batch.batch + b];
      row.tokens.push(row.next);
      row.logprobs.push(logprobs[t * batch.batch + b]);
      if (row.next === endToken) break;
    }
  });
  return true;
}

interface Setting extends GenerateOptions {
  readonly rows: number;
  /** The prompts' padded length. */
  readonly columns: number;
  readonly turns: number;
}

type Inputs = Readonly<Record<"ids" | "positions" | "last" | "lengths" | "seeds" | "limits", Tensor>>;

/** tokens int32, logprobs [turns, B]: what each row samples in each turn; what follows its end is to be left out. */
function sampleAll(
  model: GptModel,
  loops: GraphLoops,
  { ids, positions, last, lengths, seeds, limits }: Inputs,
  { rows, columns, turns, temperature, endToken }: Setting,
): { readonly tokens: Tensor; readonly logprobs: Tensor } {
  const { parameters, shape } = model;
  const { heads, width, layers, context } = shape;
  const depth = width / heads;
  // Turned once, not in every turn of the loop.
  const head = tf.transpose(outputProjection(parameters, shape));
  const turnNumbers = tf.reshape(tf.range(0, turns, 1, "int32"), [-1, 1]);
  const sample = (hidden: Tensor, place: Tensor): { readonly token: Tensor; readonly logprob: Tensor } => {
    const logits = ops().linear(hidden, head, null);
    const token = ops().sampleTokens(logits, seeds, place, temperature);
    return { token, logprob: ops().tokenLogprobs(logits, token, temperature === 0 ? 1 : temperature) };
  };
  const note = (table: Tensor, turn: Tensor, row: Tensor): Tensor =>
    tf.where(tf.equal(turnNumbers, turn), tf.reshape(row, [1, rows]), table);
  const unfinished = (alive: Tensor, token: Tensor, turn: Tensor): Tensor =>
    tf.mul(
      alive,
      tf.cast(tf.logicalAnd(tf.notEqual(token, endToken), tf.less(tf.add(turn, 1), limits)), "float32"),
    );

  // The prompts, whose keys and values fill the first slots; a turn's own come after them.
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  const room = tf.zeros([rows, heads, turns, depth]);
  const filling: Attention = {
    attend(qkv) {
      const [, k, v] = tf.split(qkv, 3, -1).map((part) => toHeads(part, rows, heads));
      return [ops().causalAttention(qkv, rows, heads), tf.concat([k, room], 2), tf.concat([v, room], 2)];
    },
    kept(layer, [k, v]) {
      [keys[layer], values[layer]] = [k, v];
    },
  };
  const prompted = { ids, positions, batch: rows };
  const first = sample(hiddenStates(parameters, shape, prompted, last, { attention: filling }), lengths);

  const slots = tf.reshape(tf.range(0, columns + turns, 1, "int32"), [1, -1]);
  const inPrompt = tf.less(slots, tf.reshape(lengths, [-1, 1])); // [B, S]
  const afterPrompts = tf.greaterEqual(slots, columns);
  const scale = 1 / Math.sqrt(depth);
  const int = (value: number): Tensor => tf.scalar(value, "int32");
  const nothing = tf.zeros([turns, rows]);
  // Turn t puts the token of turn t − 1 through the model and samples its own.
  const begin = [
    int(1),
    first.token,
    unfinished(tf.cast(tf.greater(limits, 0), "float32"), first.token, int(0)),
    note(tf.cast(nothing, "int32"), int(0), first.token),
    note(nothing, int(0), first.logprob),
    ...keys,
    ...values,
  ];
  const end = loops.loop(
    begin,
    ([turn, token, alive, tokens, logprobs, ...caches]) => {
      const slot = tf.add(int(columns - 1), turn);
      const seen = tf.logicalOr(inPrompt, tf.logicalAnd(afterPrompts, tf.lessEqual(slots, slot)));
      const hiddenSlots = tf.reshape(tf.mul(tf.sub(1, tf.cast(seen, "float32")), -1e9), [rows, 1, 1, -1]);
      const place = tf.minimum(tf.add(lengths, tf.sub(turn, int(1))), int(context - 1));
      const next = [...caches];
      const attention: Attention = {
        attend(qkv, layer) {
          const [q, k, v] = tf.split(qkv, 3, -1).map((part) => toHeads(part, rows, heads));
          const [allKeys, allValues] = [
            loops.writeSlot(caches[layer], k, slot),
            loops.writeSlot(caches[layers + layer], v, slot),
          ];
          const scores = tf.add(tf.mul(tf.matMul(q, allKeys, false, true), scale), hiddenSlots);
          const attended = tf.reshape(tf.matMul(tf.softmax(scores), allValues), [rows, width]);
          return [attended, allKeys, allValues];
        },
        kept(layer, [k, v]) {
          [next[layer], next[layers + layer]] = [k, v];
        },
      };
      const turned = { ids: token, positions: place, batch: rows };
      const hidden = hiddenStates(parameters, shape, turned, null, { attention });
      const sampled = sample(hidden, tf.add(place, int(1)));
      return [
        tf.add(turn, int(1)),
        sampled.token,
        unfinished(alive, sampled.token, turn),
        note(tokens, turn, sampled.token),
        note(logprobs, turn, sampled.logprob),
        ...next,
      ];
    },
    ([turn, , alive]) => tf.logicalAnd(tf.less(turn, turns), tf.greater(tf.max(alive), 0)),
  );
  return { tokens: end[3], logprobs: end[4] };
}

/** [B·T, C] -> [B, H, T, C/H]. */
function toHeads(x: Tensor, batch: number, heads: number): Tensor {
  return tf.transpose(tf.reshape(x, [batch, -1, heads, (x.shape[1] ?? 0) / heads]), [0, 2, 1, 3]);
}
