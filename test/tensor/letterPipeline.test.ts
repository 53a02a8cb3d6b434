import assert from "node:assert/strict";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { createLetterLab, letterPipeline } from "../../extension/selfcheck/letterPipeline";
import { useTestBackend } from "../support/testBackend";

/** The whole pipeline with a known reward, in the letter world. Thresholds are set looser than what seeds 1 to 3 were measured at. */
describe("the pipeline in the letter world", function () {
  this.timeout(600_000);
  before(() => useTestBackend());

  for (const seed of process.env.RLHF_FULL_TESTS ? [1, 2] : [1])
    it(`shortened, seed ${seed}: every stage gains, and forgetting is seen`, async () => {
      const options = { seed, prompts: 256, k: 4, ptx: 0, beta: 0.02, iterations: 15, baseSteps: 300 };
      const figures = await letterPipeline(options, defaultConfig());
      const said = JSON.stringify(figures);
      assert.ok(figures.goldSft > figures.goldBase + 0.4, said);
      assert.ok(figures.goldPpo > figures.goldSft + 0.8, said);
      assert.ok(figures.kl > 1 && figures.kl < 12, said);
      assert.ok(figures.rmAccuracy > 0.68 && figures.rmSpearman > 0.4, said);
      assert.ok(figures.rmNoisyAccuracy < figures.noiseCeiling + 0.04, said);
      assert.ok(figures.tax > 0.4 && figures.endRate > 0.95, said);
    });

  if (process.env.RLHF_FULL_TESTS) {
    /** What ptx costs in gold, by seed. */
    const goldLosses: number[] = [];
    for (const seed of [1, 2, 3])
      it(`at full length, seed ${seed}: rankings teach the hidden gold, β trades it against KL, ptx takes the tax away`, async () => {
        const lab = await createLetterLab({ seed, baseSteps: 700 }, defaultConfig());
        try {
          const few = await lab.trainRewardModel({ prompts: 64, k: 4, labels: "noisy" });
          const shuffled = await lab.trainRewardModel({ prompts: 2048, k: 4, labels: "shuffled" });
          const { model, quality } = await lab.trainRewardModel({ prompts: 2048, k: 4, labels: "noisy" });
          const rm = JSON.stringify([few.quality, shuffled.quality, quality]);
          assert.ok(quality.rmAccuracy >= 0.74 && quality.rmSpearman >= 0.5, rm);
          assert.ok(quality.rmAccuracy >= few.quality.rmAccuracy + 0.08, rm);
          // Some two standard errors over 1,024 rankings of 4: more would be a leak.
          assert.ok(quality.rmNoisyAccuracy <= quality.noiseCeiling + 0.02, rm);
          assert.ok(Math.abs(shuffled.quality.rmNoisyAccuracy - 0.5) <= 0.03, rm);

          const ns = [1, 4, 16, 64];
          const strongBest = await lab.bestOfN(model, ns);
          const weakBest = await lab.bestOfN(few.model, ns);
          const best = JSON.stringify({ strongBest, weakBest });
          for (const i of [1, 2, 3]) {
            assert.ok(strongBest[i] > strongBest[i - 1], best);
            assert.ok(strongBest[i] > weakBest[i], best);
          }

          const ppo = (beta: number, ptx: number) => lab.trainPpo(model, { beta, ptx, iterations: 80 });
          const [weak, middle, strong] = [await ppo(0.02, 0), await ppo(0.3, 0), await ppo(2, 0)];
          const mixed = await ppo(0.02, 0.4);
          const said = JSON.stringify([lab.goldSft, weak, middle, strong, mixed]);
          assert.ok(weak.goldPpo >= lab.goldSft + 1 && weak.kl <= 25 && weak.tax >= 0.5, said);
          assert.ok(weak.goldPpo > middle.goldPpo && middle.goldPpo > strong.goldPpo, said);
          assert.ok(strong.goldPpo > lab.goldSft && strong.kl <= 0.3, said);
          assert.ok(weak.kl > middle.kl && middle.kl > strong.kl, said);
          assert.ok(mixed.tax <= 0.05, said);
          goldLosses.push(weak.goldPpo - mixed.goldPpo);
          // The paper's claim that a larger β alone does not do what ptx does.
          assert.ok(middle.tax > 0.05 || weak.goldPpo - middle.goldPpo > 0.15, said);
          console.log(
            `      seed ${seed}: ${JSON.stringify({ ...lab, ...quality, strongBest, weakBest, weak, middle, strong, mixed })}`,
          );
        } finally {
          lab.dispose();
        }
      });

    it("at full length: ptx costs at most 0.15 standard deviations of gold, over the seeds", () => {
      const mean = goldLosses.reduce((a, b) => a + b, 0) / goldLosses.length;
      assert.ok(goldLosses.length === 3 && mean <= 0.15, JSON.stringify(goldLosses));
    });
  }
});
