/** What a trainer yields and what a checkpoint holds. Trainers are async generators of these; a driver decides what to do between yields. */

/** A named array outside any backend. data.length is the product of shape. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Everything exact resume needs, at an iteration boundary. */
export interface TrainerState {
  /** Iterations done. */
  readonly iteration: number;
  /** Named as `policy/…` (in the model's parameter names), `policyAdamM/…`, `policyAdamV/…`, `policyEma/…`, `value/…` and so on. */
  readonly tensors: Readonly<Record<string, NamedArray>>;
  /** Random state, data cursor, KL coefficient, optimizer steps: plain JSON, numbers finite. */
  readonly numbers: { readonly [key: string]: JsonValue };
}

/** One logged episode: a line of rollouts/NNNNNN.jsonl. Arrays have one entry a response token. */
export interface EpisodeRecord {
  readonly iteration: number;
  readonly episode: number;
  readonly promptId: string;
  readonly prompt: string;
  readonly response: string;
  readonly promptTokens: readonly number[];
  readonly responseTokens: readonly number[];
  readonly logprobs: readonly number[];
  readonly referenceLogprobs: readonly number[];
  readonly values: readonly number[];
  readonly rewards: readonly number[];
  readonly advantages: readonly number[];
  readonly returns: readonly number[];
  readonly entropies: readonly number[];
  /** π_after/π_rollout of each token once this iteration's updates are done. */
  readonly ratiosAfter: readonly number[];
  /** The five likeliest tokens with their log-probs, of the policy and of the reference, at each position. */
  readonly alternatives: readonly {
    readonly policy: readonly TokenLogprob[];
    readonly reference: readonly TokenLogprob[];
  }[];
  readonly score: number;
  /** Σ_t (logprob − referenceLogprob), nats. */
  readonly kl: number;
  readonly endReached: boolean;
}
export type TokenLogprob = readonly [token: number, logprob: number];

/** Numbers of an iteration by catalogue name (metrics.ts). */
export type MetricValues = Readonly<Record<string, number>>;

export type TrainerEvent =
  /** After every optimizer step: where a pause or stop may take effect. `done` and `total` count optimizer steps. */
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly phase: string }
  /** After every iteration, 0 being the starting point. `state` is read only when a checkpoint is due; calling it copies the tensors. */
  | {
      readonly type: "iteration";
      readonly iteration: number;
      readonly iterations: number;
      readonly values: MetricValues;
      readonly episodes: readonly EpisodeRecord[];
      /** The stage's selection metric: higher is better; null when this iteration is not a candidate. */
      readonly selection: number | null;
      readonly state: () => Promise<TrainerState>;
    }
  /** A tripwire: an invariant that does not hold, named. The run goes on; the metrics say so. */
  | { readonly type: "warning"; readonly iteration: number; readonly message: string }
  /** An expected end that is not success, such as a loss that is not a number. The last good checkpoint stays. */
  | { readonly type: "failed"; readonly iteration: number; readonly message: string };
