import { createRng } from "../algorithms/rng";
import { shuffledSource } from "../data/source";
import { createParameters, readParameters } from "../engine/parameters";
import { initialWeights, type GptModel, type GptShape } from "../model/gpt";
import { initialHead } from "../model/heads";
import { gptPolicy, gptScalar } from "../model/network";
import type { Sequence } from "../model/sequences";
import { defaultConfig } from "../protocol/resolveConfig";
import type { PpoConfig } from "../protocol/runConfig";
import type { TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import type { PpoParts } from "../trainer/ppo";
import { scoreSequences } from "../trainer/rewardModel";

/** A run of PPO small enough for a check or a test: no tokenizer, a vocabulary of 27 (0 = end of text), models of one small layer. */
export const letterShape: GptShape = {
  layers: 1,
  width: 16,
  heads: 2,
  context: 24,
  vocabulary: 27,
  tiedHead: true,
};
export const letterEnd = 0;

export function letterModel(seed: number, head = false, shape: GptShape = letterShape): GptModel {
  const rng = createRng(seed);
  const weights = initialWeights(shape, rng.split("trunk"));
  // Larger than GPT-2's initial weights, so that a model this small has opinions.
  for (const { data } of Object.values(weights))
    for (let i = 0; i < data.length; i++) if (data[i] !== 1) data[i] *= 6;
  return {
    shape,
    parameters: createParameters({
      ...weights,
      ...(head ? initialHead(shape.width, "linear", "score", rng.split("head")) : {}),
    }),
  };
}

export async function copyOf(model: GptModel): Promise<GptModel> {
  return { shape: model.shape, parameters: createParameters(await readParameters(model.parameters)) };
}

/** Alphabet runs with noise: "cdefg…", ended by 0. */
export function letterSequences(count: number, seed: number, promptLength = 3): Sequence[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const first = rng.integer(26);
    const letters = Array.from(
      { length: promptLength + 2 + rng.integer(6) },
      (_, i) => 1 + ((first + i) % 26),
    );
    return { prompt: letters.slice(0, promptLength), response: [...letters.slice(promptLength), letterEnd] };
  });
}

export const smallPpo: PpoConfig = {
  ...defaultConfig().ppo,
  iterations: 4,
  episodes: 16,
  minibatch: 8,
  responseTokens: 8,
  learningRate: 1e-3,
  valueLearningRate: 1e-3,
  warmupIterations: 2,
  klCoef: 0.1,
  klController: "adaptive",
  ptxCoef: 0.3,
  ptxPerEpisode: 0.5,
  rewardScalePrompts: 4,
  loggedEpisodes: 4,
  checkpointEvery: 2,
};

/** All that PPO needs on letter models, everything drawn from the seed; call it again for an identical run. */
export async function letterPpo(
  seed: number,
  changes: Partial<PpoParts> = {},
  config: PpoConfig = smallPpo,
): Promise<PpoParts & { readonly rewardModel: GptModel; readonly policyModel: GptModel }> {
  const policyModel = letterModel(seed);
  const reference = await copyOf(policyModel);
  const rewardModel = letterModel(seed + 1, true);
  const value = await copyOf(rewardModel);
  const texts = letterSequences(64, seed + 2);
  const resume = changes.resume ?? null;
  return {
    policyModel,
    rewardModel,
    policy: gptPolicy(policyModel),
    referencePolicy: gptPolicy(reference),
    value: gptScalar(value),
    heldOutScore: null,
    score: (episodes) =>
      scoreSequences(
        rewardModel,
        episodes.map((episode) => episode.sequence),
      ),
    prompts: shuffledSource(
      texts.map((text, i) => ({ id: `p${i}`, text: "", tokens: text.prompt })),
      seed,
      "prompts",
      resume?.numbers.prompts,
    ),
    pretraining: {
      model: policyModel,
      sequences: shuffledSource(texts, seed, "ptx", resume?.numbers.pretraining),
    },
    endToken: letterEnd,
    settings: () => config,
    seed,
    clock: () => 0,
    resume,
    ...changes,
  };
}

/** All events of a trainer; the states of its iterations are read as they come. */
export async function drain(
  events: AsyncGenerator<TrainerEvent>,
): Promise<{ readonly events: TrainerEvent[]; readonly states: Map<number, TrainerState> }> {
  const all: TrainerEvent[] = [];
  const states = new Map<number, TrainerState>();
  for await (const event of events) {
    all.push(event);
    if (event.type === "iteration") states.set(event.iteration, await event.state());
  }
  return { events: all, states };
}

/** Metrics of every iteration, times apart, as JSON. */
export function metricLines(events: readonly TrainerEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "iteration"
      ? [
          JSON.stringify([
            event.iteration,
            Object.entries(event.values)
              .filter(([name]) => !/^(time|throughput)\//.test(name))
              .map(([name, value]) => [name, String(value)]),
          ]),
        ]
      : [],
  );
}

/** The bits of a state's tensors, for exact comparison. */
export function bitsOf(state: TrainerState): Record<string, string> {
  return Object.fromEntries(
    Object.entries(state.tensors).map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
    ]),
  );
}
