import { bytesInAlphabetOrder } from "./byteAlphabet";
import { Heap } from "./heap";
import { splitWords } from "./splitWords";
import { createTokenizer, endOfText, type Merge, type Tokenizer } from "./tokenizer";

/**
 * Learns a vocabulary: the 256 bytes, then one token after another for the adjacent pair that is most frequent in the texts' words, and
 * `<|endoftext|>` as the last. Of equally frequent pairs the one with the smaller left id is taken, then the smaller right id, so that the
 * same texts give the same tokenizer everywhere; so do Hugging Face's trainers. In "aaa" the pair of two a counts twice, and the left one
 * is merged.
 *
 * No two pairs spell the same token: what happens inside a token depends on its own bytes alone.
 * The vocabulary is smaller than asked for when the texts have no pair left to merge.
 * Source: Sennrich et al. 2016, algorithm 1, on bytes as in Radford et al. 2019, §2.2.
 * Throws RangeError when the size has no room for the bytes and the end token.
 *
 * Example: the text "aaabdaaabac" and 260 learn "aa", "ab" and "aaab", and end as "aaab", "d", "aaab", "a", "c"
 */
export function trainTokenizer(texts: Iterable<string>, vocabularySize: number): Tokenizer {
  if (!Number.isSafeInteger(vocabularySize) || vocabularySize < 257)
    throw new RangeError(
      `a vocabulary has at least 257 tokens (256 bytes and the end), not ${vocabularySize}`,
    );
  const tokens: Uint8Array[] = bytesInAlphabetOrder.map((byte) => Uint8Array.of(byte));
  const merges: Merge[] = [];
  const pairs = new PairTable(countWords(texts));
  while (tokens.length < vocabularySize - 1) {
    const pair = pairs.mostFrequent();
    if (pair === null) break;
    const token = tokens.push(joined(tokens[pair.left], tokens[pair.right])) - 1;
    merges.push({ left: pair.left, right: pair.right, token });
    pairs.merge(pair, token);
  }
  const endToken = tokens.push(new Uint8Array(0)) - 1;
  return createTokenizer({ tokens, merges, special: new Map([[endToken, endOfText]]), endToken });
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}

function countWords(texts: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of splitWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  /** How often it stands in the texts now. */
  count: number;
  /** Places where it stands or once stood. */
  readonly places: number[];
}

/** A pair as frequent as it was when this was noted. */
interface Candidate {
  readonly pair: Pair;
  readonly count: number;
}

function comesBefore(a: Candidate, b: Candidate): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.pair.left !== b.pair.left ? a.pair.left < b.pair.left : a.pair.right < b.pair.right;
}

/**
 * The distinct words as one chain of symbols with the links of each word, and every adjacent pair with its count and places, kept up to date
 * merge by merge. A merge costs as much as the pair has places.
 */
class PairTable {
  private readonly symbols: Int32Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  /** How often the word around a place stands in the texts. */
  private readonly weights: Float64Array;
  private readonly pairs = new Map<number, Map<number, Pair>>();
  private readonly candidates = new Heap<Candidate>(comesBefore);

  constructor(words: ReadonlyMap<string, number>) {
    const utf8 = new TextEncoder();
    const encoded = [...words].map(([word, count]) => ({ bytes: utf8.encode(word), count }));
    const length = encoded.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.symbols = new Int32Array(length);
    this.next = new Int32Array(length).fill(-1);
    this.previous = new Int32Array(length).fill(-1);
    this.weights = new Float64Array(length);
    const idOfByte = new Int32Array(256);
    bytesInAlphabetOrder.forEach((byte, id) => (idOfByte[byte] = id));
    let at = 0;
    for (const { bytes, count } of encoded)
      for (let i = 0; i < bytes.length; i++, at++) {
        this.symbols[at] = idOfByte[bytes[i]];
        this.weights[at] = count;
        if (i > 0) this.link(at - 1, at);
      }
    const all = new Set<Pair>();
    for (let place = 0; place < length; place++) this.count(place, all);
    this.propose(all);
  }

  mostFrequent(): Pair | null {
    for (let found = this.candidates.pop(); found !== undefined; found = this.candidates.pop()) {
      const { pair, count } = found;
      if (pair.count === 0) continue;
      if (pair.count === count) return pair;
      this.propose([pair]);
    }
    return null;
  }

  /** Replaces the pair by a token wherever it stands, from left to right. */
  merge(pair: Pair, token: number): void {
    const { symbols, next, previous } = this;
    const grown = new Set<Pair>();
    for (const place of Int32Array.from(pair.places).sort()) {
      const right = next[place];
      if (symbols[place] !== pair.left || right < 0 || symbols[right] !== pair.right) continue;
      this.uncount(previous[place]);
      this.uncount(place);
      this.uncount(right);
      symbols[place] = token;
      symbols[right] = -1;
      this.link(place, next[right]);
      next[right] = -1;
      this.count(previous[place], grown);
      this.count(place, grown);
    }
    pair.places.length = 0;
    this.propose(grown);
  }

  private link(left: number, right: number): void {
    this.next[left] = right;
    if (right >= 0) this.previous[right] = left;
  }

  /** Notes the pair that begins at a place, if one does. */
  private count(place: number, grown: Set<Pair>): void {
    const pair = this.pairAt(place);
    if (pair === null) return;
    pair.count += this.weights[place];
    pair.places.push(place);
    grown.add(pair);
  }

  private uncount(place: number): void {
    const pair = this.pairAt(place);
    if (pair !== null) pair.count -= this.weights[place];
  }

  private pairAt(place: number): Pair | null {
    if (place < 0 || this.next[place] < 0) return null;
    const [left, right] = [this.symbols[place], this.symbols[this.next[place]]];
    const row = this.pairs.get(left) ?? new Map<number, Pair>();
    const pair = row.get(right) ?? { left, right, count: 0, places: [] };
    if (row.size === 0) this.pairs.set(left, row);
    row.set(right, pair);
    return pair;
  }

  private propose(pairs: Iterable<Pair>): void {
    for (const pair of pairs) this.candidates.push({ pair, count: pair.count });
  }
}
