import assert from "node:assert/strict";
import {
  ppoMemory,
  supervisedMemory,
  type MemoryEstimate,
  type ModelSize,
} from "../../extension/engine/memoryEstimate";
import { createRng } from "../../extension/algorithms/rng";
import { shuffledSource } from "../../extension/data/source";
import { createOptimizer, disposeOptimizer } from "../../extension/engine/optimizer";
import { createParameters, disposeParameters } from "../../extension/engine/parameters";
import { peakMemory } from "../../extension/engine/peakMemory";
import { initialWeights, type GptModel, type GptShape } from "../../extension/model/gpt";
import { initialHead } from "../../extension/model/heads";
import { gptPolicy, gptScalar, gptShared } from "../../extension/model/network";
import type { Sequence } from "../../extension/model/sequences";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { drain, letterModel, smallPpo } from "../../extension/selfcheck/smallPpo";
import { evenWeights, languageModelStep, meanLoss } from "../../extension/trainer/languageModel";
import { trainPpo } from "../../extension/trainer/ppo";
import { rewardModelStep, scoreSequences } from "../../extension/trainer/rewardModel";
import { useTestBackend } from "../support/testBackend";

const config = defaultConfig();

/** Three sizes at which different parts are the largest: weights, activations, and logits with the attention weights. */
const shapes: Readonly<Record<string, GptShape>> = {
  "mostly weights": { layers: 3, width: 160, heads: 4, context: 32, vocabulary: 300, tiedHead: true },
  "mostly activations": { layers: 4, width: 64, heads: 4, context: 64, vocabulary: 257, tiedHead: true },
  "mostly logits": { layers: 2, width: 32, heads: 8, context: 96, vocabulary: 1500, tiedHead: false },
};

/** Sequences of these lengths of random tokens, none of which ends a text. */
function sequencesOf(shape: GptShape, count: number, promptTokens: number, tokens: number): Sequence[] {
  const rng = createRng(count);
  const draw = (n: number): number[] =>
    Array.from({ length: n }, () => 1 + rng.integer(shape.vocabulary - 1));
  return Array.from({ length: count }, () => ({
    prompt: draw(promptTokens),
    response: draw(tokens - promptTokens),
  }));
}

async function expectEstimate(
  name: string,
  { models, step }: MemoryEstimate,
  run: () => Promise<void>,
): Promise<void> {
  const peak = await peakMemory(run);
  assert.ok(peak !== null);
  const error = (models + step) / peak - 1;
  assert.ok(
    Math.abs(error) < 0.2,
    `${name}: estimated ${models + step} bytes, of which ${step} in a step; the peak was ${peak}`,
  );
}

/** One step on so many sequences, whose loss reaches all tokens but the prompt's, and validation on as many. */
async function languageModelRun(shape: GptShape, sequences: Sequence[], dropout: number): Promise<void> {
  const model = letterModel(1, false, shape);
  const optimizer = createOptimizer(model.parameters, config.pretrain);
  const settings = { step: 1, learningRate: 1e-3, dropout, seed: 1 };
  await languageModelStep(model, optimizer, evenWeights(sequences), settings);
  await meanLoss(model, sequences);
  disposeOptimizer(optimizer);
  disposeParameters(model.parameters);
}

async function rewardModelRun(shape: GptShape, prompts: number): Promise<void> {
  const model = letterModel(1, true, shape);
  const optimizer = createOptimizer(model.parameters, config.rm);
  const batch = Array.from({ length: prompts }, (_, i) => ({
    id: `p${i}`,
    sequences: sequencesOf(shape, 4, 8, shape.context),
    pairs: [{ winner: 0, loser: 1, target: 1 }],
  }));
  await rewardModelStep(model, optimizer, batch, { step: 1, learningRate: 1e-3, dropout: 0, seed: 1 });
  await scoreSequences(
    model,
    batch.flatMap(({ sequences }) => sequences),
  );
  disposeOptimizer(optimizer);
  disposeParameters(model.parameters);
}

interface PpoVariant {
  readonly shared: boolean;
  readonly ptx: boolean;
  readonly microbatch: number;
}

const promptTokens = 8;

/** Iteration 0 and one with its updates, with reference, reward model and moving average. */
async function ppoRun(shape: GptShape, { shared, ptx, microbatch }: PpoVariant): Promise<void> {
  const scorer: GptShape = { ...shape, tiedHead: true };
  const policy = modelOf(shape, shared ? "value" : null);
  const reference = modelOf(shape, null);
  const [rewardModel, value] = [modelOf(scorer, "score"), shared ? null : modelOf(scorer, "score")];
  const prompts = sequencesOf(shape, 32, promptTokens, shape.context);
  const settings = { ...smallPpo, ...ppoSettings, responseTokens: shape.context - promptTokens, microbatch };
  const { events } = await drain(
    trainPpo({
      policy: shared ? gptShared(policy) : gptPolicy(policy),
      referencePolicy: gptPolicy(reference),
      value: value && gptScalar(value),
      heldOutScore: null,
      score: (episodes) =>
        scoreSequences(
          rewardModel,
          episodes.map(({ sequence }) => sequence),
        ),
      prompts: shuffledSource(
        prompts.map(({ prompt }, i) => ({ id: `p${i}`, text: "", tokens: prompt })),
        1,
        "prompts",
      ),
      pretraining: ptx ? { model: policy, sequences: shuffledSource(prompts, 1, "ptx") } : null,
      endToken: 0,
      settings: () => ({ ...settings, ptxCoef: ptx ? 0.3 : 0 }),
      seed: 1,
      clock: () => 0,
      resume: null,
    }),
  );
  assert.ok(events.some((event) => event.type === "iteration" && event.iteration === 1));
  for (const model of [policy, reference, rewardModel, ...(value ? [value] : [])])
    disposeParameters(model.parameters);
}

/** With and without pretraining loss, in whole batches and in parts; the short run takes two that have all four. */
const variants: readonly (readonly [ptx: boolean, microbatch: number])[] = process.env.RLHF_FULL_TESTS
  ? [
      [false, 0],
      [true, 0],
      [true, 4],
      [false, 4],
    ]
  : [
      [false, 0],
      [true, 4],
    ];

const ppoSettings = {
  iterations: 1,
  episodes: 16,
  minibatch: 16,
  ptxPerEpisode: 1,
  rewardScalePrompts: 4,
  loggedEpisodes: 4,
};

function modelOf(shape: GptShape, head: "score" | "value" | null): GptModel {
  const rng = createRng(1);
  const added = head ? initialHead(shape.width, "linear", head, rng) : {};
  return { shape, parameters: createParameters({ ...initialWeights(shape, rng), ...added }) };
}

describe("memoryEstimate", () => {
  before(() => useTestBackend());

  for (const [name, shape] of Object.entries(shapes)) {
    const policy: ModelSize = { ...shape, head: "output" };
    const scorer: ModelSize = { ...shape, head: "linear" };
    const length = shape.context;

    for (const dropout of [0, 0.2])
      it(`pretraining and SFT are within a fifth of the measured peak, ${name}, dropout ${dropout}`, async () => {
        const sizes = [
          { sequences: 12, prompt: 1 },
          { sequences: 8, prompt: 16 },
        ];
        for (const { sequences, prompt } of sizes) {
          const batch = { sequences, length, outputs: sequences * (length - prompt) };
          const estimate = supervisedMemory({
            model: policy,
            batch,
            dropout: dropout > 0,
            validation: sequences,
            others: [],
          });
          const run = () => languageModelRun(shape, sequencesOf(shape, sequences, prompt, length), dropout);
          await expectEstimate(`prompt of ${prompt}`, estimate, run);
        }
      });

    it(`a reward model is within a fifth of the measured peak, ${name}`, async () => {
      const batch = { sequences: 12, length, outputs: 12 };
      const sizes = { model: scorer, batch, dropout: false, validation: 12, others: [] };
      await expectEstimate("rankings", supervisedMemory(sizes), () =>
        rewardModelRun({ ...shape, tiedHead: true }, 3),
      );
    });

    for (const shared of [false, true])
      it(`PPO is within a fifth of the measured peak, ${name}, value model ${shared ? "shared" : "separate"}`, async () => {
        for (const [ptx, microbatch] of variants) {
          const sequences = microbatch || 16;
          const estimate = ppoMemory({
            policy,
            value: shared ? null : scorer,
            others: [policy, scorer],
            average: true,
            rows: 16,
            promptTokens,
            responseTokens: length - promptTokens,
            episodes: microbatch || 16,
            loggedEpisodes: 4,
            pretraining: ptx ? { sequences, length, outputs: sequences * (length - promptTokens) } : null,
            pretrainingInParts: microbatch > 0,
          });
          const variant = { shared, ptx, microbatch };
          await expectEstimate(JSON.stringify(variant), estimate, () => ppoRun(shape, variant));
        }
      });
  }
});
