import { bestOfNKl } from "../../extension/algorithms/bestOfN";
import { createRng } from "../../extension/algorithms/rng";
import { expectClose } from "../support/expectClose";

/** Probabilities of all sequences of `length` tokens from `vocabulary`, under random next-token probabilities for each prefix. */
function randomLanguage(vocabulary: number, length: number, seed: number): number[] {
  const rng = createRng(seed);
  let probabilities = [1];
  for (let t = 0; t < length; t++)
    probabilities = probabilities.flatMap((p) => {
      const weights = Array.from({ length: vocabulary }, () => Math.exp(rng.normal()));
      const total = weights.reduce((a, b) => a + b, 0);
      return weights.map((weight) => (p * weight) / total);
    });
  return probabilities;
}

describe("best of n, exactly", () => {
  it("bestOfNKl() is the KL of the best of n by enumeration of 32,768 sequences, to three decimals", () => {
    // The best of n is y with probability F(y)ⁿ − F(y−)ⁿ, where F sums the probabilities of all that score at most as high as y.
    const probabilities = randomLanguage(8, 5, 3);
    const scores = createRng(4);
    const order = probabilities.map((p) => ({ p, score: scores.normal() })).sort((a, b) => a.score - b.score);
    for (const n of [1, 2, 4, 16]) {
      let [below, kl] = [0, 0];
      for (const { p } of order) {
        const best = Math.pow(below + p, n) - Math.pow(below, n);
        if (best > 0) kl += best * Math.log(best / p);
        below += p;
      }
      expectClose(kl, bestOfNKl(n), 1e-3, `n = ${n}`);
    }
  });
});
