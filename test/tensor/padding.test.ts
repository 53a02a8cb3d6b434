import assert from "node:assert/strict";
import { paddedRows, paddedSize, runDirectly, setStepRunner } from "../../extension/engine/compiledStep";
import { createOptimizer, disposeOptimizer, type Optimizer } from "../../extension/engine/optimizer";
import { createParameters, disposeParameters, readParameters } from "../../extension/engine/parameters";
import { initialHead } from "../../extension/model/heads";
import { gptShared } from "../../extension/model/network";
import {
  asTheyAre,
  lastPosition,
  padBatch,
  perRow,
  responsePositions,
  responseTargets,
  sizesOfPieces,
  type Sequence,
} from "../../extension/model/sequences";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import {
  letterEnd,
  letterModel,
  letterPpo,
  letterSequences,
  letterShape,
} from "../../extension/selfcheck/smallPpo";
import { languageModelStep, mixedWeights } from "../../extension/trainer/languageModel";
import { splitLanguageModelStep } from "../../extension/trainer/microbatches";
import { ppoUpdate, type Learners } from "../../extension/trainer/ppoUpdate";
import { sampleRollout } from "../../extension/trainer/rollout";
import { expectClose } from "../support/expectClose";
import { expectParity } from "../support/expectParity";
import { busyPpo } from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";

const sequences: readonly Sequence[] = [
  { prompt: [1, 2], response: [3, 4, 5, 19] },
  { prompt: [6], response: [] },
  { prompt: [7, 8, 9], response: [10] },
  { prompt: [11], response: [12, 13, 14] },
  { prompt: [15, 16], response: [17, 18] },
];

/** A model that reads sequences of any length and any token. */
const unlimited = { context: Number.MAX_SAFE_INTEGER, vocabulary: Number.MAX_SAFE_INTEGER };

/** Runs `body` padding as where steps become graphs, which run directly; the shapes of their inputs are noted. */
async function padded<T>(body: () => Promise<T> | T) {
  const shapes: Record<string, readonly number[]>[] = [];
  setStepRunner((key, step, inputs) => {
    shapes.push(Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape])));
    return runDirectly(key, step, inputs);
  });
  try {
    return { result: await body(), shapes };
  } finally {
    setStepRunner();
  }
}

/** Fails unless a step of these sequences had more of them, and more rows. Without it a test would compare a batch with itself. */
function expectPadded(
  { ids, rows }: Readonly<Record<string, readonly number[]>>,
  sequences: readonly Sequence[],
): void {
  const own = padBatch(sequences, responsePositions, letterShape);
  assert.ok(ids[0] > own.ids.length, `${ids[0]} tokens are not padded`);
  assert.ok(rows[0] > own.rows.length, `${rows[0]} rows are not padded`);
}

describe("padding", () => {
  describe("sizes", () => {
    it("are themselves where steps run directly", () => {
      for (let size = 0; size <= 100; size++) assert.equal(paddedSize(size), size);
    });

    it("are the next of 1, 2, 3, 4, 6, 8, 12, … where steps become graphs, at most a half more", async () => {
      const { result } = await padded(() => Array.from({ length: 1025 }, (_, size) => paddedSize(size)));
      const sizes = [...new Set(result)];
      const expected = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]; // prettier-ignore
      assert.deepEqual(sizes, expected);
      result.forEach((found, size) => {
        assert.equal(found, expected.find((allowed) => allowed >= size), `${size}`); // prettier-ignore
        assert.ok(found < 1.5 * size || size === found, `${size} becomes ${found}`);
      });
      assert.equal(paddedSize(5), 5);
    });

    it("of what is left after pieces of a size are that size, where it adds a quarter at most", async () => {
      const leftOf = (all: number): number[] =>
        [1, 13, 64].map((left) => sizesOfPieces(all, 64).sequences(left));
      const found = (await padded(() => [64, 102, 103, 128, 256, 257].map(leftOf))).result;
      const [own, whole] = [
        [1, 16, 64],
        [64, 64, 64],
      ];
      assert.deepEqual(found, [own, own, whole, whole, whole, whole]);
      assert.deepEqual(leftOf(257), [1, 13, 64]);
    });

    it("of rows are three quarters of a batch's tokens, halved as long as they fit, at most twice as many", async () => {
      const counts = [0, 1, 63, 64, 65, 96, 97, 384, 385, 3071, 3072, 3073, 4096];
      const { result } = await padded(() => counts.map((count) => paddedRows(count, 64, 64)));
      assert.deepEqual(result, [0, 64, 64, 64, 96, 96, 192, 384, 768, 3072, 3072, 4096, 4096]);
      assert.deepEqual((await padded(() => [6, 12].map((count) => paddedRows(count, 3, 7)))).result, [8, 16]);
      assert.equal(paddedRows(97, 64, 64), 97);
    });
  });

  describe("batches", () => {
    it("have their own number of sequences and rows where steps run directly", () => {
      const batch = padBatch(sequences, responsePositions, unlimited);
      assert.deepEqual([batch.batch, batch.length, batch.rows.length], [5, 8, 10]);
      assert.deepEqual([...batch.offsets], [0, 4, 4, 5, 8, 10]);
      assert.deepEqual([...batch.rows], [1, 2, 3, 4, 18, 24, 25, 26, 33, 34]);
    });

    it("get empty sequences and rows 0 at the end where they become graphs; what they hold stays where it was", async () => {
      const one = padBatch(sequences, responsePositions, unlimited);
      const { result: batch } = await padded(() => padBatch(sequences, responsePositions, unlimited));
      assert.deepEqual([batch.batch, batch.length, batch.rows.length], [6, 8, 18]);
      assert.deepEqual(batch.ids, Int32Array.from([...one.ids, ...new Array<number>(8).fill(0)]));
      assert.deepEqual([...batch.positions.subarray(40)], [0, 1, 2, 3, 4, 5, 6, 7]);
      assert.deepEqual([...batch.rows], [...one.rows, ...new Array<number>(8).fill(0)]);
      assert.deepEqual(batch.offsets, one.offsets);
    });

    it("are not padded in number if told, and as long as the context at most", async () => {
      const { result: batch } = await padded(() => padBatch(sequences, lastPosition, unlimited, asTheyAre));
      assert.deepEqual([batch.batch, batch.rows.length], [5, 5]);
      const long: Sequence = { prompt: new Array<number>(33).fill(1), response: [2] };
      const lengthIn = async (context: number): Promise<number> =>
        (await padded(() => padBatch([long], lastPosition, { ...unlimited, context }))).result.length;
      assert.deepEqual(await Promise.all([1000, 48, 44].map((context) => lengthIn(context))), [48, 48, 44]);
      assert.equal(padBatch([long], lastPosition, unlimited).length, 40);
    });

    it("refuse a token that the model does not have, in a prompt or a response, wherever it stands", () => {
      const limits = { ...unlimited, vocabulary: 27 };
      const other: Sequence = { prompt: [1, 2], response: [3, 4] };
      const batchOf = (...all: Sequence[]) => padBatch(all, responsePositions, limits);
      assert.equal(batchOf({ prompt: [0, 26], response: [26, 0] }).batch, 1);
      for (const token of [27, 2 ** 31 - 1, -1])
        for (const bad of [
          { prompt: [token, 1], response: [2] },
          { prompt: [1, 2], response: [3, token] },
        ]) {
          const sentence = `there is a token ${token}, and the model that is to read it has the tokens 0 to 26: `;
          const refusal = (error: Error): boolean => error.message.startsWith(sentence);
          assert.throws(() => batchOf(bad, other), refusal);
          assert.throws(() => batchOf(other, bad), refusal);
        }
    });

    it("rows that only pad weigh 0 and have the target 0", async () => {
      const { result: batch } = await padded(() => padBatch(sequences, responsePositions, unlimited));
      const nothing = new Array<number>(8).fill(0);
      const weights = perRow(batch, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      assert.deepEqual(weights, {
        shape: [18],
        data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...nothing),
      });
      assert.deepEqual(responseTargets(batch, sequences), {
        shape: [18],
        data: Int32Array.of(3, 4, 5, 19, 10, 12, 13, 14, 17, 18, ...nothing),
      });
    });
  });

  for (const backend of ["wasm", "cpu"] as const)
    describe(`on ${backend}`, function () {
      this.timeout(120_000);
      before(() => useTestBackend(backend));
      after(() => useTestBackend("cpu"));

      const config = defaultConfig().sft;
      const still = { step: 1, learningRate: 1e-3, seed: 3 };
      const batch = mixedWeights(letterSequences(4, 1), letterSequences(1, 2), 0.3);

      /** What a step on the letter model says, and the gradient and weights that it leaves. */
      async function onLetters<T>(
        step: (model: ReturnType<typeof letterModel>, optimizer: Optimizer) => Promise<T>,
      ) {
        const model = letterModel(3);
        const optimizer = createOptimizer(model.parameters, config);
        try {
          const said = await step(model, optimizer);
          return {
            said,
            gradient: await buffersOf(optimizer),
            weights: await readParameters(model.parameters),
          };
        } finally {
          disposeOptimizer(optimizer);
          disposeParameters(model.parameters);
        }
      }

      it("changes nothing in a language-model step with dropout: the same loss and gradient, to 1e-6", async () => {
        const step = () =>
          onLetters((model, optimizer) =>
            languageModelStep(model, optimizer, batch, { ...still, dropout: 0.3 }),
          );
        const [found, expected] = [await padded(step), await step()];
        expectPadded(found.shapes[0], batch.sequences);
        expectClose(found.result.said.loss, expected.said.loss, 1e-6);
        expectClose(found.result.said.gradNorm, expected.said.gradNorm, 1e-6);
        expectBuffers(found.result.gradient, expected.gradient);
      });

      it("changes nothing in parts of a step: with dropout too they are the step of the whole batch", async () => {
        const settings = { ...still, dropout: 0.3 };
        const whole = await padded(() =>
          onLetters((model, optimizer) => languageModelStep(model, optimizer, batch, settings)),
        );
        const parts = await padded(() =>
          onLetters((model, optimizer) => splitLanguageModelStep(model, optimizer, batch, settings, 3)),
        );
        expectClose(parts.result.said.loss, whole.result.said.loss, 1e-6);
        expectBuffers(parts.result.gradient, whole.result.gradient);
      });

      for (const type of ["separate", "shared"] as const)
        it(`changes nothing in PPO's gradient, networks ${type}, to 1e-6`, async () => {
          const { learners, optimizers, rollout, estimates } = await ppoParts(type);
          const members = [0, 1, 3, 5, 6];
          const update = async () => {
            const settings = { config: ppoConfig, learningRate: 0, valueLearningRate: 0, step: 1 };
            const stats = await ppoUpdate(learners, rollout, estimates, members, null, null, settings);
            return { stats, gradients: await Promise.all(optimizers.map(buffersOf)) };
          };
          const [found, expected] = [await padded(update), await update()];
          expectPadded(
            found.shapes[0],
            members.map((b) => rollout.episodes[b].sequence),
          );
          const { ptxLoss, ptxGradNormRatio, ...stats } = expected.stats;
          assert.ok(Number.isNaN(ptxLoss) && Number.isNaN(ptxGradNormRatio));
          assert.ok(stats.ratioDeviation > 0.01 && stats.clipFraction > 0, "the policy has not moved");
          for (const [name, value] of Object.entries(stats) as [keyof typeof stats, number][])
            expectClose(found.result.stats[name], value, 1e-6, name);
          expected.gradients.forEach((gradient, i) => expectBuffers(found.result.gradients[i], gradient));
          optimizers.forEach(disposeOptimizer);
        });
    });
});

const ppoConfig = { ...busyPpo, entropyCoef: 0.05, maxGradNorm: 0, temperature: 0.8, microbatch: 0 };

/** Learners, a rollout of theirs, and its log-probs and values as if they had moved since. */
async function ppoParts(type: "separate" | "shared") {
  const parts = await letterPpo(11);
  const settings = { ...ppoConfig, weightDecay: 0 };
  const head = createParameters(initialHead(16, "linear", "value", "zeros"));
  const model = { ...parts.policyModel, parameters: { ...parts.policyModel.parameters, ...head } };
  const shared = gptShared(model);
  const policy = type === "shared" ? shared : parts.policy;
  const { value } = parts;
  assert.ok(value);
  const policyOptimizer = createOptimizer(policy.parameters, settings);
  const valueOptimizer = type === "shared" ? null : createOptimizer(value.parameters, settings);
  const learners: Learners =
    valueOptimizer === null
      ? { type: "shared", policy: shared, policyOptimizer }
      : { type: "separate", policy, policyOptimizer, value, valueOptimizer };
  const models = {
    policy,
    referencePolicy: parts.referencePolicy,
    value: type === "shared" ? shared : value,
    endToken: letterEnd,
  };
  const prompts = letterSequences(8, 4).map(({ prompt }, i) => ({ id: `p${i}`, text: "", tokens: prompt }));
  const sampled = await sampleRollout(models, prompts, ppoConfig, 3, "rollout");
  const shifted = (values: Float32Array): Float32Array =>
    values.map((x, i) => x + sampled.responseMask[i] * 0.3 * Math.sin(i));
  const rollout = { ...sampled, logprobs: shifted(sampled.logprobs), values: shifted(sampled.values) };
  const estimates = {
    advantages: rollout.responseMask.map((m, i) => m * Math.cos(i)),
    returns: rollout.responseMask.map((m, i) => m * (i % 3)),
  };
  const optimizers = valueOptimizer === null ? [policyOptimizer] : [policyOptimizer, valueOptimizer];
  return { learners, optimizers, rollout, estimates };
}

async function buffersOf({ buffer }: Optimizer): Promise<Record<string, Float32Array>> {
  const entries = Object.entries(await readParameters(buffer));
  return Object.fromEntries(entries.map(([name, { data }]) => [name, data.slice()]));
}

/** Gradients that are truly zero (a key's bias) are rounding: each array counts relative to the largest entry of all. */
function expectBuffers(
  found: Readonly<Record<string, Float32Array>>,
  expected: Readonly<Record<string, Float32Array>>,
): void {
  const flat = (arrays: Readonly<Record<string, Float32Array>>): number[] =>
    Object.keys(expected).flatMap((name) => [...arrays[name]]);
  assert.ok(flat(expected).some((x) => x !== 0));
  expectParity(flat(found), flat(expected), 1e-6, "gradient");
}
