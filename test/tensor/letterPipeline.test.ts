import assert from "node:assert/strict";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { letterPipeline } from "../../extension/selfcheck/letterPipeline";
import { useTestBackend } from "../support/testBackend";

/** The whole pipeline with a known reward, in the letter world. Thresholds are set looser than what seeds 1 and 2 were measured at. */
describe("the pipeline in the letter world", function () {
  this.timeout(300_000);
  before(() => useTestBackend());

  for (const seed of [1, 2])
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

  if (process.env.RLHF_FULL_TESTS)
    it("at full length: gold at bounded KL, less of both with a larger β; ptx takes away nearly all of the tax", async () => {
      const run = (beta: number, ptx: number) =>
        letterPipeline(
          { seed: 1, prompts: 2048, k: 4, ptx, beta, iterations: 80, baseSteps: 700 },
          defaultConfig(),
        );
      const [weak, middle, strong] = [await run(0.02, 0), await run(0.3, 0), await run(2, 0)];
      const ptx = await run(0.02, 0.3);
      const said = JSON.stringify([weak, middle, strong, ptx]);
      assert.ok(weak.goldPpo >= weak.goldSft + 1 && weak.kl <= 25 && weak.tax >= 0.5, said);
      assert.ok(weak.goldPpo > middle.goldPpo && middle.goldPpo > strong.goldPpo, said);
      assert.ok(strong.goldPpo > strong.goldSft && strong.kl <= 0.3, said);
      assert.ok(weak.kl > middle.kl && middle.kl > strong.kl, said);
      assert.ok(ptx.tax < 0.1 * weak.tax && ptx.goldPpo > weak.goldPpo - 0.15, said);
      assert.ok(weak.rmAccuracy >= 0.75 && weak.rmSpearman >= 0.5, said);
    });
});
