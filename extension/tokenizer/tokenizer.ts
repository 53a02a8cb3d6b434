import { Heap } from "./heap";
import { splitWords } from "./splitWords";

/** The text of the token that ends a document or response. */
export const endOfText = "<|endoftext|>";

/** Byte-level byte pair encoding as GPT-2's: between text and token ids. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** `<|endoftext|>`; the last id in those that we train. */
  readonly endToken: number;
  readonly vocabulary: Vocabulary;
  /** Ordinary text only: "<|endoftext|>" in a text is just letters. A half of a surrogate pair is read as U+FFFD. */
  encode(text: string): number[];
  /** The end token gives nothing; bytes that are no UTF-8 give U+FFFD. Throws RangeError for an id that is no token. */
  decode(tokens: readonly number[]): string;
  /** One token for display, the end token as "<|endoftext|>". Throws RangeError for an id that is no token. */
  textOf(token: number): string;
}

/** What a tokenizer knows, and all that its file holds. */
export interface Vocabulary {
  /** Bytes of each token by id; none for special ones. Every single byte is a token. */
  readonly tokens: readonly Uint8Array[];
  /** Pairs of tokens that become one, the first learned first. */
  readonly merges: readonly Merge[];
  /** Tokens that stand for no text, by id: they are never encoded and decode to nothing. */
  readonly special: ReadonlyMap<number, string>;
  readonly endToken: number;
}

export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly token: number;
}

/** Words are remembered up to this many; then the memory starts anew, so that it stays bounded on any text. */
const rememberedWords = 32_768;
/** Longer words are rare and hardly ever come again. */
const rememberedLength = 64;

/** The tokenizer of a vocabulary, which is trusted: trained here, or checked by `parseTokenizerJson`. */
export function createTokenizer(vocabulary: Vocabulary): Tokenizer {
  const { tokens, special, endToken } = vocabulary;
  const encodeWord = wordEncoder(vocabulary);
  const known = new Map<string, readonly number[]>();
  const remembered = (word: string): readonly number[] => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const ids = encodeWord(word);
    if (known.size >= rememberedWords) known.clear();
    if (word.length <= rememberedLength) known.set(word, ids);
    return ids;
  };
  const expectToken = (token: number): void => {
    if (tokens[token] === undefined)
      throw new RangeError(`a token is a whole number from 0 to ${tokens.length - 1}, not ${token}`);
  };
  return {
    vocabularySize: tokens.length,
    endToken,
    vocabulary,
    encode: (text) => {
      const ids: number[] = [];
      for (const word of splitWords(text)) for (const id of remembered(word)) ids.push(id);
      return ids;
    },
    decode: (ids) => {
      ids.forEach(expectToken);
      return decodeBytes(ids.map((id) => tokens[id]));
    },
    textOf: (token) => {
      expectToken(token);
      return special.get(token) ?? decodeBytes([tokens[token]]);
    },
  };
}

function decodeBytes(parts: readonly Uint8Array[]): string {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/**
 * Encodes one word: of all adjacent pairs that have a merge, the one learned first is merged, the leftmost of equals, until none is left.
 * The heap makes that n·log n in the word's bytes, so a text without spaces is no trap.
 */
function wordEncoder({ tokens, merges }: Vocabulary): (word: string) => number[] {
  const size = tokens.length;
  const ranks = new Map(merges.map(({ left, right }, rank) => [left * size + right, rank]));
  const ofByte = new Int32Array(256);
  tokens.forEach((bytes, id) => {
    if (bytes.length === 1) ofByte[bytes[0]] = id;
  });
  const utf8 = new TextEncoder();
  return (word) => {
    const bytes = utf8.encode(word);
    const { length } = bytes;
    const ids = Int32Array.from(bytes, (byte) => ofByte[byte]);
    const next = Int32Array.from(ids, (_, i) => i + 1);
    const previous = Int32Array.from(ids, (_, i) => i - 1);
    const rankAt = (i: number): number | undefined =>
      i < 0 || next[i] >= length ? undefined : ranks.get(ids[i] * size + ids[next[i]]);
    // A candidate is rank · length + place as one number, so that the smallest is the one to merge.
    const candidates = new Heap<number>((a, b) => a < b);
    const propose = (i: number): void => {
      const rank = rankAt(i);
      if (rank !== undefined) candidates.push(rank * length + i);
    };
    for (let i = 0; i < length; i++) propose(i);
    for (let found = candidates.pop(); found !== undefined; found = candidates.pop()) {
      const rank = Math.floor(found / length);
      const i = found % length;
      if (rankAt(i) !== rank) continue; // one of the pair has been merged meanwhile
      ids[i] = merges[rank].token;
      ids[next[i]] = -1;
      next[i] = next[next[i]];
      if (next[i] < length) previous[next[i]] = i;
      propose(previous[i]);
      propose(i);
    }
    return Array.from(ids).filter((id) => id >= 0);
  };
}
