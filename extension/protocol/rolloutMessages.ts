import {
  anyNumber,
  boolean,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  string,
  union,
  type Decoded,
} from "./codec";

// What the host and the rollouts page say to each other. The host reads the run's files; the page sorts, colours and explains.

const count = integerFrom(0);
/** Place of an episode: its line in the iteration's file, from 1. */
const line = integerFrom(1);

/** A token as text: `bytes` are none of UTF-8 by themselves and stand as hexadecimal digits, `unknown` is no token of the tokenizer. */
export const tokenKinds = ["text", "bytes", "special", "unknown"] as const;
const shownToken = { id: count, text: string, kind: oneOf(tokenKinds) };
const alternative = object({ ...shownToken, logprob: anyNumber });

/** One response token with all its numbers, as protocol/trainerEvents.ts's EpisodeRecord has them. */
const token = object({
  ...shownToken,
  logprob: anyNumber,
  referenceLogprob: anyNumber,
  value: anyNumber,
  reward: anyNumber,
  advantage: anyNumber,
  return: anyNumber,
  entropy: anyNumber,
  ratioAfter: anyNumber,
  /** The likeliest tokens at this place. */
  policy: listOf(alternative),
  reference: listOf(alternative),
});

/** The numbers of the objective in force in an iteration. */
const constants = object({
  /** β; null where the iteration's metrics are not there. */
  klCoef: nullable(anyNumber),
  /** By which scores were divided; null where no checkpoint says so. */
  scoreDivisor: nullable(anyNumber),
  missingEndPenalty: anyNumber,
  gamma: anyNumber,
  lambda: anyNumber,
  clipRange: anyNumber,
  whitenAdvantages: boolean,
  whitenRewards: boolean,
});

const summary = {
  line,
  episode: count,
  promptId: string,
  score: anyNumber,
  kl: anyNumber,
  endReached: boolean,
};

/** An episode in the list: beginnings of its texts alone. */
const row = object({ ...summary, prompt: string, response: string, length: count, advantage: anyNumber });

const episode = object({
  ...summary,
  iteration: count,
  prompt: string,
  response: string,
  tokens: listOf(token),
});

/** What was answered to the open episode's prompt in the course of the run, the earliest first. */
const answer = object({ ...summary, iteration: count, response: string });

const shown = {
  /** Null as long as the run has logged nothing. */
  iteration: nullable(count),
  /** Null where the run's settings cannot be read. */
  constants: nullable(constants),
  rows: listOf(row),
  /** What could not be read, in sentences. */
  problems: listOf(string),
};

const state = object({
  /** The project's folder, and the run's id. */
  project: string,
  run: string,
  /** The run's name. */
  name: string,
  /** Iterations with logged episodes, in order. */
  iterations: listOf(count),
  ...shown,
  open: nullable(episode),
  /** Null until it is asked for. */
  history: nullable(listOf(answer)),
  /** Responses to be ranked are being sampled. */
  isSending: boolean,
});

const delta = union({
  /** The run has logged more, or less when it was resumed. */
  iterations: { iterations: listOf(count) },
  /** Another iteration is shown, with an episode of it or its list. */
  shown: { ...shown, open: nullable(episode) },
  open: { open: nullable(episode) },
  /** More of the iteration's numbers has come to be known. */
  constants: { constants: nullable(constants) },
  history: { history: listOf(answer) },
  sending: { isSending: boolean },
});

const action = union({
  showIteration: { iteration: count },
  openEpisode: { iteration: count, line },
  close: {},
  askHistory: {},
  /** All tokens of the open episode as a Markdown table. */
  copyTokens: {},
  sendToLabels: {},
});

/** The texts of the page by name; the host gives them in the editor's language. */
export const rolloutTextKeys = [
  ...["title", "previous", "next", "iterationOf", "newest", "none", "problems", "listLabel", "listHint"],
  ...["columnPrompt", "columnResponse", "columnScore", "columnKl", "columnLength", "columnAdvantage"],
  ...["open", "back", "previousEpisode", "nextEpisode", "episodeTitle", "facts", "ended", "cut"],
  ...["prompt", "response", "tokens", "tokensHint", "quantity", "legendBelow", "legendAbove", "legendNone"],
  ...["reward", "kl", "advantage", "value", "ratio", "logprob", "referenceLogprob", "entropy", "return"],
  ...["tokenTitle", "tokenId", "signs", "numbers", "terms", "policyTop", "referenceTop", "noAlternatives"],
  ...["chosen", "probability", "termKl", "termReward", "termScore", "termDelta", "termEstimate"],
  ...["termWhitened", "termSame", "termLoss", "termNoUpdate", "noConstants", "scoreUnknown"],
  ...["sums", "sumRewards", "sumObjective", "agrees", "differs", "sumUnknown", "sumWhitened"],
  ...[
    "table",
    "columnToken",
    "copy",
    "history",
    "historyLoading",
    "historyOnce",
    "historyAt",
    "historySlider",
  ],
  ...[
    "historyFirst",
    "historyStart",
    "historyDiff",
    "historyFar",
    "historyOpen",
    "send",
    "sending",
    "sendHint",
  ],
  ...["saidIteration", "saidNewer"],
] as const;

const texts = object(Object.fromEntries(rolloutTextKeys.map((key) => [key, string])));

export const rolloutMessages = { texts, state, delta, action } as const;

/** What the page keeps, by which the host finds the place again after a reload. */
export const keptRollouts = object({
  project: string,
  run: string,
  iteration: nullable(count),
  line: nullable(line),
});

export type RolloutTextKey = (typeof rolloutTextKeys)[number];
export type RolloutState = Decoded<typeof state>;
export type RolloutDelta = Decoded<typeof delta>;
export type RolloutAction = Decoded<typeof action>;
export type RolloutRow = Decoded<typeof row>;
export type RolloutEpisode = Decoded<typeof episode>;
export type RolloutToken = Decoded<typeof token>;
export type RolloutAnswer = Decoded<typeof answer>;
export type RolloutConstants = Decoded<typeof constants>;
export type TokenAlternative = Decoded<typeof alternative>;

/** The state after a change. Host and page apply the same one, so they can never show different things. */
export function applyRolloutDelta(before: RolloutState, change: RolloutDelta): RolloutState {
  switch (change.type) {
    case "iterations":
      return { ...before, iterations: change.iterations };
    case "shown": {
      const { iteration, constants: inForce, rows, problems, open } = change;
      return { ...before, iteration, constants: inForce, rows, problems, open, history: null };
    }
    case "open":
      return { ...before, open: change.open, history: null };
    case "constants":
      return { ...before, constants: change.constants };
    case "history":
      return { ...before, history: change.history };
    case "sending":
      return { ...before, isSending: change.isSending };
  }
}
