import { responseTokens, rowSeed, temperature } from "./chatProtocol";
import { boolean, integerFrom, listOf, nullable, object, oneOf, string, union, type Decoded } from "./codec";

// What the host and the chat page say to each other. The host holds the truth; the page shows it and asks for changes.

/** Chat: ask one policy, or two side by side. Blind: two policies answer with their names hidden, and a person votes. */
export const chatModes = ["chat", "blind"] as const;
export type ChatMode = (typeof chatModes)[number];

/** `left` and `right` are the sides that were shown; a skipped trial is not stored. */
export const votes = ["left", "right", "tie", "bothBad", "skip"] as const;
export type Vote = (typeof votes)[number];

const answer = object({
  /** Empty as long as the name is hidden. */
  model: string,
  text: string,
  status: oneOf(["waiting", "streaming", "done", "cancelled", "failed"]),
  /** Whether the model itself ended it; otherwise it ran into the longest length. */
  endReached: boolean,
  /** Why it failed, in a sentence. */
  problem: nullable(string),
  seed: rowSeed,
});

const turn = object({
  id: string,
  prompt: string,
  promptId: nullable(string),
  temperature,
  answers: listOf(answer),
  vote: nullable(oneOf(votes)),
});

/** Votes about the two models so far; `both bad` counts as a tie beside its own count. */
const score = object({
  first: integerFrom(0),
  second: integerFrom(0),
  ties: integerFrom(0),
  bothBad: integerFrom(0),
});

const settings = object({ temperature, responseTokens, seed: nullable(rowSeed) });

const status = oneOf(["idle", "loading", "ready", "answering", "down"]);

const state = object({
  mode: oneOf(chatModes),
  /** The project's folder. */
  project: string,
  models: listOf(string),
  settings,
  turns: listOf(turn),
  /** Null before the first vote, and in a chat. */
  score: nullable(score),
  status,
  problem: nullable(string),
});

const delta = union({
  /** A turn begins, or stands differently as a whole. */
  turn: { turn },
  /** More text of an answer. */
  text: { turn: string, index: integerFrom(0, 1), text: string },
  status: { status, problem: nullable(string) },
  score: { score: nullable(score) },
  models: { models: listOf(string) },
  settings: { settings },
});

const action = union({
  ask: { prompt: string, settings },
  /** Asks the next held-out prompt. */
  askNext: { settings },
  stop: {},
  vote: { turn: string, vote: oneOf(votes) },
  copy: { turn: string, index: integerFrom(0, 1) },
  /** Chooses another model for a column; the index after the last adds one. */
  chooseModel: { index: integerFrom(0, 1) },
  removeModel: { index: integerFrom(0, 1) },
  showLog: {},
});

/** The texts of the page by name; the host gives them in the editor's language. */
export const chatTextKeys = [
  ...["chatTitle", "blindTitle", "ask", "askLabel", "askPlaceholder", "stop", "next", "nextHint"],
  ...["temperature", "temperatureHint", "length", "lengthHint", "seed", "seedHint", "settings"],
  ...["wrongSetting", "models", "change", "changeOf", "add", "remove", "removeOf"],
  ...["emptyChat", "emptyBlind", "conversation", "prompt", "answerOf", "firstAnswer", "secondAnswer"],
  ...["waiting", "cancelled", "cut", "failed", "copy", "copyOf", "loading", "down", "showLog"],
  ...["voteGroup", "left", "right", "tie", "bothBad", "skip", "votedLeft", "votedRight", "votedTie"],
  ...["votedBothBad", "votedSkip", "score", "scoreNone", "scoreTies", "scoreHint"],
  ...["saidAnswer", "saidBoth", "saidStopped", "drawnWith"],
] as const;

const texts = object(Object.fromEntries(chatTextKeys.map((key) => [key, string])));

export const chatMessages = { texts, state, delta, action } as const;

export type ChatTextKey = (typeof chatTextKeys)[number];
export type ChatState = Decoded<typeof state>;
export type ChatTurn = Decoded<typeof turn>;
export type ChatAnswer = Decoded<typeof answer>;
export type ChatScore = Decoded<typeof score>;
export type ChatSettings = Decoded<typeof settings>;
export type ChatDelta = Decoded<typeof delta>;
export type ChatAction = Decoded<typeof action>;

/** Older turns are let go, so that a long evening's chat stays small. */
export const maxTurns = 100;

/** The state after a change. Host and page apply the same one, so they can never show different things. */
export function applyChatDelta(before: ChatState, change: ChatDelta): ChatState {
  switch (change.type) {
    case "turn": {
      const known = before.turns.some(({ id }) => id === change.turn.id);
      const turns = known
        ? before.turns.map((each) => (each.id === change.turn.id ? change.turn : each))
        : [...before.turns, change.turn].slice(-maxTurns);
      return { ...before, turns };
    }
    case "text":
      return {
        ...before,
        turns: before.turns.map((each) => (each.id === change.turn ? withText(each, change) : each)),
      };
    case "status":
      return { ...before, status: change.status, problem: change.problem };
    case "score":
      return { ...before, score: change.score };
    case "models":
      return { ...before, models: change.models };
    case "settings":
      return { ...before, settings: change.settings };
  }
}

function withText(
  turnBefore: ChatTurn,
  { index, text }: { readonly index: number; readonly text: string },
): ChatTurn {
  const answers = turnBefore.answers.map((each, i) =>
    i === index ? { ...each, status: "streaming" as const, text: each.text + text } : each,
  );
  return { ...turnBefore, answers };
}

/** Whether an answer will change no more. */
export const isFinal = ({ status: each }: ChatAnswer): boolean => each !== "waiting" && each !== "streaming";

/** The trial that waits for a vote: both answers stand, and nobody has voted. */
export function openTrial({ mode, turns }: ChatState): ChatTurn | null {
  const last = turns.at(-1);
  return mode === "blind" && last !== undefined && last.vote === null ? last : null;
}
