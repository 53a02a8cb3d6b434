/** What of a GPT-2's shape decides how much memory it takes. */
export interface ModelSize {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly context: number;
  readonly vocabulary: number;
  readonly tiedHead: boolean;
  /** What is read from the trunk: logits, or a scalar through a projection or one hidden layer. */
  readonly head: "output" | "linear" | "mlp";
}

/** A padded batch: B sequences of T tokens, of whose hidden states the head reads M. */
export interface BatchSize {
  readonly sequences: number;
  readonly length: number;
  readonly outputs: number;
}

/** Bytes of tensors: `models` from the first step to the last, `step` on top of them in the largest step. */
export interface MemoryEstimate {
  readonly models: number;
  readonly step: number;
}

/** Sequences that are scored, or sampled, together (model/score.ts, model/generate.ts). */
const chunk = 64;
const floatBytes = 4;
/** Copies of a model's size that training holds: weights, both Adam moments and the gradient buffer. */
const trainedCopies = 4;

/** Parameters of a model: V·C + T_max·C of embeddings, 12·C² + 13·C of each block, 2·C of the last norm, and those of its head. */
export function parameterFloats({
  layers,
  width: C,
  context,
  vocabulary: V,
  tiedHead,
  head,
}: ModelSize): number {
  const trunk = V * C + context * C + layers * (12 * C * C + 13 * C) + 2 * C;
  if (head === "output") return trunk + (tiedHead ? 0 : V * C);
  return trunk + C + 1 + (head === "mlp" ? C * C + C : 0);
}

/**
 * The largest sum of what a training step holds beside the models, in floats. N = B·T rows, M of them wanted; one block's tape holds
 *
 *   its input and its first norm's result (2·N·C), queries, keys and values (3), attention's result before and after its projection (2), the sum
 *   in its middle (1); the attention weights B·H·T²; of its rows, in the last block of M: that sum's where M are wanted (1), the second norm's
 *   result (1), the hidden layer with its slopes (8), its result (1); 2·N of statistics for each norm
 *
 * of which the four arguments of its additions stay until the tape ends (dropout: four more, factors and products, which stay as well). The
 * backward pass frees a block's tape as it adds the block's gradients, so the peak is at one of its ends:
 *
 *   head    all tapes, and the head's own (`headFloats`)
 *   last    all tapes, and the backward pass of the MLP: 9·M·C of gradients where 4·M·C of tape are freed, 8·C² of the weights' gradients; N·C where
 *           its M rows go back to their places
 *   first   one tape, the additions' arguments of all blocks, all gradients, and the backward pass of the MLP
 *   table   the additions' arguments, all gradients, and the token embedding's gradient twice more while its two uses are summed
 */
export function trainingFloats(model: ModelSize, batch: BatchSize, dropout: boolean): number {
  const { layers, width: C, heads, vocabulary: V, head, tiedHead } = model;
  const { sequences, length, outputs: M } = batch;
  const N = sequences * length;
  const each = dropout ? 2 : 0; // factors and product of an addition's second argument
  const additions = (rows: number): number => (2 + each) * (N + rows) * C;
  const tape = (own: number, rows: number): number =>
    own + each * (N + rows) * C + 2 * (N + rows) + sequences * heads * length * length;
  const [inner, last] = [tape(18 * N * C, N), tape((8 * N + 11 * M) * C, M)];
  const tapes = (layers - 1) * inner + last;
  const ends = (2 + each) * N * C + M * C + 4 * M; // embeddings and the last norm's argument
  const inputs = dropout ? (2 * layers + 1) * N * C : 0;
  const mlp = (rows: number): number => 5 * rows * C + 8 * C * C;
  const gradients = parameterFloats(model);
  const used = head === "output" ? V * C : 0;
  const summed = head === "output" && tiedHead ? 2 * V * C : 0;
  const first = layers === 1 ? last + mlp(M) : (layers - 2) * additions(N) + additions(M) + inner + mlp(N);
  return (
    inputs +
    ends +
    Math.max(
      tapes + headFloats(model, batch),
      tapes + mlp(M) + N * C + used,
      first + gradients - V * C + used,
      (layers - 1) * additions(N) + additions(M) + N * C + gradients + summed,
    )
  );
}

/**
 * The head's largest moment in a training step: the chosen states, and logits with their gradient (M·C + 2·M·V); or both of the states, the
 * logits' gradient and that of the projection (2·M·C + M·V + V·C).
 */
function headFloats({ width: C, vocabulary: V, head }: ModelSize, { outputs: M }: BatchSize): number {
  if (head !== "output") return 2 * M * C;
  return M * C + M * V + Math.max(M * V, M * C + V * C);
}

/**
 * A pass without gradients, in floats: the embeddings and every block's result stay until its end ((L + 2)·N·C); on top of them are
 *
 *   the values of the block before the last, 12·N·C;  or the last one's, 7·N·C to its middle and 7·M·C of wanted rows;
 *   or its attention, 5·N·C and the weights B·H·T²;  or the head: 2·M·C of states, and for logits M·V
 */
export function passFloats(
  { layers, width: C, heads, vocabulary: V, head }: ModelSize,
  batch: BatchSize,
): number {
  const { sequences, length, outputs: M } = batch;
  const N = sequences * length;
  const logits = head === "output" ? M * V : 0;
  return (
    (layers + 2) * N * C +
    Math.max(
      layers > 1 ? 12 * N * C : 0,
      7 * (N + M) * C,
      5 * N * C + sequences * heads * length * length,
      2 * M * C + logits,
    )
  );
}

/** Sampling: keys and values of every block, row and slot (L·B·slots·2C), and the pass over the prompts that fills them. */
export function samplingFloats(
  model: ModelSize,
  rows: number,
  promptTokens: number,
  responseTokens: number,
): number {
  const sequences = Math.min(rows, chunk);
  const slots = Math.min(model.context, promptTokens + responseTokens);
  const caches = model.layers * sequences * slots * 2 * model.width;
  return caches + passFloats(model, { sequences, length: promptTokens, outputs: sequences });
}

export interface SupervisedSizes {
  readonly model: ModelSize;
  /** The largest batch of an optimizer step. */
  readonly batch: BatchSize;
  readonly dropout: boolean;
  /** Sequences of validation, scored in chunks as long as the batch's. */
  readonly validation: number;
  /** Models that only score. */
  readonly others: readonly ModelSize[];
}

/** Pretraining, SFT and the reward model: one trained model; the largest step is a training step or a pass over validation data. */
export function supervisedMemory({
  model,
  batch,
  dropout,
  validation,
  others,
}: SupervisedSizes): MemoryEstimate {
  const sequences = Math.min(validation, chunk);
  const outputs = Math.ceil((batch.outputs * sequences) / batch.sequences);
  return {
    models: floatBytes * (trainedCopies * parameterFloats(model) + sumOf(others)),
    step:
      floatBytes *
      Math.max(trainingFloats(model, batch, dropout), passFloats(model, { ...batch, sequences, outputs })),
  };
}

export interface PpoSizes {
  readonly policy: ModelSize;
  /** A value model of its own; null where it shares the policy's trunk. */
  readonly value: ModelSize | null;
  /** The reference policy and the reward model, which only score. */
  readonly others: readonly ModelSize[];
  readonly average: boolean;
  /** Most responses that are sampled at once. */
  readonly rows: number;
  readonly promptTokens: number;
  readonly responseTokens: number;
  /** Episodes of a forward pass with gradients: the minibatch, or the microbatch where it is split. */
  readonly episodes: number;
  readonly loggedEpisodes: number;
  /** The pretraining batch of PPO-ptx, or the part of it that is computed at once; null without. */
  readonly pretraining: BatchSize | null;
  /** Its gradient comes about in parts, in a buffer of its own. */
  readonly pretrainingInParts: boolean;
}

/**
 * PPO: policy and value model trained, the policy's moving average, reference and reward model. The largest step is sampling, a pass over a
 * chunk of episodes (of those that are logged the logits twice), the policy's update, the value model's update, during which the policy's
 * gradients are still there, or the pretraining mix.
 */
export function ppoMemory(sizes: PpoSizes): MemoryEstimate {
  const { policy, value, others, average, rows, promptTokens, responseTokens, pretraining } = sizes;
  const length = Math.min(policy.context, promptTokens + responseTokens);
  const batchOf = (count: number): BatchSize => ({
    sequences: count,
    length,
    outputs: count * Math.min(responseTokens, length),
  });
  const update = batchOf(sizes.episodes);
  const scored = batchOf(Math.min(rows, chunk));
  const logged = batchOf(Math.min(sizes.loggedEpisodes, chunk));
  const trained = parameterFloats(policy) + (value ? parameterFloats(value) : 0);
  return {
    models: floatBytes * (trainedCopies * trained + (average ? parameterFloats(policy) : 0) + sumOf(others)),
    step:
      floatBytes *
      Math.max(
        samplingFloats(policy, rows, promptTokens, responseTokens),
        passFloats(policy, logged) + logged.outputs * policy.vocabulary,
        ...[policy, ...(value ? [value] : []), ...others].map((model) => passFloats(model, scored)),
        trainingFloats(policy, update, false),
        value ? parameterFloats(policy) + trainingFloats(value, update, false) : 0,
        pretraining
          ? trainingFloats(policy, pretraining, false) +
              (sizes.pretrainingInParts ? parameterFloats(policy) : 0)
          : 0,
      ),
  };
}

/** Models that only score, side by side (evaluation): their weights, and sampling or a pass over a chunk of answers. */
export function scoringMemory(
  models: readonly ModelSize[],
  rows: number,
  promptTokens: number,
  responseTokens: number,
): MemoryEstimate {
  const sequences = Math.min(rows, chunk);
  const steps = models.map((model) => {
    const length = Math.min(model.context, promptTokens + responseTokens);
    const pass = passFloats(model, { sequences, length, outputs: sequences * responseTokens });
    return model.head === "output"
      ? Math.max(pass, samplingFloats(model, rows, promptTokens, responseTokens))
      : pass;
  });
  return { models: floatBytes * sumOf(models), step: floatBytes * Math.max(...steps) };
}

function sumOf(models: readonly ModelSize[]): number {
  return models.reduce((sum, model) => sum + parameterFloats(model), 0);
}
