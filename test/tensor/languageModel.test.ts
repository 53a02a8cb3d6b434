import assert from "node:assert/strict";
import { createOptimizer, disposeOptimizer } from "../../extension/engine/optimizer";
import { disposeParameters, readParameters } from "../../extension/engine/parameters";
import { gptPolicy } from "../../extension/model/network";
import { responseLogprobs } from "../../extension/model/score";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { letterModel } from "../../extension/selfcheck/smallPpo";
import {
  evenWeights,
  languageModelStep,
  meanLoss,
  mixedWeights,
  type WeightedBatch,
} from "../../extension/trainer/languageModel";
import { expectClose } from "../support/expectClose";
import { useTestBackend } from "../support/testBackend";

const first = [
  { prompt: [1, 2, 3], response: [4, 5, 0] },
  { prompt: [9], response: [8] },
];
const second = [{ prompt: [7], response: [7, 7, 7, 7, 7, 7, 7, 7] }];
const still = { step: 1, learningRate: 0, dropout: 0, seed: 1 };

describe("the language model's loss", () => {
  before(() => useTestBackend());
  after(() => useTestBackend("cpu"));

  const logprobsOf = async (seed: number): Promise<number[]> => {
    const model = letterModel(seed);
    const { logprobs } = await responseLogprobs(gptPolicy(model), [...first, ...second], 1);
    disposeParameters(model.parameters);
    return logprobs.flatMap((row) => [...row]);
  };
  const lossOf = async (batch: WeightedBatch, settings = still): Promise<number> => {
    const model = letterModel(2);
    const optimizer = createOptimizer(model.parameters, { ...defaultConfig().sft });
    const { loss } = await languageModelStep(model, optimizer, batch, settings);
    disposeOptimizer(optimizer);
    disposeParameters(model.parameters);
    return loss;
  };

  it("is the mean of −log π over the response's tokens, the prompt's left out", async () => {
    const [a, b, c, d] = await logprobsOf(2);
    expectClose(await lossOf(evenWeights(first)), -(a + b + c + d) / 4, 1e-5);
    const model = letterModel(2);
    expectClose(await meanLoss(model, first), -(a + b + c + d) / 4, 1e-5);
    assert.ok(Number.isNaN(await meanLoss(model, [])));
    disposeParameters(model.parameters);
  });

  it("mixes two batches by a share of the loss, not of the tokens", async () => {
    const logprobs = await logprobsOf(2);
    const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
    const expected = -(0.75 * mean(logprobs.slice(0, 4)) + 0.25 * mean(logprobs.slice(4)));
    expectClose(await lossOf(mixedWeights(first, second, 0.25)), expected, 1e-5);
    const { weights } = mixedWeights(first, second, 0.25);
    expectClose(weights, [0.75 / 4, 0.75 / 4, 0.25 / 8]);
    assert.deepEqual(mixedWeights(first, [], 0.25), evenWeights(first));
  });

  it("with dropout is another loss for another seed, and the same for the same", async () => {
    const dropped = (seed: number) => lossOf(evenWeights(second), { ...still, dropout: 0.5, seed });
    const once = await dropped(1);
    assert.equal(await dropped(1), once);
    assert.notEqual(await dropped(2), once);
    assert.notEqual(await lossOf(evenWeights(second)), once);
  });

  it("falls along its own gradient, for every parameter that moves", async () => {
    const model = letterModel(2);
    const optimizer = createOptimizer(model.parameters, { ...defaultConfig().sft, weightDecay: 0 });
    const before = await readParameters(model.parameters);
    const batch = evenWeights([...first, ...second]);
    const losses: number[] = [];
    for (let step = 1; step <= 5; step++)
      losses.push(
        (await languageModelStep(model, optimizer, batch, { ...still, step, learningRate: 1e-3 })).loss,
      );
    losses.slice(1).forEach((loss, i) => assert.ok(loss < losses[i], losses.join(" ")));
    const after = await readParameters(model.parameters);
    for (const name of Object.keys(before)) assert.notDeepEqual(after[name].data, before[name].data, name);
    disposeOptimizer(optimizer);
    disposeParameters(model.parameters);
  });
});
