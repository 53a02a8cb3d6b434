import {
  boolean,
  decodeText,
  integerFrom,
  nullable,
  object,
  oneOf,
  unexpected,
  withDefault,
  type Decoder,
} from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";

/** The sizes of a GPT-2, as model/gpt.ts has them. */
export interface Gpt2Shape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly context: number;
  readonly vocabulary: number;
  readonly tiedHead: boolean;
}

/** What a model ends in: the output projection of a language model, or the scalar head of a reward or value model. */
export type ModelHead = "output" | "linear" | "mlp";

/**
 * A config.json in Hugging Face's form, from which `transformers` loads a language model as GPT2LMHeadModel. The scalar head of a reward or
 * value model is our own addition, named by the key "rlhf_head"; of such a model `transformers` knows the trunk.
 */
export function gpt2ConfigJson(shape: Gpt2Shape, head: ModelHead, endToken: number | null): string {
  const config = {
    architectures: [head === "output" ? "GPT2LMHeadModel" : "GPT2Model"],
    model_type: "gpt2",
    n_layer: shape.layers,
    n_embd: shape.width,
    n_head: shape.heads,
    n_positions: shape.context,
    vocab_size: shape.vocabulary,
    tie_word_embeddings: shape.tiedHead,
    activation_function: "gelu_new",
    layer_norm_epsilon: 1e-5,
    bos_token_id: endToken,
    eos_token_id: endToken,
    torch_dtype: "float32",
    ...(head === "output" ? {} : { rlhf_head: head }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Reads a config.json of ours or another's, or names the key that asks for what our GPT-2 does not do. */
export function parseGpt2Config(
  text: string,
  where: string,
): { readonly shape: Gpt2Shape; readonly head: ModelHead } | Problem {
  const config = decodeText(configFile, text, where);
  if (isProblem(config)) return config;
  const { n_embd: width, n_head: heads } = config;
  if (width % heads !== 0)
    return new Problem(
      "invalidValue",
      `${where}: "n_embd" (${width}) must be a multiple of "n_head" (${heads}).`,
    );
  if (config.n_inner !== null && config.n_inner !== 4 * width)
    return new Problem(
      "unsupported",
      `${where}: "n_inner" must be absent or four times "n_embd" (${4 * width}), but is ${config.n_inner}.`,
    );
  const shape = {
    layers: config.n_layer,
    width,
    heads,
    context: config.n_positions,
    vocabulary: config.vocab_size,
    tiedHead: config.tie_word_embeddings,
  };
  return { shape, head: config.rlhf_head };
}

/** A setting that may be absent, and otherwise must be what our GPT-2 does. */
function only(values: readonly unknown[]): Decoder<null> {
  const expected = `${values.map((value) => JSON.stringify(value)).join(" / ")}, all that is known here`;
  return (value, place) =>
    value === undefined || values.includes(value) ? null : unexpected(expected, value, place);
}

const configFile = object({
  model_type: oneOf(["gpt2"]),
  n_layer: integerFrom(1, 1000),
  n_embd: integerFrom(1, 100_000),
  n_head: integerFrom(1, 100_000),
  n_positions: integerFrom(1, 10_000_000),
  vocab_size: integerFrom(1, 10_000_000),
  tie_word_embeddings: withDefault(boolean, true),
  activation_function: only(["gelu_new", "gelu_pytorch_tanh"]),
  layer_norm_epsilon: only([1e-5]),
  n_inner: nullable(integerFrom(1)),
  scale_attn_weights: only([true]),
  scale_attn_by_inverse_layer_idx: only([false]),
  add_cross_attention: only([false]),
  rlhf_head: withDefault(oneOf(["output", "linear", "mlp"]), "output"),
});
