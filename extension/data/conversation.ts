import { listOf, object, string } from "../protocol/codec";
import { isProblem } from "../protocol/problem";

export interface Turn {
  readonly role: "system" | "human" | "assistant";
  readonly text: string;
}

/** A conversation up to where an answer is due, with the answer. */
export interface Answered {
  readonly prompt: string;
  readonly response: string;
}

const names = { human: "Human", assistant: "Assistant" } as const;

/**
 * The prompt that a conversation is: the text alone where a person says one thing, else all turns, in the form of Anthropic's transcripts
 * without the last "Assistant:", because a project's own template stands between prompt and response.
 *
 * Example: turns human "Hi", assistant "Hello", human "Who?" give "Human: Hi\n\nAssistant: Hello\n\nHuman: Who?"
 */
export function conversationPrompt(turns: readonly Turn[]): string {
  const spoken = turns.filter(({ role }) => role !== "system");
  const isSingle = spoken.length === 1 && spoken[0].role === "human";
  return turns
    .map(({ role, text }) => (role === "system" || isSingle ? text : `${names[role]}: ${text}`))
    .join("\n\n");
}

const marks = /(?:^|\n\n)(Human|Assistant):/g;

/** The turns of a transcript, white space around each left out; null for a text that does not begin with a turn. */
export function transcriptTurns(text: string): Turn[] | null {
  const found = [...text.matchAll(marks)];
  if (found.length === 0 || text.slice(0, found[0].index).trim() !== "") return null;
  return found.map((mark, i) => ({
    role: mark[1] === names.human ? "human" : "assistant",
    text: text.slice(mark.index + mark[0].length, found[i + 1]?.index).trim(),
  }));
}

const message = listOf(object({ role: string, content: string }));
const roles: Readonly<Record<string, Turn["role"]>> = {
  system: "system",
  developer: "system",
  user: "human",
  human: "human",
  prompter: "human",
  assistant: "assistant",
};

/** The turns of a list of messages with "role" and "content", or in words what is wrong with it. */
export function messageTurns(value: unknown): Turn[] | string {
  const decoded = message(value, { where: "a list of messages", path: "" });
  if (isProblem(decoded)) return decoded.message;
  const unknown = decoded.find(({ role }) => !Object.hasOwn(roles, role));
  if (unknown !== undefined)
    return `the role "${unknown.role}" is not one of ${Object.keys(roles).join(", ")}`;
  return decoded.map(({ role, content }) => ({ role: roles[role], text: content }));
}

/** A conversation that the assistant ends, parted before its last turn; null for any other. */
export function answeredConversation(turns: readonly Turn[]): Answered | null {
  const last = turns[turns.length - 1];
  if (turns.length < 2 || last.role !== "assistant") return null;
  return { prompt: conversationPrompt(turns.slice(0, -1)), response: last.text };
}

/**
 * The turns that a prompt was made of, such that `conversationPrompt` gives the prompt back; the whole prompt as one turn where it is no
 * transcript that ends with a person.
 */
export function promptTurns(prompt: string): readonly Turn[] {
  const turns = transcriptTurns(prompt) ?? [];
  const isWhole = turns.at(-1)?.role === "human" && conversationPrompt(turns) === prompt;
  return isWhole ? turns : [{ role: "human", text: prompt }];
}

const roleNames = { system: "system", human: "user", assistant: "assistant" } as const;

/** Turns as a list of messages with "role" and "content". */
export function messagesOf(
  turns: readonly Turn[],
): readonly { readonly role: string; readonly content: string }[] {
  return turns.map(({ role, text }) => ({ role: roleNames[role], content: text }));
}
