import { createRng } from "../../algorithms/rng";
import { supervisedMemory } from "../../engine/memoryEstimate";
import { disposeParameters } from "../../engine/parameters";
import { initialWeights, type GptShape } from "../../model/gpt";
import { isProblem } from "../../protocol/problem";
import { parseTokenizerJson } from "../../tokenizer/tokenizerJson";
import { liveModel } from "./liveModel";
import { atOnce, largestBatch, latest, refuseTooLarge, sizeOf } from "./memoryLimit";
import { pretrain } from "../pretrain";
import type { Stage } from "../stage";
import {
  inputText,
  modelParts,
  packedInput,
  settingsOf,
  source,
  trainable,
  type StageContext,
} from "./stageContext";

/** A base model with a tokenizer of its own, from the run's pretraining text. */
export function openPretrain(context: StageContext): Stage {
  const { config, seed, clock, resume } = context;
  const text = inputText(context.request, "tokenizer") ?? "";
  const tokenizer = parseTokenizerJson(text, "inputs/tokenizer.json");
  if (isProblem(tokenizer)) throw new Error(tokenizer.message);
  const { layers, width, heads, context: length, tiedHead } = config.model;
  const shape: GptShape = {
    layers,
    width,
    heads,
    context: length,
    tiedHead,
    vocabulary: tokenizer.vocabularySize,
  };
  const { sequenceTokens } = config.pretrain;
  const sequences = packedInput(context, "pretraining", tokenizer, sequenceTokens);
  if (sequences.length === 0)
    throw new Error(
      `the pretraining text is shorter than one sequence of ${sequenceTokens} tokens: add text, or lower pretrain.sequenceTokens`,
    );
  const validation = packedInput(context, "validationPretraining", tokenizer, sequenceTokens).slice(0, 200);
  const memory = supervisedMemory({
    model: sizeOf(shape, "output"),
    batch: largestBatch(sequences, atOnce(settingsOf(context, "pretrain")(latest))),
    dropout: config.pretrain.dropout > 0,
    validation: validation.length,
    others: [],
  });
  refuseTooLarge(config, memory, "pretrain.microbatch or pretrain.sequenceTokens");
  const model = trainable(context, shape, "policy", initialWeights(shape, createRng(seed).split("weights")));
  const bytes = new TextEncoder().encode(text);
  return {
    events: pretrain({
      model,
      sequences: source(context, sequences, "sequences"),
      validation,
      settings: settingsOf(context, "pretrain"),
      seed,
      clock,
      resume,
    }),
    model: modelParts(shape, "output", "policy", { endToken: tokenizer.endToken, bytes }),
    finish: async () => {
      disposeParameters(model.parameters);
      return { weights: null, figures: { vocabulary: shape.vocabulary, sequences: sequences.length } };
    },
    ...liveModel({ tokenizer, template: config.data, policy: model }),
  };
}
