import type { Tensor } from "@tensorflow/tfjs-core";
import type { Parameters } from "../engine/gradients";
import { generate, type Generated, type GenerateOptions } from "./generate";
import { kindOf, type OfKind } from "./graphKey";
import { hiddenStates, logitsOf, type GptModel, type TokenBatch } from "./gpt";
import { headFeatures, scalarHead, type HeadName } from "./heads";

/** What PPO needs of a policy, whatever computes it: a GPT, or a table in the exact-optimum check. */
export interface PolicyNetwork extends OfKind {
  readonly parameters: Parameters;
  readonly vocabulary: number;
  /** Longest sequence, tokens. */
  readonly context: number;
  /** Logits predicting the token after each chosen row: rows int32 [M] -> [M, V]. */
  readonly logits: (tokens: TokenBatch, rows: Tensor) => Tensor;
  readonly generate: (
    prompts: readonly (readonly number[])[],
    seeds: readonly number[],
    options: GenerateOptions,
  ) => Promise<Generated[]>;
}

/** A scalar at each chosen row: rows int32 [M] -> [M]. A value model, or a reward model read at the last token. */
export interface ScalarNetwork extends OfKind {
  readonly parameters: Parameters;
  /** Longest sequence, tokens. */
  readonly context: number;
  readonly scalars: (tokens: TokenBatch, rows: Tensor) => Tensor;
}

/** The numbers behind a scalar: its head's last layer is linear in them. */
export interface FeatureNetwork extends OfKind {
  readonly parameters: Parameters;
  readonly context: number;
  readonly width: number;
  readonly features: (tokens: TokenBatch, rows: Tensor) => Tensor;
}

/** A policy with a value head on the same trunk: one pass gives both. */
export interface SharedNetwork extends PolicyNetwork, ScalarNetwork {
  readonly logitsAndScalars: (
    tokens: TokenBatch,
    rows: Tensor,
  ) => { readonly logits: Tensor; readonly scalars: Tensor };
}

const chosenStates = (model: GptModel, tokens: TokenBatch, rows: Tensor): Tensor =>
  hiddenStates(model.parameters, model.shape, tokens, rows);

/** A network is made once for each model, so that what was compiled for it is found again. */
function once<N>(make: (model: GptModel) => N): (model: GptModel) => N {
  const made = new WeakMap<GptModel, N>();
  return (model) => {
    const network = made.get(model) ?? make(model);
    made.set(model, network);
    return network;
  };
}

export const gptPolicy = once((model): PolicyNetwork => {
  return {
    kind: kindOf("policy", model.shape),
    parameters: model.parameters,
    vocabulary: model.shape.vocabulary,
    context: model.shape.context,
    logits: (tokens, rows) => logitsOf(model.parameters, model.shape, chosenStates(model, tokens, rows)),
    generate: (prompts, seeds, options) => generate(model, prompts, seeds, options),
  };
});

const scalarOf = (head: HeadName) =>
  once((model): ScalarNetwork => {
    return {
      kind: kindOf(head, model.shape),
      parameters: model.parameters,
      context: model.shape.context,
      scalars: (tokens, rows) => scalarHead(model.parameters, chosenStates(model, tokens, rows), head),
    };
  });

/** The model's parameters must hold a head named `score`. */
export const gptScalar = scalarOf("score");

/** What the last layer of the head `score` projects, at each chosen row: rows int32 [M] -> [M, C]. */
export const gptFeatures = once((model): FeatureNetwork => {
  return {
    kind: kindOf("features", model.shape),
    parameters: model.parameters,
    context: model.shape.context,
    width: model.shape.width,
    features: (tokens, rows) => headFeatures(model.parameters, chosenStates(model, tokens, rows)),
  };
});

const valueScalar = scalarOf("value");

/** The model's parameters must hold a head named `value`. */
export const gptShared = once((model): SharedNetwork => {
  return {
    ...gptPolicy(model),
    ...valueScalar(model),
    kind: kindOf("policy and value", model.shape),
    logitsAndScalars: (tokens, rows) => {
      const states = chosenStates(model, tokens, rows);
      return {
        logits: logitsOf(model.parameters, model.shape, states),
        scalars: scalarHead(model.parameters, states, "value"),
      };
    },
  };
});
