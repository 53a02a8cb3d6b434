import { winRate, type Estimate } from "../../extension/algorithms/proportions";
import {
  applyChatDelta,
  isFinal,
  openTrial,
  type ChatAction,
  type ChatScore,
  type ChatSettings,
  type ChatState,
  type ChatTurn,
  type Vote,
} from "../../extension/protocol/chatMessages";
import type { HostMessage } from "../../extension/protocol/webviewProtocol";

/** What a screen reader is told after a change; the view puts it in words. */
export type Announcement =
  | { readonly type: "answer"; readonly model: string; readonly text: string }
  | { readonly type: "both"; readonly first: string; readonly second: string }
  | { readonly type: "stopped" }
  | { readonly type: "vote"; readonly turn: ChatTurn; readonly vote: Vote }
  | { readonly type: "problem"; readonly text: string };

/** What the page shows; null before the host has said anything. */
export interface Page {
  readonly state: ChatState;
  readonly announcement: Announcement | null;
}

/** The page after a message of the host. */
export function reduce(page: Page | null, message: HostMessage<"chat">): Page | null {
  if (message.type === "hydrate") return { state: message.state, announcement: null };
  if (page === null) return null;
  const state = applyChatDelta(page.state, message.delta);
  return { state, announcement: announcementOf(page.state, state) };
}

/** The news between two states: an answer that has come to its end, a vote, a problem. */
function announcementOf(before: ChatState, after: ChatState): Announcement | null {
  if (after.problem !== null && after.problem !== before.problem)
    return { type: "problem", text: after.problem };
  const turn = after.turns.at(-1);
  const old = before.turns.find(({ id }) => id === turn?.id);
  if (turn === undefined || old === undefined) return null;
  if (turn.vote !== null && old.vote === null) return { type: "vote", turn, vote: turn.vote };
  const ended = turn.answers.filter((answer, i) => isFinal(answer) && !isFinal(old.answers[i]));
  if (ended.length === 0) return null;
  if (after.mode === "blind") {
    if (!turn.answers.every(({ status }) => status === "done")) return null;
    return { type: "both", first: turn.answers[0].text, second: turn.answers[1].text };
  }
  const [{ model, text, status, problem }] = ended;
  if (status === "cancelled") return { type: "stopped" };
  return { type: "answer", model, text: problem ?? text };
}

/** Whether an answer is being sampled, so that it can be stopped. */
export function isAnswering({ turns }: ChatState): boolean {
  return turns.at(-1)?.answers.some((answer) => !isFinal(answer)) === true;
}

/** Whether a prompt may be asked now: no answer is on its way and no trial waits for its vote. */
export function canAsk(state: ChatState): boolean {
  return !isAnswering(state) && openTrial(state) === null;
}

/** The trial that can be voted on now. */
export function votable(state: ChatState): ChatTurn | null {
  const trial = openTrial(state);
  return trial !== null && trial.answers.every(({ status }) => status === "done") ? trial : null;
}

const voteKeys: Readonly<Record<string, Vote>> = {
  ...{ "1": "left", ArrowLeft: "left", "2": "right", ArrowRight: "right" },
  ...{ t: "tie", T: "tie", b: "bothBad", B: "bothBad", s: "skip", S: "skip" },
};

export interface Key {
  readonly key: string;
  readonly shift: boolean;
  /** Control, Alt or the command key, whose combinations belong to the editor. */
  readonly modified: boolean;
  /** An input method is composing a character, as in Korean: its Enter is not ours. */
  readonly composing: boolean;
  readonly inPrompt: boolean;
  /** In a field where letters and digits are text. */
  readonly inField: boolean;
}

/** What a key means here; null for keys that are left alone. */
export function keyMeaning(state: ChatState, key: Key): ChatAction | "ask" | null {
  if (key.modified || key.composing) return null;
  if (key.key === "Escape") return isAnswering(state) ? { type: "stop" } : null;
  if (key.inPrompt) return key.key === "Enter" && !key.shift ? "ask" : null;
  if (key.inField || (key.shift && key.key.startsWith("Arrow"))) return null;
  const trial = votable(state);
  const vote = Object.hasOwn(voteKeys, key.key) ? voteKeys[key.key] : undefined;
  return trial !== null && vote !== undefined ? { type: "vote", turn: trial.id, vote } : null;
}

export type FieldName = "temperature" | "length" | "seed";
export const fieldLimits: Readonly<Record<FieldName, { readonly min: number; readonly max: number }>> = {
  temperature: { min: 0, max: 5 },
  length: { min: 1, max: 4096 },
  seed: { min: 0, max: 2 ** 31 - 2 },
};

/** The settings that the fields say, or the field that says none. */
export function readSettings(fields: Readonly<Record<FieldName, string>>): ChatSettings | FieldName {
  const numberOf = (name: FieldName): number | null => {
    const text = fields[name].trim();
    const value = text === "" ? NaN : Number(text);
    const { min, max } = fieldLimits[name];
    const isGood = value >= min && value <= max && (name === "temperature" || Number.isInteger(value));
    return isGood ? value : null;
  };
  const temperature = numberOf("temperature");
  if (temperature === null) return "temperature";
  const responseTokens = numberOf("length");
  if (responseTokens === null) return "length";
  if (fields.seed.trim() === "") return { temperature, responseTokens, seed: null };
  const seed = numberOf("seed");
  return seed === null ? "seed" : { temperature, responseTokens, seed };
}

/** How often the first model is preferred, ties counting one half; null before the first vote. */
export function preference(score: ChatScore | null): (Estimate & { readonly votes: number }) | null {
  if (score === null) return null;
  const votes = score.first + score.second + score.ties;
  if (votes === 0) return null;
  return { ...winRate({ wins: score.first, losses: score.second, ties: score.ties }), votes };
}
