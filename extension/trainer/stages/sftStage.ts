import { createRng } from "../../algorithms/rng";
import { demonstrationSequences, tokenPrompts } from "../../data/tokenize";
import { supervisedMemory } from "../../engine/memoryEstimate";
import { createParameters, disposeParameters } from "../../engine/parameters";
import type { GptModel } from "../../model/gpt";
import { gptPolicy } from "../../model/network";
import { mean } from "../../algorithms/statistics";
import type { OpenedModel } from "../openModel";
import { sft } from "../sft";
import type { Stage } from "../stage";
import { liveModel } from "./liveModel";
import { atOnce, largestBatch, latest, refuseTooLarge, sizeOf } from "./memoryLimit";
import { scoreAnswers } from "./scorers";
import {
  inputRecords,
  languageWeights,
  modelParts,
  optionalSource,
  packedInput,
  parentModel,
  refuseOtherTokens,
  settingsOf,
  source,
  tokenizerOf,
  tokenizerPart,
  trainable,
  type StageContext,
} from "./stageContext";

/** Length of the pretraining sequences of the ppoInit mix, at most; the context may be shorter. */
const mixTokens = 64;
/** Validation prompts answered for the selection by a reward model. */
const selectionPrompts = 64;

/** Fine-tunes the base model on the run's demonstrations. */
export function openSft(context: StageContext): Stage {
  const { config, seed, clock, resume } = context;
  const initial = parentModel(context, "initial");
  const tokenizer = tokenizerOf(initial);
  const limits = { ...config.data, context: initial.shape.context };
  const train = demonstrationSequences(
    inputRecords(context, "demonstrations", "demonstrations"),
    tokenizer,
    limits,
  );
  const held = inputRecords(context, "validationDemonstrations", "demonstrations");
  const validation = demonstrationSequences(held, tokenizer, limits);
  if (train.sequences.length === 0)
    throw new Error(
      `no demonstration fits the context of ${initial.shape.context} tokens: shorten them, or use a base model with a longer context`,
    );
  const packedTokens = Math.min(mixTokens, initial.shape.context);
  const prompts = tokenPrompts(
    held.map(({ id, prompt }) => ({ id, text: prompt })),
    tokenizer,
    limits,
  ).prompts.slice(0, selectionPrompts);
  const pretraining = packedInput(context, "pretraining", tokenizer, packedTokens);
  const pretrainingValidation = packedInput(context, "validationPretraining", tokenizer, packedTokens).slice(
    0,
    200,
  );
  const selecting = config.sft.selection === "rewardModel" ? parentModel(context, "rewardModel") : null;
  refuseOtherTokens(initial, [selecting]);
  const memory = supervisedMemory({
    model: sizeOf(initial.shape, "output"),
    batch: largestBatch(
      [...train.sequences, ...validation.sequences, ...pretraining, ...pretrainingValidation],
      atOnce(settingsOf(context, "sft")(latest)),
    ),
    dropout: config.sft.dropout > 0,
    validation: validation.sequences.length + pretrainingValidation.length,
    others: selecting ? [sizeOf(selecting.shape, selecting.head)] : [],
  });
  refuseTooLarge(config, memory, "sft.microbatch");
  const model = trainable(context, initial.shape, "policy", languageWeights(initial.weights));
  return {
    events: sft({
      model,
      demonstrations: source(context, train.sequences, "demonstrations"),
      pretraining: optionalSource(context, pretraining, "pretraining"),
      validation: validation.sequences,
      pretrainingValidation,
      meanScore: selecting && meanScore(context, selecting, model, prompts, tokenizer.endToken),
      settings: settingsOf(context, "sft"),
      seed,
      clock,
      resume,
    }),
    model: modelParts(initial.shape, "output", "policy", tokenizerPart(initial)),
    finish: async () => {
      disposeParameters(model.parameters);
      return {
        weights: null,
        figures: { demonstrations: train.sequences.length, leftOut: train.leftOut.length },
      };
    },
    ...liveModel({ tokenizer, template: config.data, policy: model }),
  };
}

/** Mean score of fresh answers to validation prompts: what the paper chooses the SFT checkpoint by (App. C.1). */
function meanScore(
  context: StageContext,
  opened: OpenedModel,
  model: GptModel,
  prompts: readonly { readonly tokens: readonly number[] }[],
  endToken: number,
): () => Promise<number> {
  const rewardModel = { shape: opened.shape, parameters: createParameters(opened.weights) };
  const { labeling, seed } = context.config;
  const rng = createRng(seed).split("selection");
  const seeds = prompts.map(() => rng.integer(2 ** 31 - 1));
  return async () => {
    const answers = await gptPolicy(model).generate(
      prompts.map(({ tokens }) => tokens),
      seeds,
      { responseTokens: labeling.maxResponseTokens, temperature: 1, endToken },
    );
    const sequences = answers.map(({ tokens }, i) => ({ prompt: prompts[i].tokens, response: tokens }));
    return mean(await scoreAnswers(rewardModel, sequences, endToken));
  };
}
