// Whole runs and samples on TensorFlow beside those on wasm: the same seeds, the same model, two libraries that round differently.
import assert from "node:assert/strict";
import { counterUniform } from "../../extension/algorithms/counterRng";
import { disposeParameters } from "../../extension/engine/parameters";
import { generate, type Generated, type GenerateOptions } from "../../extension/model/generate";
import { gptPolicy } from "../../extension/model/network";
import { responseLogprobs } from "../../extension/model/score";
import { letterModel, letterSequences } from "../../extension/selfcheck/smallPpo";
import { expectClose } from "../support/expectClose";
import { evenSettings, evenPpo, expectSameRun } from "../support/evenPpo";
import { failOnRefusedSteps } from "../support/refusedSteps";
import { useTestBackend } from "../support/testBackend";

/** −log(−log u) of the draw for a token at a place: what the sampler adds to logits/temperature. */
const gumbel = (seed: number, position: number, token: number): number =>
  -Math.log(-Math.log(counterUniform(seed, position, token)));

/** Two candidates for a token whose noisy log-probs lie closer than this may be taken one or the other; they differ by rounding, 1e-6. */
const closerThanRounding = 1e-4;

describe("runs on tensorflow and on wasm", function () {
  this.timeout(300_000);
  failOnRefusedSteps("first");
  after(() => useTestBackend("cpu"));

  it("two free-running iterations agree to 1e-4", async () => {
    const config = { ...evenSettings, iterations: 2 };
    await useTestBackend("wasm");
    const expected = await evenPpo(config, (own) => own);
    await useTestBackend("tensorflow");
    expectSameRun(await evenPpo(config, (own) => own), expected, 1e-4);
  });

  it("responses sampled inside the graph are those of wasm for the same seeds, but where two tokens lie closer than rounding", async () => {
    const prompts = letterSequences(48, 5).map(({ prompt }, i) => prompt.slice(0, 1 + (i % 3)));
    const seeds = prompts.map((_, i) => 1000 + i);
    const options: GenerateOptions = { responseTokens: 16, temperature: 0.9, endToken: 0 };
    const sample = async (): Promise<Generated[]> => {
      const model = letterModel(3);
      const responses = await generate(model, prompts, seeds, options);
      disposeParameters(model.parameters);
      return responses;
    };
    await useTestBackend("tensorflow");
    const found = await sample();
    await useTestBackend("wasm");
    const expected = await sample();
    const ends = new Set(expected.map(({ endReached }) => endReached));
    assert.equal(ends.size, 2, "responses that end and responses that do not");
    let parted = 0;
    for (const [i, { tokens, logprobs }] of expected.entries()) {
      const place = tokens.findIndex((token, t) => found[i].tokens[t] !== token);
      const common = place < 0 ? tokens.length : place;
      expectClose(found[i].logprobs.slice(0, common), logprobs.slice(0, common), 1e-5, `log-probs of ${i}`);
      if (place < 0) {
        assert.equal(found[i].tokens.length, tokens.length);
        continue;
      }
      parted++;
      const distance = await distanceOf([tokens[place], found[i].tokens[place]], i, place);
      assert.ok(
        distance < closerThanRounding,
        `response ${i} parts at ${place}, the tokens ${distance} apart`,
      );
    }
    assert.ok(parted <= 2, `${parted} of ${expected.length} responses part`);

    /** How far apart the two tokens' noisy log-probs are that response i could take after its common beginning. */
    async function distanceOf(tokens: readonly number[], i: number, place: number): Promise<number> {
      const model = letterModel(3);
      const begin = expected[i].tokens.slice(0, place);
      const both = tokens.map((token) => ({ prompt: prompts[i], response: [...begin, token] }));
      const { logprobs } = await responseLogprobs(gptPolicy(model), both, options.temperature);
      disposeParameters(model.parameters);
      const noisy = tokens.map(
        (token, b) => logprobs[b][place] + gumbel(seeds[i], prompts[i].length + place, token),
      );
      return Math.abs(noisy[0] - noisy[1]);
    }
  });
});
