// The equations of the X-ray on episodes that the trainer has logged.
import assert from "node:assert/strict";
import { rewardSum, tokenTerms, type TermConstants } from "../../extension/algorithms/tokenTerms";
import { drain, letterPpo, smallPpo } from "../../extension/selfcheck/smallPpo";
import type { PpoConfig } from "../../extension/protocol/runConfig";
import { trainPpo } from "../../extension/trainer/ppo";
import { expectClose } from "../support/expectClose";
import { useTestBackend } from "../support/testBackend";

const config: PpoConfig = {
  ...smallPpo,
  ...{ iterations: 3, episodes: 8, minibatch: 4, ppoEpochs: 2, loggedEpisodes: 8, checkpointEvery: 1 },
  ...{ gamma: 0.9, lambda: 0.8, missingEndPenalty: 0.5, rewardScale: "total", whitenAdvantages: true },
  ...{ klCoef: 0.2, learningRate: 5e-3, warmupIterations: 2, klController: "adaptive" },
  ...{ klTarget: 1e-3, klHorizon: 100 },
};

describe("the terms of logged episodes", () => {
  before(() => useTestBackend());
  after(() => useTestBackend("cpu"));

  it("Σ rewards = score′ − β·Σ KL to 1e-5, and every token's reward and advantage are their terms", async () => {
    const { events, states } = await drain(trainPpo(await letterPpo(11, {}, config)));
    const scoreDivisor = Number(states.get(0)?.numbers.scoreDivisor);
    assert.ok(Math.abs(scoreDivisor - 1) > 0.05);
    const lines = events.filter((event) => event.type === "iteration");
    const ends = new Set<boolean>();
    const { missingEndPenalty, gamma, lambda, clipRange } = config;
    let checked = 0;
    for (const { values, episodes } of lines)
      for (const episode of episodes) {
        const klCoef = values["objective/klCoef"];
        const constants: TermConstants = {
          klCoef,
          scoreDivisor,
          missingEndPenalty,
          gamma,
          lambda,
          clipRange,
        };
        const sum = rewardSum(episode, constants);
        assert.ok(Math.abs(sum.difference) <= 1e-5, `off by ${sum.difference}`);
        assert.equal(sum.agrees, true);
        expectClose(sum.kl, episode.kl, 1e-5, "kl");
        const terms = tokenTerms(episode, constants);
        terms.forEach(({ reward, estimate }, t) => {
          expectClose(reward, episode.rewards[t], 1e-5, "reward");
          // Before whitening the advantage is the return less the value.
          expectClose(estimate, episode.returns[t] - episode.values[t], 1e-5, "advantage");
        });
        // What must not agree: another β, another divisor, an end that was not there, one reward moved.
        for (const wrong of [{ klCoef: -klCoef }, { scoreDivisor: scoreDivisor * 1.001 }])
          if (Math.abs(sum.kl) > 1e-3 && Math.abs(sum.score) > 0.1)
            assert.equal(rewardSum(episode, { ...constants, ...wrong }).agrees, false);
        assert.equal(rewardSum({ ...episode, endReached: !episode.endReached }, constants).agrees, false);
        const [first, ...rest] = episode.rewards;
        assert.equal(rewardSum({ ...episode, rewards: [first + 1e-4, ...rest] }, constants).agrees, false);
        ends.add(episode.endReached);
        checked++;
      }
    assert.equal(checked, 32);
    assert.equal(ends.size, 2, "responses with and without an end");
  });
});
