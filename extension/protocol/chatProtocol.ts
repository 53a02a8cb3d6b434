import {
  boolean,
  finiteNumber,
  integerFrom,
  isObject,
  listOf,
  matching,
  nullable,
  object,
  parseJson,
  string,
  unexpected,
  type Decoded,
  type Decoder,
} from "./codec";
import { eventLines, type EventOf } from "./eventLines";
import { isProblem, type Problem } from "./problem";

/**
 * What `rlhf chat --json` and the program that started it say to each other, one JSON object a line. The program asks on standard input;
 * events come on standard output. An answer goes from token events to one answer or problem event with the same id and model.
 */

/** Longest prompt that is read at all; what a model can read is shorter by far. */
const maxPromptLetters = 1_000_000;
/** Row seeds of the sampler. */
export const maxRowSeed = 2 ** 31 - 2;
export const maxTemperature = 5;
export const maxResponseTokens = 4096;

const id = matching(/^[^]{1,200}$/, "a text of 1 to 200 letters");

const prompt: Decoder<string> = (value, place) =>
  typeof value === "string" && value.length <= maxPromptLetters
    ? value
    : unexpected(`text of at most ${maxPromptLetters} letters`, value, place);

export const temperature: Decoder<number> = (value, place) => {
  const number = finiteNumber(value, place);
  return isProblem(number) || (number >= 0 && number <= maxTemperature)
    ? number
    : unexpected(`a number from 0 to ${maxTemperature}`, value, place);
};
export const rowSeed = integerFrom(0, maxRowSeed);
export const responseTokens = integerFrom(1, maxResponseTokens);

const ask = object({
  id,
  prompt,
  /** One of the models that were named; without it all answer, in turn. */
  model: nullable(string),
  seed: nullable(rowSeed),
  temperature: nullable(temperature),
  responseTokens: nullable(responseTokens),
});
const cancel = object({ cancel: id });
/** How many held-out prompts of the project are wanted. */
const heldOut = object({ heldOut: integerFrom(1, 10_000) });

export type ChatQuestion = Decoded<typeof ask>;
export type ChatRequest = ChatQuestion | Decoded<typeof cancel> | Decoded<typeof heldOut>;

/** A line of standard input, untrusted. */
export function parseChatRequest(text: string): ChatRequest | Problem {
  const place = { where: "a chat request", path: "" };
  const parsed = parseJson(text, place.where);
  if (isProblem(parsed)) return parsed;
  const { json } = parsed;
  if (isObject(json) && Object.hasOwn(json, "cancel")) return cancel(json, place);
  if (isObject(json) && Object.hasOwn(json, "heldOut")) return heldOut(json, place);
  return ask(json, place);
}

const count = integerFrom(0);
const eventFields = {
  /** The models are loaded: what they are, in the order in which they were named. */
  ready: { models: listOf(object({ model: string, checkpointHash: string, context: count })) },
  /** Text that the newest token completes. */
  token: { id, model: string, text: string },
  /** A whole answer, or what there was when it was cancelled. */
  answer: {
    id,
    model: string,
    text: string,
    tokens: listOf(count),
    endReached: boolean,
    cancelled: boolean,
    seed: rowSeed,
    temperature,
    checkpointHash: string,
  },
  /** A request that cannot be done; no id where it could not be read. */
  problem: { id: nullable(id), model: nullable(string), problem: string, message: string },
  heldOut: { prompts: listOf(object({ id: string, text: string })) },
} as const;

export type ChatEvent = EventOf<typeof eventFields>;

/** A line of standard output, untrusted; null for lines that are no event, such as progress. */
export const parseChatEvent = eventLines(eventFields, "a line of rlhf chat");
