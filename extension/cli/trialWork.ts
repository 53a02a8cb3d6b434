import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseGpt2Config } from "../formats/gpt2Config";
import { boolean, integerFrom, nullable, object, type Decoded } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { RunParent, Stage } from "../protocol/runFormat";
import { modelFiles } from "../runs/runPaths";
import { benchSizes } from "./benchTasks";

const some = integerFrom(1);
const modelShape = object({
  ...{ layers: some, width: some, heads: some, context: some, vocabulary: some },
  tiedHead: boolean,
});

/** The work that a trial of backends times: so many training steps, so many rounds of sampling, or some of both. */
export const trialWork = object({
  shape: modelShape,
  /** Steps on batches of so many sequences of so many tokens. */
  train: nullable(object({ sequences: some, tokens: some, steps: some })),
  /** Rounds of so many answers at once, of so many new tokens each. */
  sample: nullable(object({ rows: some, promptTokens: some, responseTokens: some, rounds: some })),
});
export type TrialWork = Decoded<typeof trialWork>;

/** Answers that are sampled together, at most (model/generate.ts). */
const chunk = 64;

/**
 * The work of a run as far as its time depends on the backend: a training step of pretraining, SFT or the reward model; an iteration of PPO,
 * sampling and the steps of policy and value model; the answers of an evaluation. Null where the model's shape is not known.
 */
export function workOfRun(
  project: string,
  stage: Stage,
  config: RunConfig,
  parents: readonly RunParent[],
): TrialWork | null {
  const parent = parents.find(({ role }) => role === "initial" || role === "policy");
  const shape = parent === undefined ? madeShape(config) : shapeIn(join(project, parent.folder));
  return shape && workOfStage(stage, config, shape);
}

export function workOfStage(stage: Stage, config: RunConfig, shape: TrialWork["shape"]): TrialWork {
  const { data, labeling, ppo, evaluate } = config;
  const fitting = (tokens: number): number => Math.min(shape.context, tokens);
  const answered = fitting(data.maxPromptTokens + labeling.maxResponseTokens);
  const training = (sequences: number, tokens: number, steps = 1) => ({ sequences, tokens, steps });
  switch (stage) {
    case "pretrain": {
      const { batch, microbatch, sequenceTokens } = config.pretrain;
      return {
        shape,
        train: training(microbatch || batch, fitting(sequenceTokens)),
        sample: null,
      };
    }
    case "sft":
    case "dpo":
      return { shape, train: training(config.sft.microbatch || config.sft.batch, answered), sample: null };
    case "rm": {
      const prompts = config.rm.microbatch || config.rm.promptsPerBatch;
      return { shape, train: training(prompts * labeling.k, answered), sample: null };
    }
    case "ppo": {
      const sequences = ppo.microbatch || ppo.minibatch;
      // Policy and value model each.
      const steps = 2 * ppo.ppoEpochs * Math.ceil(ppo.episodes / sequences);
      return {
        shape,
        train: training(sequences, fitting(data.maxPromptTokens + ppo.responseTokens), steps),
        sample: sampling(shape, ppo.episodes, data.maxPromptTokens, ppo.responseTokens),
      };
    }
    case "evaluate":
      return {
        shape,
        train: null,
        sample: sampling(shape, chunk, data.maxPromptTokens, evaluate.responseTokens),
      };
  }
}

/** The work of a command that samples from a model, or scores with it. */
export function workOfUse(config: RunConfig, shape: TrialWork["shape"]): TrialWork {
  const { data, labeling } = config;
  return { shape, train: null, sample: sampling(shape, 8, data.maxPromptTokens, labeling.maxResponseTokens) };
}

/** A training step of size A, for commands that have no model of their own. */
export const usualWork: TrialWork = {
  shape: benchSizes.A.shape,
  train: { sequences: 8, tokens: benchSizes.A.trainTokens, steps: 1 },
  sample: null,
};

function sampling(
  shape: TrialWork["shape"],
  answers: number,
  prompt: number,
  response: number,
): TrialWork["sample"] {
  const promptTokens = Math.max(1, Math.min(prompt, shape.context - 1));
  const responseTokens = Math.max(1, Math.min(response, shape.context - promptTokens));
  return { rows: Math.min(answers, chunk), promptTokens, responseTokens, rounds: Math.ceil(answers / chunk) };
}

/** The shape of a model that is yet to be made. */
export function madeShape({ model, tokenizer }: RunConfig): TrialWork["shape"] {
  const { layers, width, heads, context, tiedHead } = model;
  return { layers, width, heads, context, tiedHead, vocabulary: tokenizer.vocabularySize };
}

function shapeIn(folder: string): TrialWork["shape"] | null {
  const file = join(folder, modelFiles.config);
  try {
    const config = parseGpt2Config(readFileSync(file, "utf8"), file);
    return isProblem(config) ? null : config.shape;
  } catch {
    return null; // whatever is wrong with the model, the trainer says it
  }
}
