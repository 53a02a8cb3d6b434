import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng } from "../../extension/algorithms/rng";
import { ops } from "../../extension/engine/ops";
import { disposeParameters } from "../../extension/engine/parameters";
import { generate } from "../../extension/model/generate";
import { generateUncached } from "../../extension/model/generateUncached";
import { gptPolicy } from "../../extension/model/network";
import { responseLogprobs, topTokens } from "../../extension/model/score";
import { cacheCheck } from "../../extension/selfcheck/cacheCheck";
import { defaultCheckOptions } from "../../extension/selfcheck/checks";
import { letterModel, letterSequences } from "../../extension/selfcheck/smallPpo";
import { onEachBackend } from "../support/backends";
import { chiSquare, chiSquareBound } from "../support/chiSquare";
import { expectClose } from "../support/expectClose";
import { scriptedPolicy } from "../support/scriptedPolicy";

/** softmax(logits/temperature). */
function probabilitiesOf(logits: readonly number[], temperature: number): number[] {
  const weights = logits.map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

/** One token for each (seed, position), all from the same logits. */
async function draws(
  logits: readonly number[],
  seeds: readonly number[],
  positions: readonly number[],
  temperature: number,
): Promise<number[]> {
  const tokens = tf.tidy(() => {
    const rows = tf.tile(tf.tensor2d([...logits], [1, logits.length]), [seeds.length, 1]);
    const [seed, position] = [seeds, positions].map((x) => tf.tensor1d([...x], "int32"));
    return ops().sampleTokens(rows, seed, position, temperature);
  });
  const values = [...(await tokens.data())];
  tokens.dispose();
  return values;
}

function counts(values: readonly number[], cells: number): number[] {
  const result = new Array<number>(cells).fill(0);
  for (const value of values) result[value]++;
  return result;
}

const logits = [0.3, -1.2, 1.1, 0, -0.4, 0.8];
const count = 20_000;
const numbers = Array.from({ length: count }, (_, i) => i);

onEachBackend("sampler", () => {
  it("generate() of a policy that always takes the next token gives exactly that", async () => {
    const model = scriptedPolicy();
    const prompts = [[20], [3, 24], [7, 7, 7, 26], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [13, 12]];
    const expected = [
      { tokens: [21, 22, 23, 24, 25, 26], endReached: false },
      { tokens: [25, 26, 0], endReached: true },
      { tokens: [0], endReached: true },
      { tokens: [11, 12, 13, 14, 15, 16], endReached: false },
      { tokens: [13, 14, 15, 16, 17, 18], endReached: false },
    ];
    const options = { responseTokens: 6, temperature: 1, endToken: 0 };
    for (const sampler of [
      () => generate(model, prompts, [1, 2, 3, 4, 5], options),
      () => generate(model, prompts, [1, 2, 3, 4, 5], { ...options, batchSize: 2, temperature: 0 }),
      () => generateUncached(gptPolicy(model), prompts, [1, 2, 3, 4, 5], options),
    ]) {
      const found = await sampler();
      assert.deepEqual(
        found.map(({ tokens, endReached }) => ({ tokens, endReached })),
        expected,
      );
      for (const { tokens, logprobs } of found) expectClose(logprobs, new Array(tokens.length).fill(0), 1e-5);
    }
    disposeParameters(model.parameters);
  });

  it("generate() ends where the model's context does", async () => {
    const model = scriptedPolicy();
    const prompt = Array.from({ length: 30 }, (_, i) => i % 20);
    const options = { responseTokens: 6, temperature: 1, endToken: 26 };
    const found = await generate(model, [prompt, [1]], [1, 2], options);
    assert.deepEqual(
      found.map(({ tokens }) => tokens),
      [
        [10, 11],
        [2, 3, 4, 5, 6, 7],
      ],
    );
    disposeParameters(model.parameters);
  });

  it("sampleTokens() draws each token as often as its probability says, at every temperature", async () => {
    const rng = createRng(17);
    const seeds = numbers.map(() => rng.integer(2 ** 31 - 1));
    for (const temperature of [0.5, 1, 2]) {
      const tokens = await draws(
        logits,
        seeds,
        numbers.map(() => 9),
        temperature,
      );
      const found = chiSquare(counts(tokens, 6), probabilitiesOf(logits, temperature));
      assert.ok(found < chiSquareBound(5), `chi-square ${found} at temperature ${temperature}`);
    }
  });

  it("sampleTokens() draws independently for neighbouring seeds and for neighbouring positions", async () => {
    const p = probabilitiesOf(logits, 1);
    const joint = p.flatMap((a) => p.map((b) => a * b));
    const zeros = numbers.map(() => 0);
    for (const [what, tokens] of [
      ["seeds", await draws(logits, numbers, zeros, 1)],
      ["positions", await draws(logits, zeros, numbers, 1)],
    ] as const) {
      const single = chiSquare(counts(tokens, 6), p);
      assert.ok(single < chiSquareBound(5), `chi-square ${single} over ${what}`);
      const pairs = numbers.filter((i) => i % 2 === 0).map((i) => 6 * tokens[i] + tokens[i + 1]);
      const found = chiSquare(counts(pairs, 36), joint);
      assert.ok(found < chiSquareBound(35), `chi-square ${found} over pairs of ${what}`);
    }
  });

  it("sampleTokens() takes the likeliest token at temperature 0", async () => {
    assert.deepEqual(await draws(logits, [1, 2, 3], [0, 5, 9], 0), [2, 2, 2]);
  });

  it("generate() samples a model's first tokens as often as its log-probs say", async () => {
    const model = letterModel(5);
    const prompt = [4, 9, 1];
    const rng = createRng(23);
    const seeds = Array.from({ length: 3000 }, () => rng.integer(2 ** 31 - 1));
    const options = { responseTokens: 1, temperature: 1.3, endToken: 0, batchSize: 500 };
    const found = await generate(
      model,
      seeds.map(() => prompt),
      seeds,
      options,
    );
    const [[all]] = await topTokens(gptPolicy(model), [{ prompt, response: [0] }], 1.3, 27);
    const probabilities = new Array<number>(27).fill(0);
    for (const [token, logprob] of all) probabilities[token] = Math.exp(logprob);
    expectClose(
      probabilities.reduce((a, b) => a + b, 0),
      1,
      1e-5,
    );
    assert.ok(
      probabilities.every((p) => p * seeds.length >= 5),
      "too few draws for the approximation",
    );
    const tokens = found.map(({ tokens: [token] }) => token);
    const value = chiSquare(counts(tokens, 27), probabilities);
    assert.ok(value < chiSquareBound(26), `chi-square ${value}`);
    for (const [i, { logprobs }] of found.slice(0, 20).entries())
      expectClose(Math.exp(logprobs[0]), probabilities[tokens[i]], 1e-5);
    disposeParameters(model.parameters);
  });

  it("generate() gives a row the same response wherever it stands and whatever stands beside it", async () => {
    const model = letterModel(6);
    const prompts = letterSequences(12, 3).map(({ prompt, response }) => [
      ...prompt,
      ...response.slice(0, 2),
    ]);
    const seeds = prompts.map((_, i) => 1000 + 7 * i);
    const options = { responseTokens: 8, temperature: 1, endToken: 0 };
    const found = await generate(model, prompts, seeds, options);
    const order = createRng(2).shuffle(prompts.map((_, i) => i));
    const permuted = await generate(
      model,
      order.map((i) => prompts[i]),
      order.map((i) => seeds[i]),
      { ...options, batchSize: 5 },
    );
    order.forEach((i, place) => assert.deepEqual(permuted[place].tokens, found[i].tokens, `row ${i}`));
    const twice = await generate(model, [prompts[0], prompts[0]], [1, 2], { ...options, responseTokens: 12 });
    assert.notDeepEqual(twice[0].tokens, twice[1].tokens, "two seeds, one response");
    disposeParameters(model.parameters);
  });

  it("cached decoding equals a full forward pass, alone and in a batch: the product's own check on three seeds", async () => {
    for (const seed of [1, 2, 3]) {
      const { passed, figures } = await cacheCheck({ ...defaultCheckOptions, seed });
      assert.ok(passed, `seed ${seed}: ${JSON.stringify(figures)}`);
    }
  });

  it("responseLogprobs() of a sequence do not depend on the others' lengths, and are those of its tokens", async () => {
    const model = letterModel(8);
    const policy = gptPolicy(model);
    const sequences = [
      { prompt: [1], response: [2] },
      { prompt: [5, 6, 7, 8, 9, 10], response: [11, 12, 13, 0] },
      { prompt: [3, 4], response: [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17] },
      { prompt: [9, 9, 9], response: [] },
    ];
    const together = await responseLogprobs(policy, sequences, 0.8);
    const top = await topTokens(policy, sequences, 0.8, 27);
    for (const [i, sequence] of sequences.entries()) {
      const alone = await responseLogprobs(policy, [sequence], 0.8);
      expectClose(alone.logprobs[0], together.logprobs[i], 1e-5, `log-probs of ${i}`);
      expectClose(alone.entropies[0], together.entropies[i], 1e-5, `entropies of ${i}`);
      const ofTokens = sequence.response.map(
        (token, t) => top[i][t].find(([other]) => other === token)?.[1] ?? NaN,
      );
      expectClose(together.logprobs[i], ofTokens, 1e-5, `log-probs of ${i} among all tokens'`);
    }
    disposeParameters(model.parameters);
  });
});
