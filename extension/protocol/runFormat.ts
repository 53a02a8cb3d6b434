import {
  anyNumber,
  anything,
  boolean,
  decodeText,
  decodeVersioned,
  finiteNumber,
  integerFrom,
  isObject,
  listOf,
  matching,
  nullable,
  object,
  oneOf,
  recordOf,
  string,
  withDefault,
  type Decoded,
  type Decoder,
} from "./codec";
import { Problem, isProblem } from "./problem";
import type { MetricValues } from "./trainerEvents";

/**
 * The files of a run folder, each as the decoder of its content: the types are derived from them. Files are untrusted input: whatever
 * is wrong becomes one sentence, and a file of a newer format is refused before anything else in it is looked at.
 */
export const runFormatVersion = 1;

export const stages = ["pretrain", "sft", "rm", "ppo", "dpo", "evaluate"] as const;
export type Stage = (typeof stages)[number];

export const runStates = [
  "queued",
  "running",
  "paused",
  "stopped",
  "finished",
  "failed",
  "interrupted",
] as const;
export type RunState = (typeof runStates)[number];

const count = integerFrom(0);
const sha256 = matching(/^[0-9a-f]{64}$/, "a SHA-256 sum (64 hexadecimal digits)");
const runIdPattern = new RegExp(`^(${stages.join("|")})-\\d{8}T\\d{6}Z-[0-9a-f]{4}$`);
export const runIdText = matching(runIdPattern, "a run id such as ppo-20260131T120000Z-1a2b");
// A plain file name: nothing a manifest says may lead out of its folder, on any operating system.
const plainFileName =
  /^(?!\.{1,2}$)(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[^/\\:*?"<>|\p{Cc}]+(?<![ .])$/iu;
const fileName = matching(plainFileName, "a plain file name");

/** `<stage>-<UTC time>-<4 hex>`; `random` is any whole number, of which 16 bits are used. */
export function makeRunId(stage: Stage, utcMilliseconds: number, random: number): string {
  const time = new Date(utcMilliseconds).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${stage}-${time}-${(random & 0xffff).toString(16).padStart(4, "0")}`;
}

export function isRunId(text: string): boolean {
  return runIdPattern.test(text);
}

export function isPlainFileName(text: string): boolean {
  return plainFileName.test(text);
}

/** A model the run starts from or measures against, and what exactly it was. */
const parent = object({
  /** "initial", "reference", "rewardModel", "branch" and so on. */
  role: string,
  /** The model reference as the person wrote it. */
  reference: string,
  /** Relative to the project, with forward slashes. */
  folder: string,
  run: nullable(runIdText),
  checkpoint: nullable(count),
  sha256,
});
export type RunParent = Decoded<typeof parent>;

const input = object({
  /** File in inputs/. */
  name: fileName,
  /** What it was made from: a path relative to the project, or a word such as "compiled". */
  source: string,
  bytes: count,
  sha256,
});

/** run.json: written once, before the trainer starts. */
const runManifest = object({
  formatVersion: count,
  id: runIdText,
  stage: oneOf(stages),
  createdAt: string,
  /** The complete resolved config; protocol/resolveConfig.ts checks it. */
  config: recordOf(anything),
  seed: count,
  parents: listOf(parent),
  inputs: listOf(input),
  codeVersion: string,
  backend: string,
  /** Why `auto` took this backend; null where a person named it. */
  backendReason: withDefault(nullable(string), null),
  device: string,
});
export type RunManifest = Decoded<typeof runManifest>;

const progress = object({ done: count, total: count, phase: string });

/** status.json: replaced as a whole; `heartbeat` says when the trainer last lived (UTC). */
const runStatus = object({
  formatVersion: count,
  state: oneOf(runStates),
  /** Last iteration that is on disk; −1 before iteration 0. */
  iteration: integerFrom(-1),
  /** Iterations in all; 0 while unknown. */
  iterations: count,
  progress: nullable(progress),
  heartbeat: string,
  /** Why it failed, stopped or was interrupted. */
  reason: nullable(string),
});
export type RunStatus = Decoded<typeof runStatus>;

/** marks.json: what a person adds. */
const runMarks = object({
  formatVersion: count,
  name: nullable(string),
  star: withDefault(boolean, false),
  baseline: withDefault(boolean, false),
  tags: withDefault(listOf(string), []),
  notes: withDefault(string, ""),
  pins: withDefault(listOf(object({ iteration: count, note: string })), []),
});
export type RunMarks = Decoded<typeof runMarks>;
export const noMarks: RunMarks = {
  formatVersion: runFormatVersion,
  name: null,
  star: false,
  baseline: false,
  tags: [],
  notes: "",
  pins: [],
};

/** lock: the process that writes this run. */
const runLock = object({
  formatVersion: count,
  pid: integerFrom(1),
  /** When that process started, as its operating system tells it; a number used again by a later process has another. */
  processStart: nullable(string),
  machine: string,
});
export type RunLock = Decoded<typeof runLock>;

/** endpoint.json, readable by its owner alone: where the trainer listens, and the token a client must show. */
const runEndpoint = object({
  formatVersion: count,
  protocolVersion: count,
  address: string,
  token: matching(/^[0-9a-f]{32,}$/, "a token of hexadecimal digits"),
  pid: integerFrom(1),
});
export type RunEndpoint = Decoded<typeof runEndpoint>;

/** A setting's value. */
export const settingValue: Decoder<SettingValue> = (value, place) => {
  if (typeof value === "string" || typeof value === "boolean") return value;
  return Array.isArray(value) ? listOf(string)(value, place) : finiteNumber(value, place);
};
export type SettingValue = string | boolean | number | readonly string[];

/** One line of interventions.jsonl: live changes of settings of the run's stage, from `iteration` on. */
export const interventionLine = object({
  time: string,
  who: string,
  iteration: count,
  changes: listOf(object({ key: string, old: settingValue, new: settingValue })),
});
export type Intervention = Decoded<typeof interventionLine>;

/** checkpoints/NNNNNN/state.json: everything but the tensors; the same bytes for the same run. */
const checkpointState = object({
  formatVersion: count,
  iteration: count,
  iterations: count,
  /** The stage's selection metric, higher is better; null where this checkpoint is not a candidate for the best. */
  selection: nullable(anyNumber),
  /** Group (first part of a tensor's name) to file. */
  groups: recordOf(fileName),
  numbers: recordOf(anything),
});
export type CheckpointState = Decoded<typeof checkpointState>;

/** checkpoints/NNNNNN/offsets.json: where the logs stood; it differs between runs because measured times do. */
const checkpointOffsets = object({ formatVersion: count, metricsBytes: count });
export type CheckpointOffsets = Decoded<typeof checkpointOffsets>;

/** result.json: what a finished run leaves behind besides its model. */
const runResult = object({ formatVersion: count, figures: recordOf(anything) });

export interface MetricsLine {
  readonly iteration: number;
  readonly values: MetricValues;
  readonly warnings: readonly string[];
}

/** One line of metrics.jsonl, flat so that a data frame reads it: `{"iteration", "group/quantity"…, "warnings"?}`. */
export const metricsLine: Decoder<MetricsLine> = (value, place) => {
  const fixed = object({ iteration: count, warnings: withDefault(listOf(string), []) })(value, place);
  if (isProblem(fixed) || !isObject(value)) return fixed as Problem;
  const measured = Object.entries(value).filter(([key]) => key !== "iteration" && key !== "warnings");
  const values = recordOf(anyNumber)(Object.fromEntries(measured), place);
  return isProblem(values) ? values : { ...fixed, values };
};

const tokenLogprob: Decoder<readonly [token: number, logprob: number]> = (value, place) => {
  const pair = listOf(anyNumber)(value, place);
  if (isProblem(pair)) return pair;
  return pair.length === 2 ? [pair[0], pair[1]] : new Problem("malformed", `${place.where}: not a pair.`);
};
const numbers = listOf(anyNumber);
const tokens = listOf(count);

/** One line of rollouts/NNNNNN.jsonl; see EpisodeRecord for what each field means. */
export const episodeLine = object({
  iteration: count,
  episode: count,
  promptId: string,
  prompt: string,
  response: string,
  promptTokens: tokens,
  responseTokens: tokens,
  logprobs: numbers,
  referenceLogprobs: numbers,
  values: numbers,
  rewards: numbers,
  advantages: numbers,
  returns: numbers,
  entropies: numbers,
  ratiosAfter: numbers,
  alternatives: listOf(object({ policy: listOf(tokenLogprob), reference: listOf(tokenLogprob) })),
  score: anyNumber,
  kl: anyNumber,
  endReached: boolean,
});

export const parseRunManifest = versioned(runManifest);
export const parseRunStatus = versioned(runStatus);
export const parseRunMarks = versioned(runMarks);
export const parseRunLock = versioned(runLock);
export const parseRunEndpoint = versioned(runEndpoint);
export const parseCheckpointState = versioned(checkpointState);
export const parseCheckpointOffsets = versioned(checkpointOffsets);
export const parseRunResult = versioned(runResult);
export const parseIntervention = (text: string, where: string) => decodeText(interventionLine, text, where);
export const parseMetricsLine = (text: string, where: string) => decodeText(metricsLine, text, where);
export const parseEpisodeLine = (text: string, where: string) => decodeText(episodeLine, text, where);

/** Reads the text of a run's file. */
function versioned<T>(decoder: Decoder<T>): (text: string, where: string) => T | Problem {
  return (text, where) => decodeVersioned(decoder, runFormatVersion, text, where);
}
