import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { dropoutPart } from "../../extension/engine/dropout";
import { ops, setOps } from "../../extension/engine/ops";
import { createOptimizer, disposeOptimizer } from "../../extension/engine/optimizer";
import { disposeParameters, readParameters } from "../../extension/engine/parameters";
import type { GptModel } from "../../extension/model/gpt";
import { smallerPart } from "../../extension/protocol/outOfMemory";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { letterModel } from "../../extension/selfcheck/smallPpo";
import { languageModelStep, mixedWeights } from "../../extension/trainer/languageModel";
import { splitLanguageModelStep, splitRewardModelStep } from "../../extension/trainer/microbatches";
import { OutOfMemory } from "../../extension/trainer/outOfMemory";
import { rewardModelStep, type RankedSequences } from "../../extension/trainer/rewardModel";
import type { TransformerOps } from "../../extension/engine/transformerOps";
import { takeRefused } from "../support/refusedSteps";
import {
  runPpo,
  runPretrain,
  runRewardModel,
  runSft,
  busyPpo,
  smallPretrain,
  smallRewardModel,
  smallSft,
} from "../support/smallTrainers";
import { mainBackend, useTestBackend } from "../support/testBackend";

const config = defaultConfig();
/** Where steps are recorded, every batch drawn here is a graph or several. */
const numRuns = mainBackend === "tensorflow" ? 4 : 40;
const letters = 27;
const token = fc.integer({ min: 0, max: letters - 1 });
const sequence = fc.record({
  prompt: fc.array(token, { minLength: 1, maxLength: 5 }),
  response: fc.array(token, { minLength: 1, maxLength: 6 }),
});
const ranking: fc.Arbitrary<RankedSequences> = fc
  .array(sequence, { minLength: 2, maxLength: 4 })
  .chain((sequences) =>
    fc.record({
      id: fc.constant("r"),
      sequences: fc.constant(sequences),
      pairs: fc.array(
        fc.record({
          winner: fc.constant(0),
          loser: fc.integer({ min: 1, max: sequences.length - 1 }),
          target: fc.constantFrom(1, 0.5),
        }),
        { maxLength: 3 },
      ),
    }),
  );
const settings = fc.record({
  step: fc.constant(1),
  learningRate: fc.constant(1e-3),
  dropout: fc.constantFrom(0, 0.3),
  seed: fc.nat(1000),
});

/** The gradient that a step leaves in the buffer, and what it says. */
async function gradientOf<T>(
  scorer: boolean,
  step: (model: GptModel, optimizer: ReturnType<typeof createOptimizer>) => Promise<T>,
): Promise<{ readonly said: T; readonly gradient: readonly number[] }> {
  const model = letterModel(3, scorer);
  const optimizer = createOptimizer(model.parameters, config.sft);
  try {
    const said = await step(model, optimizer);
    const arrays = Object.values(await readParameters(optimizer.buffer));
    return { said, gradient: arrays.flatMap(({ data }) => [...data]) };
  } finally {
    disposeOptimizer(optimizer);
    disposeParameters(model.parameters);
  }
}

function expectSame(
  parts: { readonly said: object; readonly gradient: readonly number[] },
  whole: { readonly said: object; readonly gradient: readonly number[] },
): void {
  for (const [name, value] of Object.entries(whole.said) as [string, number][]) {
    const found = (parts.said as Record<string, number>)[name];
    assert.ok(Math.abs(found - value) <= 1e-5 * Math.max(1, Math.abs(value)), `${name}: ${found}, ${value}`);
  }
  const scale = Math.max(1e-3, ...whole.gradient.map(Math.abs));
  const off = Math.max(...whole.gradient.map((value, i) => Math.abs(parts.gradient[i] - value)));
  assert.ok(off <= 1e-5 * scale, `a gradient is off by ${off} of ${scale}`);
}

describe("microbatches", function () {
  this.timeout(300_000);
  before(() => useTestBackend());
  after(() => useTestBackend("cpu"));

  it("a language-model step in parts is the step of the whole batch, to 1e-5", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(sequence, { minLength: 2, maxLength: 7 }),
        fc.array(sequence, { maxLength: 2 }),
        fc.integer({ min: 1, max: 6 }),
        settings,
        async (first, second, microbatch, step) => {
          const batch = mixedWeights(first, second, 0.3);
          const whole = await gradientOf(false, (model, optimizer) =>
            languageModelStep(model, optimizer, batch, step),
          );
          const parts = await gradientOf(false, (model, optimizer) =>
            splitLanguageModelStep(model, optimizer, batch, step, microbatch),
          );
          expectSame(parts, whole);
        },
      ),
      { numRuns },
    ));

  it("a reward-model step in parts is the step of the whole batch, to 1e-5, whatever prompts have no pairs", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(ranking, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        settings,
        async (batch, microbatch, step) => {
          fc.pre(batch.some(({ pairs }) => pairs.length > 0));
          const whole = await gradientOf(true, (model, optimizer) =>
            rewardModelStep(model, optimizer, batch, step),
          );
          const parts = await gradientOf(true, (model, optimizer) =>
            splitRewardModelStep(model, optimizer, batch, step, microbatch),
          );
          expectSame(parts, whole);
        },
      ),
      { numRuns },
    ));

  it("dropoutPart() gives parts of a batch the rows of the whole", () => {
    const whole = { branches: 3, sequences: 4, length: 5, width: 2 };
    const all = dropoutPart(whole, { first: 0, sequences: 4, length: 5 }, 0.4, 9);
    const part = dropoutPart(whole, { first: 1, sequences: 2, length: 3 }, 0.4, 9);
    const entry = (branch: number, b: number, t: number, c: number): number =>
      all[((branch * 4 + b) * 5 + t) * 2 + c];
    for (let branch = 0; branch < 3; branch++)
      for (let b = 0; b < 2; b++)
        for (let t = 0; t < 3; t++)
          for (let c = 0; c < 2; c++)
            assert.equal(part[((branch * 2 + b) * 3 + t) * 2 + c], entry(branch, b + 1, t, c));
  });

  it("smallerPart() is the largest divisor that is at most half of what did not fit", () => {
    const parts = [
      [32, 32],
      [32, 8],
      [12, 12],
      [12, 5],
      [7, 7],
      [9, 9],
      [2, 2],
    ].map(([batch, count]) => smallerPart(batch, count));
    assert.deepEqual(parts, [16, 4, 6, 2, 1, 3, 1]);
  });

  describe("on a device whose memory ends", () => {
    let whole: TransformerOps;
    /** Rows of hidden states that fit the device's memory. */
    let rows: number;
    beforeEach(() => {
      whole = ops();
      const limited: TransformerOps["embedding"] = (ids, table) => {
        // A pass that keeps nothing for gradients takes less.
        if (ids.size > rows && isTraining())
          throw new Error(`RESOURCE_EXHAUSTED: OOM when allocating tensor with shape[${ids.size}]`);
        return whole.embedding(ids, table);
      };
      setOps({ ...whole, embedding: limited });
    });
    afterEach(() => {
      setOps(whole);
      // What ran out of memory could not be recorded either.
      takeRefused();
    });

    const isTraining = (): boolean => tf.engine().state.gradientDepth > 0;
    const failing = async (run: () => Promise<unknown>): Promise<OutOfMemory> => {
      const error = await run().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof OutOfMemory, String(error));
      return error;
    };

    it("SFT says which step, how much at once and what fits, and with that it goes through", async () => {
      rows = 64;
      const error = await failing(() => runSft(smallSft));
      assert.match(
        error.message,
        /^optimizer step 1 needs more memory than there is for 8 of its 8 sequences at once: sft\.microbatch=4 gives the same result in smaller parts \(RESOURCE_EXHAUSTED: OOM .*\)$/,
      );
      assert.equal(error.change, "sft.microbatch=4");
      const { states } = await runSft({ ...smallSft, microbatch: 4 });
      assert.ok(states.size > 1);
    });

    it("the other trainers do too", async () => {
      rows = 20;
      assert.equal((await failing(() => runPretrain(smallPretrain))).change, "pretrain.microbatch=2");
      assert.equal((await failing(() => runRewardModel(smallRewardModel))).change, "rm.microbatch=2");
      assert.equal((await failing(() => runPpo(busyPpo))).change, `ppo.microbatch=${busyPpo.minibatch / 2}`);
    });

    it("PPO's pretraining sequences that do not fit are split by the same setting, as often as it takes", async () => {
      // Eight sequences of up to 24 tokens beside episodes that need no more than half of what each of them does.
      const settings = { ...busyPpo, responseTokens: 2, ptxPerEpisode: 1 };
      rows = 8 * 8;
      const run = (microbatch: number) => () => runPpo({ ...settings, microbatch });
      assert.equal((await failing(run(0))).change, "ppo.microbatch=4");
      const { states } = await run(4)();
      assert.ok(states.size > 1);
    });

    it("one sequence that does not fit alone is told as such", async () => {
      rows = 0;
      const error = await failing(() => runSft({ ...smallSft, microbatch: 1 }));
      assert.equal(error.change, null);
      assert.match(
        error.message,
        /for 1 of its 8 sequences at once: take a smaller model or shorter texts \(RESOURCE/,
      );
    });
  });
});
