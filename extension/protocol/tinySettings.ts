import type { FieldValue } from "./fieldValue";

/**
 * The small sizes of `--tiny`: one layer of width 32, a vocabulary of 288 (256 bytes, specials and merges), a few steps a stage.
 * With so few merges a word is several tokens, hence the long prompts.
 */
export const tinySettings: Readonly<Record<string, FieldValue>> = {
  "model.layers": 1,
  "model.width": 32,
  "model.heads": 2,
  "model.context": 192,
  "tokenizer.vocabularySize": 288,
  "data.maxPromptTokens": 160,
  "labeling.promptsPerRound": 16,
  "labeling.maxResponseTokens": 16,
  "pretrain.steps": 20,
  "pretrain.batch": 8,
  "pretrain.sequenceTokens": 64,
  "pretrain.warmupSteps": 4,
  "pretrain.stepsPerIteration": 5,
  "pretrain.checkpointEvery": 2,
  "sft.epochs": 1,
  "sft.ppoInitEpochs": 1,
  "sft.batch": 8,
  "sft.stepsPerIteration": 2,
  "sft.checkpointEvery": 10,
  "rm.promptsPerBatch": 4,
  "rm.stepsPerIteration": 2,
  "rm.checkpointEvery": 2,
  "ppo.iterations": 3,
  "ppo.episodes": 8,
  "ppo.minibatch": 4,
  "ppo.responseTokens": 12,
  "ppo.warmupIterations": 2,
  "ppo.rewardScalePrompts": 4,
  "ppo.ptxSequenceTokens": 32,
  "ppo.loggedEpisodes": 4,
  "ppo.checkpointEvery": 1,
  "evaluate.prompts": 8,
  "evaluate.responseTokens": 12,
};
