import assert from "node:assert/strict";
import { klEstimates } from "../../extension/algorithms/klEstimators";
import { createRng } from "../../extension/algorithms/rng";
import { mean, standardDeviation } from "../../extension/algorithms/statistics";
import { expectClose } from "../support/expectClose";

/** Log-probs of draws from N(0, 1), under N(0, 1) and under N(shift, 1), up to the same constant. */
function gaussianDraws(shift: number, n: number): { logprobs: Float64Array; reference: Float64Array } {
  const rng = createRng(31);
  const x = Float64Array.from({ length: n }, () => rng.normal());
  return { logprobs: x.map((v) => -(v * v) / 2), reference: x.map((v) => -((v - shift) ** 2) / 2) };
}

describe("klEstimators", () => {
  it("klEstimates() gives the example of its description", () => {
    expectClose(klEstimates("k1", [-1], [-1.5]), [0.5]);
    expectClose(klEstimates("k2", [-1], [-1.5]), [0.125]);
    expectClose(klEstimates("k3", [-1], [-1.5]), [0.106531]);
  });

  // Source: Schulman 2020, the tables of bias/true and standard deviation/true, recomputed independently on 10⁷ draws.
  const known = [
    { shift: 0.1, k1: [0, 20], k2: [0.0015, 1.42], k3: [0, 1.42] },
    { shift: 1, k1: [0, 2], k2: [0.25, 1.73], k3: [0, 1.7] },
  ];
  for (const { shift, ...rows } of known) {
    it(`klEstimates() have the known bias and spread between N(0, 1) and N(${shift}, 1)`, () => {
      const n = 1_000_000;
      const truth = (shift * shift) / 2;
      const { logprobs, reference } = gaussianDraws(shift, n);
      for (const name of ["k1", "k2", "k3"] as const) {
        const values = klEstimates(name, logprobs, reference);
        const [bias, spread] = rows[name];
        const fourErrors = (4 * spread) / Math.sqrt(n);
        expectClose(mean(values) / truth - 1, bias, fourErrors + 0.0005, `${name} bias`);
        expectClose(standardDeviation(values) / truth, spread, 0.05, `${name} spread`);
      }
    });
  }

  it("klEstimates() k3 is never negative, near 0 neither", () => {
    const rng = createRng(5);
    const deltas = Array.from({ length: 20_000 }, (_, i) => rng.normal() * 10 ** -(i % 17));
    assert.ok(klEstimates("k3", deltas, new Float64Array(deltas.length)).every((value) => value >= 0));
  });
  it("klEstimates() refuses other sizes", () => {
    assert.throws(() => klEstimates("k1", [1, 2], [1]), RangeError);
  });
});
