import assert from "node:assert/strict";
import { createRng } from "../../extension/algorithms/rng";
import { chooseLogged } from "../../extension/trainer/ppoEpisodes";
import { ppoMetrics, tripwires, type PpoMeasurements } from "../../extension/trainer/ppoMetrics";
import { expectClose } from "../support/expectClose";

const stats = (policyLoss: number, ratioDeviation: number) => ({
  ...{ policyLoss, ratioDeviation, clipFraction: 0.25, k1: 0.5, k3: 0.125, valueLoss: 2 * policyLoss },
  ...{ valueClipFraction: 0, policyGradNorm: 3, valueGradNorm: 4, ptxLoss: 5, ptxGradNormRatio: 0.5 },
});

const episode = (response: readonly number[], endReached: boolean) => ({
  prompt: { id: "p", text: "", tokens: [1] },
  sequence: { prompt: [1], response },
  endReached,
});

/** Two responses, of two tokens and of one; everything chosen so that the metrics can be worked out by hand. */
const measurements: PpoMeasurements = {
  rollout: {
    episodes: [episode([5, 0], true), episode([7], false)],
    columns: 2,
    responseMask: Float32Array.of(1, 1, 1, 0),
    logprobs: Float32Array.of(-1, -2, -4, 0),
    referenceLogprobs: Float32Array.of(-1.5, -2.5, -2, 0),
    entropies: Float32Array.of(1, 2, 6, 0),
    values: Float32Array.of(1, 2, 3, 0),
    cachedDifference: 0.001,
  },
  rewards: Float32Array.of(9, 9, 9, 0),
  plainRewards: Float32Array.of(-0.25, 0.75, 3, 0),
  advantages: Float32Array.of(0, 0, 0, 0),
  returns: Float32Array.of(1, 2, 6, 0),
  scores: Float32Array.of(2, 8),
  heldOutScores: Float32Array.of(1, 4),
  scaled: Float32Array.of(1, 2),
  klPerSequence: Float64Array.of(1, -2),
  updates: [stats(1, 0.25), stats(3, 0.125)],
  klCoef: 0.5,
  scoreDivisor: 4,
  rates: { learningRate: 0.01, valueLearningRate: 0.02 },
  times: { start: 10, sampled: 11, scored: 13, updated: 16 },
  checks: { referenceChanged: false },
};

describe("ppoMetrics", () => {
  it("ppoMetrics() gives the values worked out by hand", () => {
    const values = ppoMetrics(measurements);
    const known: Readonly<Record<string, number>> = {
      "objective/score": 5,
      "objective/scoreStd": 3,
      "objective/heldOutScore": 2.5,
      "objective/scaledScore": 1.5,
      "objective/klPolicyReference": -0.5,
      // Δ = ½, ½, −2: twice e^{−½} − 1 + ½, and e² − 1 − 2; over two episodes.
      "objective/klK3": (2 * 0.1065307 + 4.3890561) / 2,
      "objective/rewardPerSequence": (1 - 0.5 + 2 + 1) / 2,
      "objective/klCoef": 0.5,
      "objective/scoreDivisor": 4,
      "policy/loss": 2,
      "policy/clipFraction": 0.25,
      "policy/approxKlK1": 0.5,
      "policy/approxKlK3": 0.125,
      "policy/entropy": 3,
      "policy/gradNorm": 3,
      "policy/learningRate": 0.01,
      "policy/ratioDeviationMax": 0.25,
      "value/loss": 4,
      "value/clipFraction": 0,
      // Returns 1 2 6 vary by 14/3, their errors 0 0 3 by 2.
      "value/explainedVariance": 1 - 2 / (14 / 3),
      "value/mean": 2,
      "value/gradNorm": 4,
      "value/learningRate": 0.02,
      "response/length": 1.5,
      "response/endRate": 0.5,
      "ptx/loss": 5,
      "ptx/gradNormRatio": 0.5,
      "check/firstRatioDeviation": 0.25,
      "check/cachedLogprobDifference": 0.001,
      // −¼ + ¾ is 1 − ½·1; 3 is 2 + ½·2.
      "check/rewardSumDeviation": 0,
      "check/referenceChanged": 0,
      "time/rolloutSeconds": 1,
      "time/scoringSeconds": 2,
      "time/updateSeconds": 3,
      "throughput/tokensPerSecond": 0.5,
    };
    assert.deepEqual(Object.keys(values).sort(), Object.keys(known).sort());
    for (const [name, value] of Object.entries(known)) expectClose(values[name], value, 1e-6, name);
  });

  it("ppoMetrics() finds rewards that do not add up, and a reference that changed", () => {
    const plainRewards = Float32Array.of(-0.25, 0.75, 3.25, 0);
    const values = ppoMetrics({ ...measurements, plainRewards, checks: { referenceChanged: true } });
    expectClose(values["check/rewardSumDeviation"], 0.25, 1e-6);
    assert.equal(values["check/referenceChanged"], 1);
  });

  it("tripwires() stay silent in a healthy run, and each names what is broken", () => {
    const healthy = {
      "check/firstRatioDeviation": 1e-5,
      "check/cachedLogprobDifference": 1e-5,
      "check/rewardSumDeviation": 1e-5,
      "check/referenceChanged": 0,
      "objective/klPolicyReference": 0,
      "objective/klK3": 0,
    };
    assert.deepEqual(tripwires(healthy, 0), []);
    assert.deepEqual(tripwires({ ...healthy, "objective/klPolicyReference": 3, "objective/klK3": 2 }, 1), []);
    for (const [name, value, iteration, sentence] of [
      ["check/firstRatioDeviation", 2e-4, 5, /ratio of the first minibatch is not 1/],
      ["check/firstRatioDeviation", NaN, 5, /ratio of the first minibatch is not 1/],
      ["check/cachedLogprobDifference", 2e-4, 5, /key\/value cache differ/],
      ["check/rewardSumDeviation", 2e-3, 5, /do not add up to its score less the KL penalty/],
      ["check/referenceChanged", 1, 5, /the reference policy changed/],
      ["objective/klPolicyReference", 1e-4, 0, /KL is not 0 at iteration 0/],
      ["objective/klPolicyReference", -1e-4, 0, /KL is not 0 at iteration 0/],
      ["objective/klK3", -1e-9, 5, /k3 estimate of the KL is negative/],
    ] as const) {
      const messages = tripwires({ ...healthy, [name]: value }, iteration);
      assert.equal(messages.length, 1, `${name}: ${messages.join("; ")}`);
      assert.match(messages[0], sentence);
    }
  });

  it("chooseLogged() takes the best and the worst, and a seeded choice of the rest, in order", () => {
    const scores = Float32Array.of(3, 9, 1, 5, 9, 1, 4, 6);
    const choose = (count: number, seed = 1): number[] => chooseLogged(scores, count, createRng(seed));
    assert.deepEqual(choose(0), []);
    assert.deepEqual(choose(1), [1]);
    assert.deepEqual(choose(2), [1, 5]);
    assert.deepEqual(choose(99), [0, 1, 2, 3, 4, 5, 6, 7]);
    const four = choose(4);
    assert.ok(four.length === 4 && four.includes(1) && four.includes(5));
    assert.deepEqual(
      four,
      [...four].sort((a, b) => a - b),
    );
    assert.deepEqual(choose(4), four);
    assert.ok([2, 3, 4, 5, 6].some((seed) => choose(4, seed).join() !== four.join()));
    assert.deepEqual(chooseLogged(Float32Array.of(2), 3, createRng(1)), [0]);
  });
});
