import {
  anyNumber,
  decodeText,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  string,
  type Decoded,
} from "./codec";
import { eventLines, type EventOf } from "./eventLines";
import type { Problem } from "./problem";

/**
 * What `rlhf probe` and the program that started it say to each other, one JSON object a line: a prompt with a response on standard input,
 * its scores as events on standard output. The newest request counts: older ones that have not been begun are dropped without a word.
 */

/** Changes of a response that a good reward model should answer in a known way. */
export const probeVariants = ["polite", "padded", "repeated", "flipped", "refused"] as const;
export type ProbeVariant = (typeof probeVariants)[number];

const count = integerFrom(0);
const request = object({ id: count, prompt: string, response: string });
export type ProbeRequest = Decoded<typeof request>;

/** A line of standard input, untrusted. */
export function parseProbeRequest(text: string): ProbeRequest | Problem {
  return decodeText(request, text, "a probe request");
}

/** The score after each token, the last being end-of-text; reward-model units. A piece may be empty where a letter takes several tokens. */
export const probeToken = object({ text: string, score: anyNumber });
/** What a word is worth: the score with all words less the score without this one. */
export const probeWord = object({ text: string, effect: anyNumber });
/** A changed response with its score; null where the change does not apply. */
export const probeVariant = object({
  name: oneOf(probeVariants),
  response: nullable(string),
  score: anyNumber,
});

const eventFields = {
  /** The model is loaded. */
  ready: { model: string, context: count },
  scored: { id: count, score: anyNumber, tokens: listOf(probeToken) },
  /** Comes after `scored`, unless another request was made meanwhile. */
  explained: { id: count, words: listOf(probeWord), variants: listOf(probeVariant) },
  /** A request that cannot be done; no id where it could not be read. */
  problem: { id: nullable(count), message: string },
} as const;

export type ProbeEvent = EventOf<typeof eventFields>;

/** A line of standard output, untrusted; null for lines that are no event, such as progress. */
export const parseProbeEvent = eventLines(eventFields, "a line of rlhf probe");
