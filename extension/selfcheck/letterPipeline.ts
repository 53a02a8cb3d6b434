import { createRng } from "../algorithms/rng";
import { shuffledSource } from "../data/source";
import { createParameters, disposeParameters, readParameters } from "../engine/parameters";
import { initialWeights, type GptModel, type GptShape } from "../model/gpt";
import { initialHead } from "../model/heads";
import { gptPolicy, gptScalar } from "../model/network";
import type { Sequence } from "../model/sequences";
import type { RunConfig } from "../protocol/runConfig";
import type { MetricValues, TrainerEvent } from "../protocol/trainerEvents";
import { meanLoss } from "../trainer/languageModel";
import { trainPpo } from "../trainer/ppo";
import { pretrain } from "../trainer/pretrain";
import { scoreSequences, trainRewardModel } from "../trainer/rewardModel";
import { sft } from "../trainer/sft";
import {
  asSequence,
  bestOf,
  drawPrompts,
  labelNoise,
  meanOf,
  rank,
  rewardModelQuality,
  sampledKl,
  sampleResponses,
  standardised,
  type RewardModelQuality,
} from "./letterSamples";
import { createLetterWorld, endToken, letterContext, letterVocabulary, responseTokens } from "./letterWorld";

/** How the base model, the SFT policy and the reward model of a letter world come about. */
export interface LetterModelOptions {
  readonly seed: number;
  /** Ranked prompts and responses a prompt. */
  readonly prompts: number;
  readonly k: number;
  /** Optimizer steps of the base model; 700 in the full check. */
  readonly baseSteps: number;
}

export interface LetterPpoOptions {
  readonly beta: number;
  readonly ptx: number;
  readonly iterations: number;
  /** Changes of the settings that the check uses. */
  readonly settings?: Partial<RunConfig["ppo"]>;
  /** Hears each iteration's metrics; the held-out score among them is the gold. */
  readonly onIteration?: (iteration: number, values: MetricValues) => void;
}

/** Gold is in standard deviations of base samples, taxes in nats per token: NLL of the domain that must not be forgotten, less the base model's. */
export interface LetterPpoFigures {
  readonly goldPpo: number;
  /** Nats per sequence, of the final policy against the SFT policy. */
  readonly kl: number;
  readonly tax: number;
  readonly endRate: number;
}

/** A letter world with its base model and SFT policy; gold is known throughout. `dispose` frees every model opened from it. */
export interface LetterLab {
  readonly goldBase: number;
  readonly goldSft: number;
  readonly taxSft: number;
  /** NLL of the base model on held-out documents of the domain that must not be forgotten, nats per token. */
  readonly baseLoss: number;
  /** A reward model from noisy rankings of SFT samples, or from the same rankings with their order drawn at random. */
  readonly trainRewardModel: (ranked: {
    readonly prompts: number;
    readonly k: number;
    readonly labels: "noisy" | "shuffled";
  }) => Promise<{ readonly model: GptModel; readonly quality: RewardModelQuality }>;
  /** Gold of the response that a reward model likes best of the first n samples of the SFT policy, for each n; 64 at most. */
  readonly bestOfN: (rewardModel: GptModel, ns: readonly number[]) => Promise<readonly number[]>;
  /** PPO from the SFT policy, its value function from the reward model. */
  readonly trainPpo: (rewardModel: GptModel, options: LetterPpoOptions) => Promise<LetterPpoFigures>;
  readonly dispose: () => void;
}

const shape: GptShape = {
  layers: 2,
  width: 64,
  heads: 4,
  context: letterContext,
  vocabulary: letterVocabulary,
  tiedHead: true,
};
/** Base model → SFT → reward model → PPO, once. */
export async function letterPipeline(options: LetterModelOptions & LetterPpoOptions, config: RunConfig) {
  const lab = await createLetterLab(options, config);
  try {
    const { model, quality } = await lab.trainRewardModel({ ...options, labels: "noisy" });
    const { goldBase, goldSft, taxSft } = lab;
    return { goldBase, goldSft, taxSft, ...quality, ...(await lab.trainPpo(model, options)) };
  } finally {
    lab.dispose();
  }
}

/** Trains the base model and the SFT policy (1,024 best-of-8 demonstrations with a tenth of pretraining text). */
export async function createLetterLab(
  { seed, baseSteps }: Pick<LetterModelOptions, "seed" | "baseSteps">,
  config: RunConfig,
): Promise<LetterLab> {
  const rng = createRng(seed).split("letter pipeline");
  const world = createLetterWorld(rng.split("world"));
  const models: GptModel[] = [];
  const open = (weights: Parameters<typeof createParameters>[0]): GptModel => {
    models.push({ shape, parameters: createParameters(weights) });
    return models[models.length - 1];
  };
  const common = { seed, clock: () => 0, resume: null };
  const documents = (domain: "A" | "B", count: number, name: string): Sequence[] => {
    const draw = rng.split(name);
    return Array.from({ length: count }, () => asSequence(world.document(domain, draw)));
  };
  const corpus = [...documents("A", 4000, "corpus A"), ...documents("B", 4000, "corpus B")];
  const forgetting = documents("B", 256, "held-out B");
  const base = open(initialWeights(shape, rng.split("weights")));
  await run(
    pretrain({
      ...common,
      model: base,
      sequences: shuffledSource(corpus, seed, "corpus"),
      validation: forgetting.slice(0, 32),
      settings: () => ({
        ...config.pretrain,
        steps: baseSteps,
        batch: 64,
        learningRate: 3e-3,
        stepsPerIteration: 100,
        checkpointEvery: 1000,
      }),
    }),
  );

  const standard = standardised(
    world,
    await sampleResponses(
      base,
      drawPrompts(world, 512, rng.split("standard prompts")),
      rng.split("standard"),
    ),
  );
  const policy = open(await readParameters(base.parameters));
  const demonstrations = await bestOf(
    base,
    drawPrompts(world, 1024, rng.split("demonstration prompts")),
    8,
    standard,
    rng.split("demonstrations"),
  );
  await run(
    sft({
      ...common,
      model: policy,
      demonstrations: shuffledSource(demonstrations, seed, "demonstrations"),
      pretraining: shuffledSource(corpus, seed, "mix"),
      validation: demonstrations.slice(0, 32),
      pretrainingValidation: forgetting.slice(0, 32),
      meanScore: null,
      settings: () => ({
        ...config.sft,
        variant: "ppoInit",
        ppoInitEpochs: 2,
        pretrainingShare: 0.1,
        batch: 32,
        learningRate: 5e-4,
        dropout: 0,
        stepsPerIteration: 100,
        checkpointEvery: 1000,
      }),
    }),
  );

  const test = drawPrompts(world, 2048, rng.split("test prompts"));
  const answers = (model: GptModel, name: string) => sampleResponses(model, test, rng.split(name));
  const goldOf = (samples: readonly Sequence[]) => meanOf(samples.map((s) => standard(s.response)));
  const baseLoss = await meanLoss(base, forgetting);
  const taxOf = async (model: GptModel) => (await meanLoss(model, forgetting)) - baseLoss;

  return {
    goldBase: goldOf(await answers(base, "base")),
    goldSft: goldOf(await answers(policy, "sft")),
    taxSft: await taxOf(policy),
    baseLoss,
    trainRewardModel: async ({ prompts, k, labels }) => {
      const noise = labels === "noisy" ? labelNoise : Infinity;
      const rankings = await rank(policy, world, standard, { prompts, k, noise }, rng.split("rankings"));
      const model = open({
        ...(await readParameters(policy.parameters)),
        ...initialHead(shape.width, "linear", "score", rng.split("head")),
      });
      await run(
        trainRewardModel({
          ...common,
          model,
          rankings: shuffledSource(rankings, seed, "rankings"),
          validation: rankings.slice(0, 16),
          demonstrations,
          noiseCeiling: NaN,
          settings: () => ({
            ...config.rm,
            epochs: 1,
            promptsPerBatch: 16,
            learningRate: 1e-3,
            stepsPerIteration: 50,
            checkpointEvery: 1000,
          }),
        }),
      );
      return {
        model,
        quality: await rewardModelQuality(model, policy, world, standard, noise, rng.split("quality")),
      };
    },
    bestOfN: async (rewardModel, ns) => {
      const most = Math.max(...ns);
      const prompts = drawPrompts(world, 512, rng.split("best-of-n prompts"));
      const repeated = prompts.flatMap((prompt) => new Array<readonly number[]>(most).fill(prompt));
      const samples = await sampleResponses(policy, repeated, rng.split("best-of-n"));
      const scores = await scoreSequences(rewardModel, samples);
      const bestOf = (i: number, n: number): Sequence => {
        const own = Array.from({ length: n }, (_, k) => i * most + k);
        return samples[own.reduce((best, k) => (scores[k] > scores[best] ? k : best))];
      };
      return ns.map((n) => goldOf(prompts.map((_, i) => bestOf(i, n))));
    },
    trainPpo: async (rewardModel, { beta, ptx, iterations, settings, onIteration }) => {
      const learner = open(await readParameters(policy.parameters));
      const value = open(await readParameters(rewardModel.parameters));
      const prompts = drawPrompts(world, 2048, rng.split("ppo prompts")).map((tokens, i) => ({
        id: `p${i}`,
        text: "",
        tokens,
      }));
      await run(
        trainPpo({
          ...common,
          policy: gptPolicy(learner),
          referencePolicy: gptPolicy(policy),
          value: gptScalar(value),
          heldOutScore: async (episodes) =>
            Float32Array.from(episodes, ({ sequence }) => standard(sequence.response)),
          score: (episodes) =>
            scoreSequences(
              rewardModel,
              episodes.map((e) => e.sequence),
            ),
          prompts: shuffledSource(prompts, seed, "prompts"),
          pretraining: { model: learner, sequences: shuffledSource(corpus, seed, "ptx") },
          endToken,
          settings: () => ({
            ...config.ppo,
            iterations,
            episodes: 256,
            minibatch: 64,
            responseTokens,
            learningRate: 3e-4,
            valueLearningRate: 3e-4,
            klCoef: beta,
            ptxCoef: ptx,
            ptxPerEpisode: 1,
            emaDecay: 0,
            rewardScale: "none",
            missingEndPenalty: 1,
            loggedEpisodes: 0,
            rewardScalePrompts: 2,
            ...settings,
          }),
        }),
        onIteration,
      );
      const ofPpo = await answers(learner, "ppo");
      return {
        goldPpo: goldOf(ofPpo),
        kl: await sampledKl(learner, policy, ofPpo),
        tax: await taxOf(learner),
        endRate: meanOf(ofPpo.map((s) => (s.response[s.response.length - 1] === endToken ? 1 : 0))),
      };
    },
    dispose: () => {
      for (const model of models) disposeParameters(model.parameters);
    },
  };
}

async function run(
  events: AsyncGenerator<TrainerEvent>,
  onIteration?: LetterPpoOptions["onIteration"],
): Promise<void> {
  for await (const event of events) {
    if (event.type === "failed") throw new Error(event.message);
    if (event.type === "iteration") onIteration?.(event.iteration, event.values);
  }
}
