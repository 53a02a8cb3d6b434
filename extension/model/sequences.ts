import { floats, integers, paddedRows, paddedSize, type StepInput } from "../engine/compiledStep";

/** A prompt with its response (empty for a bare prompt), as token ids; the response ends with end-of-text where it was reached. */
export interface Sequence {
  readonly prompt: readonly number[];
  readonly response: readonly number[];
}

/** Lengths are rounded up to this, so that a backend that compiles graphs meets few shapes. */
const lengthStep = 8;

/**
 * Sequences as one padded batch. Padding is id 0 at the right, where causality hides it from real tokens and no chosen row points to it. A
 * backend of graphs also gets empty sequences at the end, and rows 0 that weigh nothing (`paddedSize`, `paddedRows`).
 *
 * ids, positions  int32 [B·T]   T = longest sequence, rounded up
 * rows            hidden rows, chosen by the caller's `choose`, of all sequences one after the other, int32 [M]
 * offsets         [sequences + 1]: rows of sequence b are rows[offsets[b]] … rows[offsets[b+1]−1]
 */
export interface PaddedBatch {
  readonly batch: number;
  readonly length: number;
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  readonly rows: Int32Array;
  readonly offsets: Int32Array;
}

/** The longest sequence's length, rounded up within the context: the same on every backend. */
export function roundedLength(sequences: readonly Sequence[], context: number): number {
  const longest = Math.max(...sequences.map((s) => s.prompt.length + s.response.length));
  return Math.min(Math.ceil(longest / lengthStep) * lengthStep, Math.max(context, longest));
}

/** The same as a batch of this backend has it. */
export function paddedLength(sequences: readonly Sequence[], context: number): number {
  const rounded = roundedLength(sequences, context);
  return Math.min(paddedSize(rounded), Math.max(context, rounded));
}

/** For `padBatch`: what pads the numbers of sequences and of rows. */
export interface Sizes {
  readonly sequences: (count: number) => number;
  readonly rows: (count: number, batch: number, length: number) => number;
}

/** What the model that reads a batch can take: sequences of so many tokens, of ids below `vocabulary`. */
export interface TokenLimits {
  readonly context: number;
  readonly vocabulary: number;
}

/** Those of a piece of `all` sequences that are cut into pieces of `size`: the last becomes as large as the others where that adds a quarter to them at most. */
export function sizesOfPieces(all: number, size: number): Sizes {
  const added = Math.ceil(all / size) * size - all;
  const usual = all > size && 4 * added <= all ? size : 0;
  return { sequences: (count) => paddedSize(count, usual), rows: paddedRows };
}

const padding: Sizes = { sequences: paddedSize, rows: paddedRows };

/** Neither sequences nor rows are padded in number. */
export const asTheyAre: Sizes = { sequences: (count) => count, rows: (count) => count };

/**
 * Pads sequences at the right and lists the hidden rows at `choose(sequence)`, positions within the sequence. `sizes` pads their numbers.
 * All ids that a model reads or is measured on pass here, so that those it does not have end here: what an operation makes of them
 * differs, from NaN to another token's row. Throws Error for them.
 */
export function padBatch(
  sequences: readonly Sequence[],
  choose: (sequence: Sequence) => readonly number[],
  { context, vocabulary }: TokenLimits,
  sizes: Sizes = padding,
): PaddedBatch {
  const length = paddedLength(sequences, context);
  const batch = sizes.sequences(sequences.length);
  const ids = new Int32Array(batch * length);
  const positions = Int32Array.from({ length: batch * length }, (_, i) => i % length);
  const rows: number[] = [];
  const offsets = new Int32Array(sequences.length + 1);
  sequences.forEach((sequence, b) => {
    ids.set(sequence.prompt, b * length);
    ids.set(sequence.response, b * length + sequence.prompt.length);
    for (const position of choose(sequence)) rows.push(b * length + position);
    offsets[b + 1] = rows.length;
  });
  const unknown = ids.find((id) => id < 0 || id >= vocabulary);
  if (unknown !== undefined)
    throw new Error(
      `there is a token ${unknown}, and the model that is to read it has the tokens 0 to ${vocabulary - 1}: its weights belong to another tokenizer, so name models that were trained from the same base model`,
    );
  const padded = new Int32Array(sizes.rows(rows.length, batch, length));
  padded.set(rows);
  return { batch, length, ids, positions, rows: padded, offsets };
}

/** One number for each chosen row of a batch, 0 for rows that only pad. */
export function perRow(batch: PaddedBatch, values: readonly number[] | Float32Array): StepInput {
  const padded = new Float32Array(batch.rows.length);
  padded.set(values);
  return floats(padded);
}

/** Positions whose hidden states predict the response's tokens: P−1 … P+R−2. */
export function responsePositions(sequence: Sequence): number[] {
  return sequence.response.map((_, t) => sequence.prompt.length - 1 + t);
}

/** The last real token, where a reward model reads. */
export function lastPosition(sequence: Sequence): number[] {
  return [sequence.prompt.length + sequence.response.length - 1];
}

/** The step inputs of a batch. */
export function batchInputs(batch: PaddedBatch): {
  readonly ids: StepInput;
  readonly positions: StepInput;
  readonly rows: StepInput;
} {
  return { ids: integers(batch.ids), positions: integers(batch.positions), rows: integers(batch.rows) };
}

/** All response tokens of a batch in the order of its rows, 0 for rows that only pad. */
export function responseTargets(batch: PaddedBatch, sequences: readonly Sequence[]): StepInput {
  const padded = new Int32Array(batch.rows.length);
  padded.set(sequences.flatMap((sequence) => sequence.response));
  return integers(padded);
}
