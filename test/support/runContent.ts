import type { EpisodeRecord, TrainerState } from "../../extension/protocol/trainerEvents";
import type { ModelParts } from "../../extension/runs/checkpoints";
import type { RunStore } from "../../extension/runs/runStore";

/** A small state that differs from iteration to iteration; one number in it is −0. */
export function stateOf(iteration: number): TrainerState {
  const data = Float32Array.of(iteration, -0, iteration / 3, 1e-40);
  return {
    iteration,
    tensors: {
      "policy/w": { shape: [2, 2], data },
      "policy/b": { shape: [4], data: data.map((x) => -x) },
      "policyAdamM/w": { shape: [2, 2], data: data.map((x) => x + 1) },
    },
    numbers: { klCoef: 0.1 * iteration, prompts: { epoch: 0, position: iteration } },
  };
}

export const modelParts: ModelParts = {
  group: "policy",
  files: { "config.json": Buffer.from('{"model_type":"gpt2"}\n') },
};

export function episodeOf(iteration: number, response = "“NaN”"): EpisodeRecord {
  const list = [iteration, NaN];
  return {
    iteration,
    episode: 0,
    promptId: "p",
    prompt: "안녕",
    response,
    promptTokens: [1],
    responseTokens: [2, 3],
    logprobs: list,
    referenceLogprobs: list,
    values: list,
    rewards: list,
    advantages: list,
    returns: list,
    entropies: list,
    ratiosAfter: list,
    alternatives: [],
    score: 1,
    kl: 0,
    endReached: true,
  };
}

/** Writes a line of metrics with an episode. */
export function writeIteration(store: RunStore, iteration: number): void {
  const line = { iteration, values: { "objective/score": iteration / 7 }, warnings: [] };
  store.appendIteration(line, [episodeOf(iteration)]);
}

export function writeCheckpointOf(
  store: RunStore,
  iteration: number,
  selection: number | null = null,
  keep = 10,
): boolean {
  const checkpoint = { state: stateOf(iteration), iterations: 24, selection };
  return store.saveCheckpoint(checkpoint, modelParts, keep);
}
