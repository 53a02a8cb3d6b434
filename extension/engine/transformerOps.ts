import type { Tensor, Variable } from "@tensorflow/tfjs-core";

/**
 * The transformer's operations. There are two implementations of this one interface: `referenceOps` (a plain composition of tfjs
 * operations, which any backend runs and a graph recorder can record) and `wasmOps` (our kernels). The model is written once, on top.
 *
 * Axis letters: B batch, T positions, N = B·T rows, C width, H heads, V vocabulary, M chosen rows.
 * All are differentiable in their float arguments unless they say otherwise. A row's result depends on that row alone, bit for bit on
 * wasm: neither the number of rows nor the number of threads changes it.
 */
export interface TransformerOps {
  /** Rows of a table: out[n] = table[ids[n]]. ids int32 [N], table [V, C] -> [N, C]. Gradient reaches the table. */
  embedding(ids: Tensor, table: Tensor): Tensor;

  /**
   * out = act(x·W + b). x [N, Cin]; W [Cin, Cout], or [Cout, Cin] when `transposed` (a tied head); b [Cout] or null -> [N, Cout].
   * gelu is GPT-2's tanh form, ½u(1 + tanh(√(2/π)(u + 0.044715u³))).
   */
  linear(x: Tensor, weight: Tensor, bias: Tensor | null, options?: LinearOptions): Tensor;

  /** (x − mean)/√(variance + 1e-5)·gain + bias over the last axis, population variance. x [N, C]; gain, bias [C] -> [N, C]. */
  layerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor;

  /**
   * softmax(QKᵀ/√(C/H), causal)·V for every head. qkv [B·T, 3C] packed as q, k, v side by side -> [B·T, C].
   * Padding stands at the right, where causality hides it from every real token.
   */
  causalAttention(qkv: Tensor, batch: number, heads: number): Tensor;

  /** log softmax(logits/temperature)[n, targets[n]]. logits [M, V], targets int32 [M] -> [M], nats. Gradient reaches the logits. */
  tokenLogprobs(logits: Tensor, targets: Tensor, temperature: number): Tensor;

  /** −Σ p log p of softmax(logits/temperature). logits [M, V] -> [M], nats. Gradient reaches the logits. */
  entropy(logits: Tensor, temperature: number): Tensor;

  /** out[m] = x[rows[m]]. x [N, C], rows int32 [M] (repeats allowed) -> [M, C]. Gradient is summed into the rows. */
  gatherRows(x: Tensor, rows: Tensor): Tensor;

  /**
   * Attention of T new tokens a row on a key/value cache; no gradient. qkv [B·T, 3C]; cache [B, S, 2C] (keys, then values);
   * lengths int32 [B]: slots already filled. Writes the new keys and values at slots lengths[b] … lengths[b]+T−1, then lets token t
   * attend to slots 0 … lengths[b]+t. -> [B·T, C]. With T = the prompts' padded length and lengths = 0 it is the prefill.
   */
  cachedAttention(qkv: Tensor, cache: Variable, lengths: Tensor, heads: number): Tensor;

  /**
   * Gumbel-max sampling; no gradient. out[b] = argmax_v logits[b,v]/temperature − log(−log u(seeds[b], positions[b], v)), the likeliest
   * token when temperature is 0. logits [B, V]; seeds, positions int32 [B] -> int32 [B]. u is our own counter-based generator
   * (`algorithms/counterRng.ts`), so a row's draws depend on its seed and position only.
   */
  sampleTokens(logits: Tensor, seeds: Tensor, positions: Tensor, temperature: number): Tensor;

  /**
   * One Adam step of all weights in place, PyTorch's form with decoupled weight decay:
   *   m ← β1·m + (1−β1)·g,  v ← β2·v + (1−β2)·g²,
   *   w ← w − lr·(m/(1−β1^t)/(√(v/(1−β2^t)) + ε) + decay·w)
   * `step` is [4]: learning rate, 1/(1−β1^t), 1/(1−β2^t), factor applied to the gradient first (clipping).
   */
  adamUpdate(weights: readonly AdamWeight[], moments: AdamMoments, step: Tensor, options: AdamOptions): void;

  /** Loops inside a compiled step, where the backend can: else null, and the caller loops over steps. */
  readonly graphLoops: GraphLoops | null;

  /**
   * What each part gives, in their order. In a graph of TensorFlow's on a processor each is a function of its own, and those that do not wait for
   * each other run at the same time, on one thread each until the other has ended; elsewhere one after the other. A part may write variables. What it makes and does not give stays inside.
   */
  sideBySide<T extends readonly NamedTensors[]>(...parts: { readonly [I in keyof T]: () => T[I] }): T;

  /** Σ x² over all tensors in fixed chunks -> scalar []. No gradient. */
  sumOfSquares(tensors: readonly Tensor[]): Tensor;

  /** target ← a·target + b·x, in place (gradient accumulation, EMA); a = 0 overwrites, whatever the target held. */
  blend(target: Variable, a: number, x: Tensor, b: number): void;
}

export type NamedTensors = Readonly<Record<string, Tensor>>;

/** What a whole sampling loop in one graph needs; no gradients. */
export interface GraphLoops {
  /** Runs what a loop stands in, with operations that the loop's compiler knows. */
  composed<T>(body: () => T): T;

  /**
   * state ← next(state) as long as goesOn(state), a bool []. `next` keeps all shapes and types. Both may use tensors from outside, which stay
   * the same.
   */
  loop(
    state: readonly Tensor[],
    next: (state: readonly Tensor[]) => readonly Tensor[],
    goesOn: (state: readonly Tensor[]) => Tensor,
  ): readonly Tensor[];

  /** cache [B, H, S, D] with fresh [B, H, 1, D] at slot, int32 []. */
  writeSlot(cache: Tensor, fresh: Tensor, slot: Tensor): Tensor;
}

export interface LinearOptions {
  readonly activation?: "gelu";
  readonly transposed?: boolean;
}

export interface AdamWeight {
  readonly weight: Variable;
  readonly gradient: Tensor;
  readonly decay: number;
}

/** Those of all weights, one after the other: [n], n the number of all their entries. */
export type AdamMoments = Readonly<Record<"m" | "v", Variable>>;

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}
