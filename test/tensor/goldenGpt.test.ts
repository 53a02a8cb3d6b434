import assert from "node:assert/strict";
import { createOptimizer, disposeOptimizer } from "../../extension/engine/optimizer";
import { createParameters, disposeParameters, readParameters } from "../../extension/engine/parameters";
import { generate } from "../../extension/model/generate";
import { parameterShapes, type GptModel } from "../../extension/model/gpt";
import { gptPolicy } from "../../extension/model/network";
import { responseLogprobs, topTokens } from "../../extension/model/score";
import type { NamedArray } from "../../extension/protocol/trainerEvents";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { evenWeights, languageModelStep } from "../../extension/trainer/languageModel";
import golden from "../golden/gpt.json";
import { onEachBackend } from "../support/backends";
import { expectClose } from "../support/expectClose";
import { expectParity } from "../support/expectParity";

type Case = (typeof golden.cases)[number];

function modelOf({ shape, weights }: Case): GptModel {
  const given: Readonly<Record<string, readonly number[]>> = weights;
  const arrays = Object.entries(parameterShapes(shape, { outputHead: true })).map(
    ([name, dims]): [string, NamedArray] => [name, { shape: dims, data: Float32Array.from(given[name]) }],
  );
  return { shape, parameters: createParameters(Object.fromEntries(arrays)) };
}

onEachBackend("a small GPT", () => {
  it("has the log-probs and entropies of an independent script, tied and not", async () => {
    assert.equal(golden.cases.length, 3);
    for (const example of golden.cases) {
      const model = modelOf(example);
      const found = await responseLogprobs(gptPolicy(model), example.sequences, 1);
      example.logprobs.forEach((row, i) => expectClose(found.logprobs[i], row, 2e-5, `log-probs ${i}`));
      example.entropies.forEach((row, i) => expectClose(found.entropies[i], row, 2e-5, `entropies ${i}`));
      disposeParameters(model.parameters);
    }
  });

  it("has the loss and every parameter's gradient of an independent script", async () => {
    for (const example of golden.cases) {
      const model = modelOf(example);
      const optimizer = createOptimizer(model.parameters, { ...defaultConfig().sft });
      const settings = { step: 1, learningRate: 0, dropout: 0, seed: 1 };
      const { loss } = await languageModelStep(model, optimizer, evenWeights(example.sequences), settings);
      expectClose(loss, example.loss, 2e-5, "loss");
      const gradients: Readonly<Record<string, readonly number[]>> = example.gradient;
      const found = await readParameters(optimizer.buffer);
      assert.deepEqual(Object.keys(found).sort(), Object.keys(gradients).sort());
      for (const [name, { data }] of Object.entries(found)) expectParity(data, gradients[name], 5e-5, name);
      disposeOptimizer(optimizer);
      disposeParameters(model.parameters);
    }
  });

  it("samples its likeliest tokens from the cache with the script's log-probs", async () => {
    for (const example of golden.cases) {
      const model = modelOf(example);
      const { prompt, response } = example.sequences[1];
      const [[first]] = await topTokens(
        gptPolicy(model),
        [{ prompt, response }],
        1,
        example.shape.vocabulary,
      );
      const known = first.find(([token]) => token === response[0])?.[1] ?? NaN;
      expectClose(known, example.logprobs[1][0], 2e-5);
      const options = { responseTokens: 1, temperature: 0, endToken: -1 };
      const [sampled] = await generate(model, [prompt], [1], options);
      assert.equal(sampled.tokens[0], first[0][0]);
      expectClose(sampled.logprobs[0], first[0][1], 2e-5);
      disposeParameters(model.parameters);
    }
  });
});
