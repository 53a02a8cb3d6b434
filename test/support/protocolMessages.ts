import {
  protocolVersion,
  type ClientMessage,
  type ReplyOf,
  type RequestName,
  type RequestOf,
  type ServerMessage,
  type TrainerMessage,
} from "../../extension/protocol/trainerProtocol";

type Examples<M extends { readonly type: string }> = {
  readonly [T in M["type"]]: Extract<M, { readonly type: T }>;
};

const intervention = {
  time: "2026-01-02T03:04:05.000Z",
  who: "Ada",
  iteration: 7,
  changes: [
    { key: "klCoef", old: 0.1, new: 0.2 },
    { key: "rewards", old: "unset", new: ["judge", "length:0.5"] },
  ],
};

/** A good body and a good reply of every request. The types make the list complete. */
export const requestExamples: {
  readonly [N in RequestName]: { readonly body: RequestOf<N>; readonly reply: ReplyOf<N> };
} = {
  start: { body: {}, reply: { state: "running", iteration: -1 } },
  pause: { body: {}, reply: { state: "paused", iteration: 3 } },
  resume: { body: {}, reply: { state: "running", iteration: 3 } },
  stop: { body: {}, reply: { checkpoint: null } },
  checkpoint: { body: {}, reply: { checkpoint: 12 } },
  setHyperparameters: { body: { who: "Ada", changes: { klCoef: 0.2 } }, reply: intervention },
  status: {
    body: {},
    reply: {
      state: "running",
      iteration: 3,
      iterations: 40,
      progress: { done: 5, total: 160, phase: "training" },
      hyperparameters: { klCoef: 0.1, rewards: ["judge"] },
    },
  },
  generate: {
    body: { prompt: "“Hi”", k: 2, temperature: 1, responseTokens: 8, seed: 1 },
    reply: { responses: [{ text: "NaN", tokens: [1, 2], logprobs: [-0.5, -Infinity], score: NaN }] },
  },
  score: { body: { prompt: "a", responses: ["b", "c"] }, reply: { scores: [1.5, NaN] } },
  inspectTokens: {
    body: { prompt: "a", response: "b" },
    reply: {
      tokens: [
        {
          token: 4,
          text: "b",
          logprob: -1,
          referenceLogprob: null,
          value: 0.5,
          alternatives: [{ token: 5, text: "c", logprob: -2 }],
        },
      ],
    },
  },
};

/** A good example of everything that a trainer tells its clients. */
export const trainerMessageExamples: Examples<TrainerMessage> = {
  progress: { type: "progress", done: 1, total: 160, phase: "training" },
  iteration: {
    type: "iteration",
    iteration: 2,
    iterations: 40,
    values: { "objective/score": NaN, "policy/loss": -0.25 },
    warnings: ["the reference policy changed"],
  },
  checkpointSaved: { type: "checkpointSaved", checkpoint: 10 },
  stateChanged: { type: "stateChanged", state: "paused", reason: null },
  hyperparametersChanged: { type: "hyperparametersChanged", intervention },
  failed: { type: "failed", iteration: -1, message: "no" },
  finished: { type: "finished", iterations: 40, figures: { best: 30 } },
};

export const serverMessageExamples: Examples<ServerMessage> = {
  ready: {
    type: "ready",
    protocolVersion,
    run: "ppo-20260102T030405Z-0001",
    stage: "ppo",
    backend: "wasm",
    device: "2 threads",
    state: "running",
    iteration: 3,
    iterations: 40,
  },
  refused: { type: "refused", problem: "refused", message: "No." },
  ok: { type: "ok", id: 4, value: { checkpoint: 3 } },
  error: { type: "error", id: 4, problem: "wrongState", message: "No." },
  event: { type: "event", event: trainerMessageExamples.iteration },
};

/** What a client sends, as it goes over the wire. */
export const clientMessageExamples: readonly { readonly type: ClientMessage["type"] }[] = [
  { type: "hello", protocolVersion, token: "00", client: "test" } as { readonly type: "hello" },
  ...Object.entries(requestExamples).map(
    ([name, { body }], id) => ({ type: "request", id, name, body }) as { readonly type: "request" },
  ),
];
