import {
  parameterFloats,
  samplingFloats,
  supervisedMemory,
  type MemoryEstimate,
  type ModelSize,
} from "../engine/memoryEstimate";
import {
  createOptimizer,
  disposeOptimizer,
  type Optimizer,
  type OptimizerSettings,
} from "../engine/optimizer";
import { disposeParameters } from "../engine/parameters";
import type { GptModel, GptShape } from "../model/gpt";
import { generate } from "../model/generate";
import { mean } from "../algorithms/statistics";
import { defaultConfig } from "../protocol/resolveConfig";
import type { JsonValue } from "../protocol/trainerEvents";
import { evenWeights, languageModelStep, type StepSettings } from "../trainer/languageModel";
import { rewardModelStep, type RankedSequences } from "../trainer/rewardModel";
import { benchModel, randomTokens } from "./benchWeights";

export interface BenchSize {
  readonly name: string;
  readonly shape: GptShape;
  /** Length of a training sequence; eight make a batch. */
  readonly trainTokens: number;
  /**
   * Optimizer steps, or small batches of samples, of one round: as many as make it long enough to be timed, and its first step, which finds
   * the processor's caches full of the peer's numbers (20 to 25 ms instead of 16 for size A), count for little.
   */
  readonly steps: number;
}

const gpt = { tiedHead: true, context: 128 };
export const benchSizes: Readonly<Record<"tiny" | "A" | "B", BenchSize>> = {
  tiny: {
    name: "tiny",
    shape: { ...gpt, layers: 1, width: 32, heads: 2, vocabulary: 288 },
    trainTokens: 64,
    steps: 2,
  },
  A: {
    name: "A",
    shape: { ...gpt, layers: 4, width: 128, heads: 4, vocabulary: 512 },
    trainTokens: 64,
    steps: 30,
  },
  B: {
    name: "B",
    shape: { ...gpt, layers: 6, width: 384, heads: 6, vocabulary: 4096 },
    trainTokens: 128,
    steps: 3,
  },
};

export type JsonObject = { readonly [key: string]: JsonValue };
export type Figures = Readonly<Record<string, number>>;

/** Who does the same work beside us. */
export type PeerKind = "torch" | "trl";

/** A piece of work that is measured in rounds, ours and the peer's in turn. */
export interface BenchTask {
  /** What is measured in each round. A ratio is ours better when above 1: of tokens/s the larger is better, else the smaller. */
  readonly figures: Readonly<
    Record<string, { readonly label: string; readonly unit: "ms" | "s" | "tokens/s" }>
  >;
  /** The memory of its tensors as computed before it starts. */
  readonly estimate: MemoryEstimate;
  /** All that a peer needs to do the same. */
  readonly forPeers: JsonObject;
  /** Results that each peer must find too, from the same weights and tokens and from what is `given`. Comes before the first round. */
  readonly check: () => Promise<{
    readonly given: JsonObject;
    readonly results: Readonly<Partial<Record<PeerKind, Figures>>>;
  }>;
  /** One round. */
  readonly run: () => Promise<Figures>;
  readonly dispose: () => Promise<void>;
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The optimizer's settings as both sides use them; no weight decay, no dropout. */
const optimizerSettings: OptimizerSettings = { ...defaultConfig().sft, weightDecay: 0 };
const learningRate = 1e-4;
const sequences = 8;

/** A step of language modelling: eight sequences, each token but the first a target. */
export function trainTask(size: BenchSize): BenchTask {
  const ids = randomTokens("train", sequences, size.trainTokens, size.shape);
  const batch = evenWeights(ids.map((row) => ({ prompt: row.slice(0, 1), response: row.slice(1) })));
  const model = benchModel(size.shape, "train");
  return stepTask(size, {
    ...{ task: "train", label: "training step", ids, k: 0, model, head: "output" },
    outputs: ids.length * (size.trainTokens - 1),
    step: (optimizer, settings) => languageModelStep(model, optimizer, batch, settings),
  });
}

/** A reward-model step: eight prompts with four ranked responses each, scored once each, all six pairs of a prompt. */
export function rewardModelTask(size: BenchSize): BenchTask {
  const k = 4;
  const ids = randomTokens("rewardModel", sequences * k, size.trainTokens, size.shape);
  const pairs = Array.from({ length: k }, (_, winner) =>
    Array.from({ length: k - 1 - winner }, (_, i) => ({ winner, loser: winner + 1 + i, target: 1 })),
  ).flat();
  const batch = Array.from({ length: sequences }, (_, p): RankedSequences => {
    const ranked = ids.slice(p * k, (p + 1) * k);
    const split = (row: readonly number[]) => ({ prompt: row.slice(0, 16), response: row.slice(16) });
    return { id: `p${p}`, sequences: ranked.map(split), pairs };
  });
  const model = benchModel(size.shape, "rewardModel", "score");
  return stepTask(size, {
    ...{ task: "rewardModel", label: "reward-model step", ids, k, model, head: "linear" },
    outputs: ids.length,
    step: (optimizer, settings) => rewardModelStep(model, optimizer, batch, settings),
  });
}

interface StepWork {
  readonly task: string;
  readonly label: string;
  readonly ids: readonly (readonly number[])[];
  /** Responses ranked a prompt; 0 where nothing is ranked. */
  readonly k: number;
  readonly model: GptModel;
  readonly head: ModelSize["head"];
  /** Hidden states that the head reads. */
  readonly outputs: number;
  readonly step: (
    optimizer: Optimizer,
    settings: StepSettings,
  ) => Promise<{ readonly loss: number; readonly gradNorm: number }>;
}

function stepTask(size: BenchSize, work: StepWork): BenchTask {
  const { task, label, ids, k, model, head, outputs } = work;
  const optimizer = createOptimizer(model.parameters, optimizerSettings);
  let done = 0;
  const next = () => work.step(optimizer, { step: ++done, learningRate, dropout: 0, seed: 0 });
  return {
    figures: { step: { label, unit: "ms" } },
    estimate: supervisedMemory({
      model: { ...size.shape, head },
      batch: { sequences: ids.length, length: size.trainTokens, outputs },
      ...{ dropout: false, validation: 0, others: [] },
    }),
    forPeers: {
      task,
      name: task,
      shape: { ...size.shape },
      ids,
      k,
      steps: size.steps,
      learningRate,
      optimizer: { ...optimizerSettings },
    },
    async check() {
      const [first, second, third] = [await next(), await next(), await next()];
      const { loss, gradNorm } = first;
      return {
        given: {},
        results: { torch: { loss, gradNorm, loss2: second.loss, loss3: third.loss } },
      };
    },
    async run() {
      const milliseconds = await timed(async () => {
        for (let i = 0; i < size.steps; i++) await next();
      });
      return { step: milliseconds / size.steps };
    },
    async dispose() {
      disposeOptimizer(optimizer);
      disposeParameters(model.parameters);
    },
  };
}

/** Sampling with the key/value cache at temperature 1: prompts of 16 and 64 new tokens, 8 and 64 rows at a time. */
export function sampleTask(size: BenchSize): BenchTask {
  const newTokens = 64;
  const promptTokens = 16;
  const rows = [8, 64];
  const batches = rows.map((count) => ({ rows: count, times: count === 8 ? size.steps : 1 }));
  const sampled: ModelSize = { ...size.shape, head: "output" };
  const prompts = randomTokens("sample", Math.max(...rows), promptTokens, size.shape);
  const model = benchModel(size.shape, "sample");
  let drawn = 0;
  const sample = (count: number) => {
    const chosen = prompts.slice(0, count);
    // No token ends a response, so that both sides do the same work.
    const options = { responseTokens: newTokens, temperature: 1, endToken: -1 };
    return generate(
      model,
      chosen,
      chosen.map(() => ++drawn),
      options,
    );
  };
  return {
    figures: Object.fromEntries(
      rows.map((count) => [`batch${count}`, { label: `sampling, batch ${count}`, unit: "tokens/s" }]),
    ),
    estimate: {
      models: 4 * parameterFloats(sampled),
      step: 4 * samplingFloats(sampled, Math.max(...rows), promptTokens, newTokens),
    },
    forPeers: { task: "sample", name: "sample", shape: { ...size.shape }, prompts, newTokens, batches },
    async check() {
      const responses = await sample(rows[0]);
      return {
        given: { responses: responses.map(({ tokens }) => tokens) },
        results: {
          torch: {
            logprob: mean(responses.flatMap(({ logprobs }) => logprobs)),
            lastLogprob: mean(responses.map(({ logprobs }) => logprobs[newTokens - 1])),
          },
        },
      };
    },
    async run() {
      const speeds: [string, number][] = [];
      for (const batch of batches) {
        const milliseconds = await timed(async () => {
          for (let i = 0; i < batch.times; i++) await sample(batch.rows);
        });
        speeds.push([`batch${batch.rows}`, (1000 * batch.times * batch.rows * newTokens) / milliseconds]);
      }
      return Object.fromEntries(speeds);
    },
    async dispose() {
      disposeParameters(model.parameters);
    },
  };
}
