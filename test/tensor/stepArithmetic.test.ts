import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { shuffledSource, type Source } from "../../extension/data/source";
import { createOptimizer } from "../../extension/engine/optimizer";
import { createParameters, readParameters } from "../../extension/engine/parameters";
import type { Parameters } from "../../extension/engine/gradients";
import type { PolicyNetwork, ScalarNetwork } from "../../extension/model/network";
import type { Sequence } from "../../extension/model/sequences";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import type { PpoConfig } from "../../extension/protocol/runConfig";
import { letterModel, letterSequences } from "../../extension/selfcheck/smallPpo";
import {
  evenWeights,
  languageModelStep,
  meanLoss,
  mixedWeights,
} from "../../extension/trainer/languageModel";
import { measureScale } from "../../extension/trainer/ppoScores";
import { ppoUpdate, type Learners } from "../../extension/trainer/ppoUpdate";
import {
  centreOnDemonstrations,
  comparisonInputs,
  rewardModelStep,
  scoreSequences,
} from "../../extension/trainer/rewardModel";
import type { Rollout } from "../../extension/trainer/rollout";
import { expectClose } from "../support/expectClose";
import { lengthRankings } from "../support/smallTrainers";
import { mainBackend, useTestBackend } from "../support/testBackend";

const config = defaultConfig();
const stillStep = { step: 1, learningRate: 0, dropout: 0, seed: 0 };

/** π = (¼, ¾) after every prefix at temperature 2, and V = ½ everywhere. */
const tableWeights = () => ({
  table: { shape: [1, 2], data: Float32Array.of(0, 2 * Math.log(3)) },
  value: { shape: [1, 1], data: Float32Array.of(0.5) },
});
const everywhere = (table: tf.Tensor, rows: tf.Tensor): tf.Tensor =>
  tf.matMul(tf.ones([rows.size, 1]), table as tf.Tensor2D);
const noText = () => Promise.reject(new Error("nothing is sampled here"));

function tableLearners(settings: PpoConfig, shared: boolean): Learners {
  const { table, value } = createParameters(tableWeights());
  const optimizerOf = (parameters: Parameters) =>
    createOptimizer(parameters, { ...settings, adamEpsilon: 1e-12, weightDecay: 0 });
  const policy: PolicyNetwork = {
    parameters: { table },
    vocabulary: 2,
    context: 8,
    logits: (_, rows) => everywhere(table, rows),
    generate: noText,
  };
  const critic: ScalarNetwork = {
    parameters: { value },
    vocabulary: 2,
    context: 8,
    scalars: (_, rows) => tf.reshape(everywhere(value, rows), [-1]),
  };
  if (!shared)
    return {
      type: "separate",
      policy,
      policyOptimizer: optimizerOf({ table }),
      value: critic,
      valueOptimizer: optimizerOf({ value }),
    };
  const parameters = { table, value };
  const logitsAndScalars = (tokens: Tokens, rows: tf.Tensor) => ({
    logits: policy.logits(tokens, rows),
    scalars: critic.scalars(tokens, rows),
  });
  const both = { ...policy, scalars: critic.scalars, parameters, logitsAndScalars };
  return { type: "shared", policy: both, policyOptimizer: optimizerOf(parameters) };
}

type Tokens = globalThis.Parameters<PolicyNetwork["logits"]>[0];

/** Two responses, "0 1" and "1"; the last token's ratio is 3/2, all others are 1; padding holds nonsense. */
function tableRollout(): Rollout {
  const prompt = { id: "", text: "", tokens: [0] };
  const episodes = [[0, 1], [1]].map((response) => ({
    prompt,
    sequence: { prompt: [0], response },
    endReached: true,
  }));
  return {
    episodes,
    columns: 2,
    responseMask: Float32Array.of(1, 1, 1, 0),
    logprobs: Float32Array.from([1 / 4, 3 / 4, 1 / 2, 1 / 9], Math.log),
    referenceLogprobs: Float32Array.of(-3, -3, -3, -3),
    entropies: new Float32Array(4),
    values: Float32Array.of(0.375, 1, 0.5, 9),
    cachedDifference: 0,
  };
}
const estimates = { advantages: Float32Array.of(1, -2, 0.5, 9), returns: Float32Array.of(1, 0, 2, 9) };

const tableConfig: PpoConfig = {
  ...config.ppo,
  ...{ temperature: 2, entropyCoef: 0.1, clipRange: 0.2, clipRangeValue: 0.25, valueCoef: 0.3 },
  ...{ adamBeta1: 0.9, adamBeta2: 0.95, maxGradNorm: 0, emaDecay: 0.75, microbatch: 0 },
};

describe("the arithmetic of single steps", () => {
  before(() => useTestBackend(mainBackend === "wasm" ? "cpu" : mainBackend));

  /**
   * By hand. ∂log π(token)/∂logit = (δ − π)/2: (3/8, −3/8) for token 0, (−1/8, 1/8) for token 1; the last token is clipped and has none.
   * Policy: −(1·3/8 + 2·1/8)/3 = −5/24. Entropy: −π(log π + H)/2 = 0.1029949, its coefficient 0.1. Value: (−½ − 3/2)/3 = −2/3.
   * Adam's third step from empty moments moves a weight by (0.1/0.271)/√(0.05/0.142625) = 0.6232228 learning rates.
   */
  for (const microbatch of [0, 1])
    it(`ppoUpdate() of three tokens gives what is found by hand, microbatch ${microbatch}`, async () => {
      const settings = { ...tableConfig, microbatch };
      const learners = tableLearners(settings, false);
      assert.ok(learners.type === "separate");
      const average = createParameters({ table: tableWeights().table });
      const rates = { learningRate: 0.01, valueLearningRate: 0.02, step: 3 };
      const stats = await ppoUpdate(learners, tableRollout(), estimates, [0, 1], null, average, {
        config: settings,
        ...rates,
      });
      const { table: gradient } = await readParameters(learners.policyOptimizer.buffer);
      expectClose(gradient.data, [-0.2186328, 0.2186328], 1e-6, "policy gradient");
      const { value: slope } = await readParameters(learners.valueOptimizer.buffer);
      expectClose(slope.data, -2 / 3, 1e-6, "value gradient");
      expectClose(stats.policyLoss, (-1 + 2 - 0.5 * 1.2) / 3, 1e-6, "policy loss");
      expectClose(stats.clipFraction, 1 / 3, 1e-6, "clip fraction");
      expectClose(stats.k1, -Math.log(1.5) / 3, 1e-6, "k1");
      expectClose(stats.ratioDeviation, 0.5, 1e-6, "ratio deviation");
      expectClose(stats.valueLoss, (0.25 + 0.5625 + 2.25) / 6, 1e-6, "value loss");
      expectClose(stats.valueClipFraction, 1 / 3, 1e-6, "value clip fraction");
      expectClose(stats.policyGradNorm, Math.SQRT2 * 0.2186328, 1e-6, "policy norm");
      expectClose(stats.valueGradNorm, 2 / 3, 1e-6, "value norm");
      const start = 2 * Math.log(3);
      const moved = 0.01 * 0.6232228;
      const { table } = await readParameters(learners.policy.parameters);
      expectClose(table.data, [moved, start - moved], 1e-6, "policy");
      const { value } = await readParameters(learners.value.parameters);
      expectClose(value.data, 0.5 + 0.02 * 0.6232228, 1e-6, "value");
      expectClose(
        (await readParameters(average)).table.data,
        [moved / 4, start - moved / 4],
        1e-6,
        "average",
      );
    });

  it("ppoUpdate() on one trunk adds the value loss times its coefficient", async () => {
    const learners = tableLearners(tableConfig, true);
    const rates = { learningRate: 0.01, valueLearningRate: 0.02, step: 1 };
    await ppoUpdate(learners, tableRollout(), estimates, [0, 1], null, null, {
      config: tableConfig,
      ...rates,
    });
    const { table, value } = await readParameters(learners.policyOptimizer.buffer);
    expectClose(table.data, [-0.2186328, 0.2186328], 1e-6, "policy gradient");
    expectClose(value.data, (0.3 * -2) / 3, 1e-6, "value gradient");
  });

  it("ppoUpdate() adds γ·∇(mean loss per token of the pretraining text) to the PPO gradient", async () => {
    const sequences = letterSequences(3, 7);
    const run = async (ptxCoef: number, withText: boolean) => {
      const model = letterModel(3);
      const learners = tableLearners(tableConfig, false);
      assert.ok(learners.type === "separate");
      const parameters = { ...learners.policy.parameters, ...model.parameters };
      // The table is the policy; the loss that has not been reached by PPO is reached by a zero.
      const zero = (): tf.Tensor => tf.addN(Object.values(model.parameters).map((p) => tf.mul(0, tf.sum(p))));
      const policy: PolicyNetwork = {
        ...learners.policy,
        parameters,
        context: 24,
        logits: (tokens, rows) => tf.add(learners.policy.logits(tokens, rows), zero()),
      };
      const policyOptimizer = createOptimizer(parameters, { ...tableConfig, weightDecay: 0 });
      const settings = { ...tableConfig, ptxCoef };
      const stats = await ppoUpdate(
        { ...learners, policy, policyOptimizer },
        tableRollout(),
        estimates,
        [0, 1],
        withText ? { model, sequences } : null,
        null,
        { config: settings, learningRate: 0, valueLearningRate: 0, step: 1 },
      );
      return { model, stats, buffer: await readParameters(policyOptimizer.buffer) };
    };
    const { model, stats, buffer } = await run(0.4, true);
    expectClose(buffer.table.data, [-0.2186328, 0.2186328], 1e-6, "the PPO gradient stays");
    expectClose(stats.ptxLoss, await meanLoss(model, sequences), 1e-5, "ptx loss");
    // The derivative along a direction that meets every entry, by central differences of the validation loss.
    const name = "ln_f.bias";
    const direction = Float32Array.from({ length: 16 }, (_, i) => Math.sign(buffer[name].data[i]));
    const shifted = async (by: number): Promise<number> => {
      const old = model.parameters[name].clone();
      tf.tidy(() => model.parameters[name].assign(tf.add(old, tf.mul(by, tf.tensor1d(direction)))));
      const loss = await meanLoss(model, sequences);
      model.parameters[name].assign(old);
      return loss;
    };
    const slope = ((await shifted(0.01)) - (await shifted(-0.01))) / 0.02;
    const found = buffer[name].data.reduce((sum, g, i) => sum + g * direction[i], 0);
    assert.ok(Math.abs(slope) > 0.05, `the loss hardly changes along the direction: ${slope}`);
    assert.ok(Math.abs(found - 0.4 * slope) < 0.01 * Math.abs(slope), `${found}, expected ${0.4 * slope}`);
    const squares = Object.entries(buffer)
      .filter(([key]) => key !== "table")
      .reduce((sum, [, { data }]) => sum + data.reduce((a, g) => a + g * g, 0), 0);
    expectClose(
      stats.ptxGradNormRatio,
      Math.sqrt(squares) / (Math.SQRT2 * 0.2186328),
      1e-4,
      "ratio of norms",
    );
  });

  it("measureScale() measures four answers a prompt: within prompts 2, in total √28", async () => {
    const generate: PolicyNetwork["generate"] = async (prompts) =>
      prompts.map(() => ({ tokens: [1], logprobs: [0], endReached: true }));
    const policy = { parameters: {}, vocabulary: 2, context: 8, logits: () => tf.scalar(0), generate };
    const prompts = (): Source<{ id: string; text: string; tokens: number[] }> =>
      shuffledSource(
        ["a", "b"].map((id) => ({ id, text: "", tokens: [1] })),
        1,
        "prompts",
      );
    const scale = async (rewardScale: PpoConfig["rewardScale"], scores: readonly number[]) => {
      const settings = { ...config.ppo, rewardScale, rewardScalePrompts: 2 };
      const score = () => Promise.resolve(Float32Array.from(scores));
      return (await measureScale(policy, prompts(), score, settings, 0, 1)).divisor;
    };
    const scores = [0, 0, 0, 4, 10, 10, 10, 14];
    expectClose(await scale("withinPrompt", scores), 2);
    expectClose(await scale("total", scores), Math.sqrt(28));
    assert.equal(await scale("none", scores), 1);
    assert.equal(await scale("total", new Array<number>(8).fill(3)), 1);
  });

  it("languageModelStep() goes down the mean loss per token, the second batch with its share", async () => {
    const model = letterModel(3);
    const [first, second] = [letterSequences(3, 1), letterSequences(5, 2, 6)];
    const lossOf = async (batch: ReturnType<typeof evenWeights>): Promise<number> =>
      (await languageModelStep(model, createOptimizer(model.parameters, config.pretrain), batch, stillStep))
        .loss;
    const [a, b] = [await meanLoss(model, first), await meanLoss(model, second)];
    assert.ok(a > 0 && b > 0 && Math.abs(a - b) > 0.01, `${a}, ${b}`);
    expectClose(await lossOf(evenWeights(first)), a, 1e-5);
    expectClose(await lossOf(mixedWeights(first, second, 0.2)), 0.8 * a + 0.2 * b, 1e-5);
    const optimizer = createOptimizer(model.parameters, config.pretrain);
    await languageModelStep(model, optimizer, evenWeights(first), { ...stillStep, learningRate: 1e-3 });
    assert.ok((await meanLoss(model, first)) < a, "the loss went up");
  });

  it("evenWeights(), mixedWeights() and meanLoss() count response tokens", async () => {
    const of = (response: number[]): Sequence => ({ prompt: [1, 2, 3], response });
    assert.deepEqual(evenWeights([of([1]), of([1, 2, 3])]).weights, [1 / 4, 1 / 4]);
    expectClose(mixedWeights([of([1])], [of([1, 2])], 0.4).weights, [0.6, 0.2]);
    const model = letterModel(3);
    const [one, three] = [of([4]), of([4, 5, 6])];
    const [a, b] = [await meanLoss(model, [one]), await meanLoss(model, [three])];
    expectClose(await meanLoss(model, [one, three]), (a + 3 * b) / 4, 1e-5);
  });

  it("comparisonInputs() weighs 1/(pairs of the prompt)/(prompts that have pairs)", () => {
    const sequences = [0, 1, 2].map(() => ({ prompt: [1], response: [1] }));
    const pair = (winner: number, loser: number) => ({ winner, loser, target: 1 });
    const inputs = comparisonInputs([
      { id: "a", sequences, pairs: [pair(0, 1), pair(0, 2)] },
      { id: "b", sequences, pairs: [] },
      { id: "c", sequences, pairs: [pair(2, 1)] },
    ]);
    assert.deepEqual([...inputs.winners.data], [0, 0, 8]);
    assert.deepEqual([...inputs.losers.data], [1, 2, 7]);
    assert.deepEqual([...inputs.weights.data], [0.25, 0.25, 0.5]);
  });

  it("rewardModelStep() goes down the mean over prompts of −log σ(difference of scores)", async () => {
    const model = letterModel(3, true);
    const items = lengthRankings(3);
    const lossNow = async (): Promise<number> => {
      const means: number[] = [];
      for (const { sequences, pairs } of items) {
        const scores = await scoreSequences(model, sequences);
        const losses = pairs.map((p) => Math.log1p(Math.exp(scores[p.loser] - scores[p.winner])));
        means.push(losses.reduce((a, b) => a + b, 0) / losses.length);
      }
      return means.reduce((a, b) => a + b, 0) / means.length;
    };
    const before = await lossNow();
    const optimizer = createOptimizer(model.parameters, config.rm);
    const { loss } = await rewardModelStep(model, optimizer, items, { ...stillStep, learningRate: 1e-3 });
    expectClose(loss, before, 1e-5);
    assert.ok((await lossNow()) < before, "the loss went up");
    await centreOnDemonstrations(model, items[0].sequences);
    const centred = await scoreSequences(model, items[0].sequences);
    expectClose(
      centred.reduce((a, b) => a + b, 0),
      0,
      1e-5,
    );
  });
});
