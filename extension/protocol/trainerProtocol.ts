import {
  anyNumber,
  anything,
  decodeText,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  recordOf,
  string,
  finiteNumber,
  union,
  type Decoded,
  type Decoder,
} from "./codec";
import { Problem, isProblem } from "./problem";
import { interventionLine, runStates, settingValue, stages } from "./runFormat";

/**
 * What a trainer process and its clients (an editor window, a command line) say to each other over the trainer's local socket.
 * A client opens with `hello`; the trainer answers `ready` or `refused`. Then the client sends requests, each answered by `ok` or
 * `error` with its id, and receives every event. An event is on disk before it is sent, so a lost message loses nothing.
 */
export const protocolVersion = 1;

/** A longer message is refused; the connection ends, because what follows cannot be trusted. */
export const maxMessageBytes = 16 * 1024 * 1024;

const count = integerFrom(0);
const iteration = integerFrom(-1);
const nothing = object({});
const stateReply = object({ state: oneOf(runStates), iteration });
const progress = object({ done: count, total: count, phase: string });

/** Requests by name: what the client sends and what it gets back. All are answered between two optimizer steps. */
export const requests = {
  /** Begins a run whose process was launched to wait (a queued run). */
  start: { request: nothing, reply: stateReply },
  /** Holds before the next optimizer step. */
  pause: { request: nothing, reply: stateReply },
  resume: { request: nothing, reply: stateReply },
  /** Writes a checkpoint of the last iteration boundary and ends; the partial iteration is dropped and replayed on resume. */
  stop: { request: nothing, reply: object({ checkpoint: nullable(count) }) },
  /** Writes a checkpoint of the last iteration boundary and goes on. */
  checkpoint: { request: nothing, reply: object({ checkpoint: count }) },
  /** Changes settings of the run's stage from the next iteration on; `who` is written beside it. */
  setHyperparameters: {
    request: object({ who: string, changes: recordOf(settingValue) }),
    reply: interventionLine,
  },
  status: {
    request: nothing,
    reply: object({
      state: oneOf(runStates),
      iteration,
      iterations: count,
      progress: nullable(progress),
      /** The run's live settings with their present values. */
      hyperparameters: recordOf(settingValue),
    }),
  },
  /** K responses of the policy as it is now. */
  generate: {
    request: object({
      prompt: string,
      k: integerFrom(1, 64),
      temperature: finiteNumber,
      responseTokens: integerFrom(1, 4096),
      seed: count,
    }),
    reply: object({
      responses: listOf(
        object({
          text: string,
          tokens: listOf(count),
          logprobs: listOf(anyNumber),
          score: nullable(anyNumber),
        }),
      ),
    }),
  },
  /** Scores of given responses. */
  score: {
    request: object({ prompt: string, responses: listOf(string) }),
    reply: object({ scores: listOf(anyNumber) }),
  },
  /** Per response token: log-probs, value and likeliest alternatives. */
  inspectTokens: {
    request: object({ prompt: string, response: string }),
    reply: object({
      tokens: listOf(
        object({
          token: count,
          text: string,
          logprob: anyNumber,
          referenceLogprob: nullable(anyNumber),
          value: nullable(anyNumber),
          alternatives: listOf(object({ token: count, text: string, logprob: anyNumber })),
        }),
      ),
    }),
  },
} as const;

export type RequestName = keyof typeof requests;
export type RequestOf<N extends RequestName> = Decoded<(typeof requests)[N]["request"]>;
export type ReplyOf<N extends RequestName> = Decoded<(typeof requests)[N]["reply"]>;
export const requestNames = Object.keys(requests) as RequestName[];

/** What a trainer tells every client. */
const trainerMessage = union({
  /** After each optimizer step. */
  progress: { done: count, total: count, phase: string },
  /** A line of metrics.jsonl was written; its episodes are in rollouts/. */
  iteration: {
    iteration: count,
    iterations: count,
    values: recordOf(anyNumber),
    warnings: listOf(string),
  },
  checkpointSaved: { checkpoint: count },
  stateChanged: { state: oneOf(runStates), reason: nullable(string) },
  hyperparametersChanged: { intervention: interventionLine },
  failed: { iteration, message: string },
  finished: { iterations: count, figures: anything },
});
export type TrainerMessage = Decoded<typeof trainerMessage>;

const helloFields = { protocolVersion: count, token: string, client: string };
const readyFields = {
  protocolVersion: count,
  run: string,
  stage: oneOf(stages),
  backend: string,
  device: string,
  state: oneOf(runStates),
  iteration,
  iterations: count,
};

const clientEnvelope = union({
  hello: helloFields,
  request: { id: count, name: oneOf(requestNames), body: anything },
});
const serverEnvelope = union({
  /** Sent by the trainer once, after a good `hello`. */
  ready: readyFields,
  /** Sent by the trainer instead of `ready`, before it closes the connection, or when a message was malformed. */
  refused: { problem: string, message: string },
  ok: { id: count, value: anything },
  error: { id: count, problem: string, message: string },
  event: { event: trainerMessage },
});

export type Ready = Extract<Decoded<typeof serverEnvelope>, { readonly type: "ready" }>;
export type ServerMessage = Decoded<typeof serverEnvelope>;
export type ClientMessage =
  | Extract<Decoded<typeof clientEnvelope>, { readonly type: "hello" }>
  | { readonly type: "request"; readonly id: number; readonly request: TypedRequest | Problem };

/** A request whose body has been checked for its name. */
export type TypedRequest = {
  readonly [N in RequestName]: { readonly name: N; readonly body: RequestOf<N> };
}[RequestName];

/** A message of a client, untrusted. A request with a good id and a bad body still carries its id, so that it can be answered. */
export function parseClientMessage(text: string): ClientMessage | Problem {
  const message = decodeText(clientEnvelope, text, "a message to the trainer");
  if (isProblem(message) || message.type === "hello") return message;
  const { id, name, body } = message;
  const decoder = requests[name].request as Decoder<unknown>;
  const checked = decoder(body, { where: `the request ${name}`, path: "" });
  const request = isProblem(checked) ? checked : ({ name, body: checked } as TypedRequest);
  return { type: "request", id, request };
}

/** A message of a trainer, as a client reads it. */
export function parseServerMessage(text: string): ServerMessage | Problem {
  return decodeText(serverEnvelope, text, "a message from the trainer");
}

/** The value of an `ok` message as the reply of the request it answers. */
export function parseReply<N extends RequestName>(name: N, value: unknown): ReplyOf<N> | Problem {
  const decoder = requests[name].reply as Decoder<unknown>;
  return decoder(value, { where: `the reply to ${name}`, path: "" }) as ReplyOf<N> | Problem;
}

/** Why a client of another protocol version cannot talk to this trainer, or null when it can. */
export function versionMismatch(theirs: number): Problem | null {
  if (theirs === protocolVersion) return null;
  return new Problem(
    "protocolMismatch",
    `The trainer speaks protocol ${protocolVersion} and the client protocol ${theirs}: use the same version of RLHF Workbench for both, or stop the run and resume it with this one.`,
  );
}
