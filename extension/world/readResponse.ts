import { readStatements, type Statements } from "./readStatements";
import { politeWords, rudeWords } from "./words";

/** A response taken apart: "sure , the fox is red , friend ." opens with "sure", says "the fox is red" and ends with "friend". */
export interface Reading extends Statements {
  readonly polite: readonly string[];
  readonly rude: readonly string[];
  /** The words between opening and address, without punctuation. */
  readonly core: readonly string[];
  readonly address: string | null;
  /** All words, without punctuation. */
  readonly words: readonly string[];
  /** Ends with one full stop. */
  readonly ended: boolean;
  readonly doesNotKnow: boolean;
  readonly declines: boolean;
}

export const addresses: readonly string[] = ["friend", "dear", "boss", "pal"];

const isWord = (token: string): boolean => /^[a-z0-9']/.test(token);

/** Lower-case words and punctuation marks. */
export function wordsAndMarks(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9']+|[^\sa-z0-9']/g) ?? [];
}

/** The words of a text without punctuation. */
export function wordsOf(text: string): string[] {
  return wordsAndMarks(text).filter(isWord);
}

/** `subject` is what "it" stands for, where the prompt named just one thing. */
export function readResponse(text: string, subject: string | null): Reading {
  const tokens = wordsAndMarks(text);
  const words = tokens.filter(isWord);
  const opening = politeWords.includes(tokens[0]) ? (isWord(tokens[1] ?? "a") ? 1 : 2) : 0;
  const body = tokens.slice(opening);
  const last = body.findLastIndex(isWord);
  const address = last > 0 && addresses.includes(body[last]) && body[last - 1] === "," ? body[last] : null;
  const inside = address === null ? body : body.slice(0, last - 1);
  const core = inside.filter(isWord);
  const said = ` ${core.join(" ")} `;
  return {
    ...readStatements(inside, subject),
    polite: words.filter((word) => politeWords.includes(word)),
    rude: words.filter((word) => rudeWords.includes(word)),
    core,
    address,
    words,
    ended: /[^.!?\s]\s*[.!?]\s*$/.test(text),
    doesNotKnow: said.includes(" i do not know "),
    declines: /\bi (can|will) not (help|do)\b/.test(said),
  };
}
