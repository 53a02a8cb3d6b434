import assert from "node:assert/strict";
import { gae } from "../../extension/algorithms/gae";
import { nextKlCoef } from "../../extension/algorithms/klController";
import { klEstimates } from "../../extension/algorithms/klEstimators";
import { penalizeKl } from "../../extension/algorithms/klPenalty";
import { cosineLearningRate } from "../../extension/algorithms/schedules";
import { scaleToUnitVariance, whiten } from "../../extension/algorithms/whiten";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { scaledScores } from "../../extension/trainer/ppoScores";
import golden from "../golden/losses.json";
import { expectClose } from "../support/expectClose";

type Case = (typeof golden.cases)[number];
const tolerance = 1e-5;
const floats = (data: readonly number[]): Float32Array => Float32Array.from(data);

function everyCase(check: (golden: Case) => void): void {
  assert.equal(golden.cases.length, 100);
  golden.cases.forEach((example, i) => {
    try {
      check(example);
    } catch (error) {
      if (error instanceof Error) error.message = `case ${i}, ${example.kind}: ${error.message}`;
      throw error;
    }
  });
}

describe("the arithmetic of PPO against an independent script", () => {
  it("scaledScores() takes the penalty from responses without an end, and from those alone", () => {
    everyCase(({ rewards, ended }) => {
      const episodes = ended.map((endReached) => ({
        prompt: { id: "", text: "", tokens: [] },
        sequence: { prompt: [], response: [] },
        endReached,
      }));
      const config = { ...defaultConfig().ppo, missingEndPenalty: rewards.missingEndPenalty };
      const scaled = scaledScores(floats(rewards.raw), episodes, { divisor: rewards.divisor }, config);
      expectClose(scaled, rewards.scaled, tolerance, "scaled");
    });
  });

  it("penalizeKl(), gae(), scaleToUnitVariance() and whiten() agree, each on what the one before gave", () => {
    everyCase(({ rows, columns, mask, rewards: expected }) => {
      const responseMask = floats(mask);
      const shape = { responseMask, rows, columns };
      const { rewards, klPerSequence } = penalizeKl({
        ...shape,
        logprobs: floats(expected.logprobs),
        referenceLogprobs: floats(expected.referenceLogprobs),
        scores: expected.scaled,
        klCoef: expected.klCoef,
      });
      expectClose(rewards, expected.rewards, tolerance, "rewards");
      expectClose(klPerSequence, expected.klPerSequence, tolerance, "klPerSequence");
      expectClose(
        scaleToUnitVariance(rewards, responseMask),
        expected.unitVariance,
        tolerance,
        "unitVariance",
      );
      const { gamma, lambda } = expected;
      const estimates = gae({ ...shape, rewards, values: floats(expected.values), gamma, lambda });
      expectClose(estimates.advantages, expected.advantages, tolerance, "advantages");
      expectClose(estimates.returns, expected.returns, tolerance, "returns");
      expectClose(whiten(estimates.advantages, responseMask), expected.whitened, tolerance, "whitened");
    });
  });

  it("klEstimates() agree", () => {
    everyCase(({ rewards: { logprobs, referenceLogprobs, k2, k3 } }) => {
      const k1 = logprobs.map((logprob, i) => logprob - referenceLogprobs[i]);
      expectClose(klEstimates("k1", logprobs, referenceLogprobs), k1, tolerance, "k1");
      expectClose(klEstimates("k2", logprobs, referenceLogprobs), k2, tolerance, "k2");
      expectClose(klEstimates("k3", logprobs, referenceLogprobs), k3, tolerance, "k3");
    });
  });

  it("nextKlCoef() agrees over five batches", () => {
    everyCase(({ controller: { klCoef, observed, moved, ...settings } }) => {
      let now = klCoef;
      const found = observed.map(
        (observedKl) => (now = nextKlCoef({ klCoef: now, observedKl, ...settings })),
      );
      expectClose(found, moved, tolerance, "klCoef");
    });
  });

  it("cosineLearningRate() agrees at every step and beyond the last", () => {
    everyCase(({ schedule: { rates, peak, ...settings } }) => {
      const found = rates.map((_, step) => cosineLearningRate({ ...settings, peak, step }) / peak);
      expectClose(
        found,
        rates.map((rate) => rate / peak),
        tolerance,
        "share of the peak",
      );
    });
  });
});
