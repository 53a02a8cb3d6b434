import { shuffledSource } from "../../extension/data/source";
import { createParameters, disposeParameters } from "../../extension/engine/parameters";
import { initialHead } from "../../extension/model/heads";
import { gptShared } from "../../extension/model/network";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import type {
  PpoConfig,
  PretrainConfig,
  RewardModelConfig,
  SftConfig,
} from "../../extension/protocol/runConfig";
import {
  bitsOf,
  drain,
  letterModel,
  letterPpo,
  letterSequences,
  metricLines,
  smallPpo,
} from "../../extension/selfcheck/smallPpo";
import type { TrainerEvent } from "../../extension/protocol/trainerEvents";
import { trainPpo } from "../../extension/trainer/ppo";
import { pretrain } from "../../extension/trainer/pretrain";
import { trainRewardModel, type RankedSequences } from "../../extension/trainer/rewardModel";
import { sft } from "../../extension/trainer/sft";

/** Every trainer on letter models, in a fraction of a second, with settings under which all of them matter. */
const config = defaultConfig();
const still = { seed: 5, clock: () => 0, resume: null };

export const smallPretrain: PretrainConfig = {
  ...config.pretrain,
  steps: 6,
  batch: 4,
  warmupSteps: 2,
  dropout: 0.1,
  stepsPerIteration: 2,
  checkpointEvery: 2,
};

export const smallSft: SftConfig = {
  ...config.sft,
  batch: 8,
  pretrainingShare: 0.25,
  weightDecay: 0.1,
  learningRate: 1e-2,
  stepsPerIteration: 2,
  checkpointEvery: 2,
};

export const smallRewardModel: RewardModelConfig = {
  ...config.rm,
  promptsPerBatch: 4,
  weightDecay: 0.1,
  dropout: 0.1,
  stepsPerIteration: 2,
  checkpointEvery: 2,
};

/** Large steps and two passes, so that clips and early ends are met. */
export const busyPpo: PpoConfig = {
  ...smallPpo,
  iterations: 3,
  ppoEpochs: 2,
  learningRate: 2e-2,
  valueLearningRate: 5e-2,
  warmupIterations: 1,
  clipRange: 0.1,
  clipRangeValue: 0.1,
  entropyCoef: 0.01,
};

export async function runPretrain(settings: PretrainConfig = smallPretrain) {
  const model = letterModel(3);
  const sequences = letterSequences(40, 1);
  const result = await drain(
    pretrain({
      ...still,
      model,
      sequences: shuffledSource(sequences, 5, "sequences"),
      validation: sequences.slice(0, 6),
      settings: () => settings,
    }),
  );
  disposeParameters(model.parameters);
  return result;
}

export async function runSft(settings: SftConfig = smallSft) {
  const model = letterModel(3);
  const demonstrations = letterSequences(24, 2);
  let score = 0;
  const result = await drain(
    sft({
      ...still,
      model,
      demonstrations: shuffledSource(demonstrations, 5, "demonstrations"),
      pretraining: shuffledSource(letterSequences(30, 8), 5, "pretraining"),
      validation: demonstrations.slice(0, 4),
      pretrainingValidation: demonstrations.slice(4, 8),
      meanScore: () => Promise.resolve(score++),
      settings: () => settings,
    }),
  );
  disposeParameters(model.parameters);
  return result;
}

/** Four responses a prompt, the longer the better. */
export function lengthRankings(count: number): RankedSequences[] {
  const texts = letterSequences(count * 4, 9);
  return Array.from({ length: count }, (_, i) => {
    const { prompt } = texts[4 * i];
    const sequences = texts.slice(4 * i, 4 * i + 4).map(({ response }) => ({ prompt, response }));
    const order = [0, 1, 2, 3].sort(
      (a, b) => sequences[b].response.length - sequences[a].response.length || a - b,
    );
    const pairs = order.flatMap((winner, place) =>
      order.slice(place + 1).map((loser) => ({ winner, loser, target: 1 })),
    );
    return { id: `r${i}`, sequences, pairs };
  });
}

/** With comparisons of held-out labelers, if told. */
export async function runRewardModel(settings: RewardModelConfig = smallRewardModel, heldOut = 0) {
  const model = letterModel(3, true);
  const items = lengthRankings(20);
  const result = await drain(
    trainRewardModel({
      ...still,
      model,
      rankings: shuffledSource(items, 5, "rankings"),
      validation: items.slice(0, 5),
      heldOut: items.slice(5, 5 + heldOut),
      demonstrations: letterSequences(6, 4),
      noiseCeiling: 0.8,
      settings: () => settings,
    }),
  );
  disposeParameters(model.parameters);
  return result;
}

export async function runPpo(settings: PpoConfig = busyPpo, shared = false) {
  const parts = await letterPpo(11, {}, settings);
  if (!shared) return drain(trainPpo(parts));
  const head = createParameters(initialHead(parts.policyModel.shape.width, "linear", "value", "zeros"));
  const model = { ...parts.policyModel, parameters: { ...parts.policyModel.parameters, ...head } };
  const pretraining = parts.pretraining && { ...parts.pretraining, model };
  return drain(trainPpo({ ...parts, policy: gptShared(model), value: null, pretraining }));
}

/** All that a run says and leaves behind, times apart, as one text: two runs that differ anywhere have different ones. */
export function fingerprint({ events, states }: Awaited<ReturnType<typeof drain>>): string {
  const last = states.get(Math.max(...states.keys()));
  const rest = events.map((event: TrainerEvent) =>
    event.type === "iteration" ? [event.iteration, event.selection, event.episodes] : event,
  );
  return JSON.stringify([metricLines(events), rest, last && [bitsOf(last), last.numbers]]);
}
