import { cos, log } from "./exactMath";

/** Everything a generator needs to go on: plain JSON for checkpoints. `key` names the stream, `words` is where it stands. */
export interface RngState {
  readonly key: readonly number[];
  readonly words: readonly number[];
}

/**
 * A stream of random draws. All randomness of a run comes from one of these, passed as an argument.
 *
 * `split(name)` gives a stream that depends on the seed and the names on the way to it, never on how much was drawn before: adding a
 * draw in one place does not move the others.
 */
export interface Rng {
  /** A multiple of 2^-53 in [0, 1). */
  uniform(): number;
  /** One of 0 … n − 1, each equally likely. Throws RangeError unless n is a whole number in 1 … 2^32. */
  integer(n: number): number;
  /** A draw from the normal distribution with mean 0 and variance 1 (Box and Muller 1958). */
  normal(): number;
  /** The items in random order (Fisher and Yates); the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[];
  /** The independent stream of that name. */
  split(name: string): Rng;
  state(): RngState;
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** A bijection of 32-bit words whose every output bit depends on every input bit. */
function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

/** A key of four words from another key and a sequence of words. */
function absorb(key: readonly number[], input: readonly number[]): number[] {
  let [a, b, c, d] = key;
  for (const word of [...input, input.length, 0x6c617374]) {
    a = mix(a ^ word);
    b = mix((b + a) | 0);
    c = mix(c ^ b);
    d = mix((d + c) | 0);
    a = (a + rotate(d, 13)) | 0;
  }
  return [a, b, c, d].map((word) => word >>> 0);
}

/** Where a stream begins: four words, never all zero, which xoshiro could not leave. */
function firstWords(key: readonly number[]): number[] {
  const words = absorb(key, [0x73747274]);
  return words.every((word) => word === 0) ? [1, 0, 0, 0] : words;
}

/** The stream of a seed, a whole number in 0 … 2^53 − 1. Throws RangeError for any other. */
export function createRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`a seed is a whole number from 0 to 2^53 - 1, not ${seed}`);
  const key = absorb(
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [seed >>> 0, Math.floor(seed / 4294967296)],
  );
  return streamFrom(key, firstWords(key));
}

/** The stream that goes on where `state()` was taken. Throws RangeError when the state is not one of ours. */
export function rngFromState(state: RngState): Rng {
  const valid = (words: readonly number[]): boolean =>
    words.length === 4 && words.every((word) => Number.isInteger(word) && word >= 0 && word < 4294967296);
  if (!valid(state.key) || !valid(state.words) || state.words.every((word) => word === 0))
    throw new RangeError("a random state holds a key and words of four 32-bit numbers each, not all zero");
  return streamFrom(state.key, state.words);
}

/** xoshiro128** (Blackman and Vigna 2021, "Scrambled Linear Pseudorandom Number Generators"), period 2^128 − 1. */
function streamFrom(key: readonly number[], words: readonly number[]): Rng {
  let [a, b, c, d] = words;
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result >>> 0;
  };
  const uniform = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const integer = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 4294967296)
      throw new RangeError(`integer(n) needs a whole n from 1 to 2^32, not ${n}`);
    const limit = 4294967296 - (4294967296 % n); // words at or above it would favour the small numbers
    for (;;) {
      const word = next();
      if (word < limit) return word % n;
    }
  };
  return {
    uniform,
    integer,
    normal: () => {
      const radius = Math.sqrt(-2 * log(1 - uniform()));
      return radius * cos(2 * Math.PI * uniform());
    },
    shuffle: (items) => {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [result[i], result[j]] = [result[j], result[i]];
      }
      return result;
    },
    split: (name) => {
      const codes = Array.from({ length: name.length }, (_, i) => name.charCodeAt(i));
      const child = absorb(key, codes);
      return streamFrom(child, firstWords(child));
    },
    state: () => ({ key: [...key], words: [a, b, c, d].map((word) => word >>> 0) }),
  };
}
