import { exp, log } from "../algorithms/exactMath";
import type { Rng } from "../algorithms/rng";

/**
 * A made-up language with a known, hidden reward: 16 letters, two Markov domains, and a gold score of a response. Domain A is where prompts
 * come from; domain B is what a policy must not forget. Everything is drawn from the seed.
 */
export const letterVocabulary = 19;
export const startToken = 1;
export const endToken = 2;
const firstLetter = 3;
const letters = letterVocabulary - firstLetter;

export const promptLetters = 5;
export const responseTokens = 12;
export const letterContext = 1 + promptLetters + responseTokens;

export interface LetterWorld {
  /** A document of a domain: start, letters, and end-of-text where it ends before the context does. */
  readonly document: (domain: "A" | "B", rng: Rng) => number[];
  /** The first tokens of a document of domain A. */
  readonly prompt: (rng: Rng) => number[];
  /** The hidden score of a response, not standardised. */
  readonly gold: (response: readonly number[]) => number;
}

export function createLetterWorld(rng: Rng): LetterWorld {
  const domains = { A: drawChain(rng.split("domain A")), B: drawChain(rng.split("domain B")) };
  const scores = rng.split("gold");
  const token = Array.from({ length: letters }, () => scores.normal());
  const pair = Array.from({ length: letters * letters }, () => scores.normal());
  const walk = (domain: "A" | "B", draw: Rng, count: number): number[] => {
    const chain = domains[domain];
    const result = [choose(chain.first, draw)];
    while (result.length < count) result.push(choose(chain.next[result[result.length - 1]], draw));
    return result;
  };
  return {
    document: (domain, draw) => {
      const longest = promptLetters + responseTokens;
      let length = promptLetters + 1;
      while (length < longest && draw.uniform() > 1 / 7) length++;
      const tokens = [startToken, ...walk(domain, draw, length).map((letter) => firstLetter + letter)];
      return length < longest ? [...tokens, endToken] : tokens;
    },
    prompt: (draw) => [startToken, ...walk("A", draw, promptLetters).map((letter) => firstLetter + letter)],
    gold: (response) => {
      const ended = response[response.length - 1] === endToken;
      const said = (ended ? response.slice(0, -1) : response).map((t) => t - firstLetter);
      const valid = said.filter((letter) => letter >= 0);
      let score = -2 * (said.length - valid.length) - (ended ? 0 : 2) - 0.15 * Math.abs(valid.length - 7);
      valid.forEach((letter, i) => {
        score += 0.4 * token[letter] + (i > 0 ? 0.3 * pair[valid[i - 1] * letters + letter] : 0);
      });
      return score;
    },
  };
}

interface Chain {
  readonly first: readonly number[];
  readonly next: readonly (readonly number[])[];
}

/** Probabilities of a chain whose logits are normal with standard deviation 2.5. */
function drawChain(rng: Rng): Chain {
  const row = (): number[] => {
    const weights = Array.from({ length: letters }, () => exp(2.5 * rng.normal()));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / total);
  };
  return { first: row(), next: Array.from({ length: letters }, row) };
}

function choose(probabilities: readonly number[], rng: Rng): number {
  let rest = rng.uniform();
  for (let i = 0; i < probabilities.length; i++) {
    rest -= probabilities[i];
    if (rest < 0) return i;
  }
  return probabilities.length - 1;
}

/**
 * Orders responses by gold plus Gumbel noise of this temperature: a Bradley–Terry labeler (in Plackett–Luce form); at
 * an infinite temperature the noise alone decides. Best first.
 */
export function noisyRanking(golds: readonly number[], temperature: number, rng: Rng): number[] {
  const perceived = golds.map((gold) => {
    const gumbel = -log(-log(Math.max(rng.uniform(), 1e-12)));
    return temperature === Infinity ? gumbel : gold + temperature * gumbel;
  });
  return golds.map((_, i) => i).sort((a, b) => perceived[b] - perceived[a] || a - b);
}
