import assert from "node:assert/strict";
import { gpt2ConfigJson, parseGpt2Config, type ModelHead } from "../../extension/formats/gpt2Config";
import { isProblem } from "../../extension/protocol/problem";

const shape = { layers: 4, width: 128, heads: 4, context: 64, vocabulary: 512, tiedHead: true };
const where = "models/base/config.json";

/** The config.json of openai-community/gpt2, the first GPT-2, as published. */
const published = {
  activation_function: "gelu_new",
  architectures: ["GPT2LMHeadModel"],
  attn_pdrop: 0.1,
  bos_token_id: 50256,
  embd_pdrop: 0.1,
  eos_token_id: 50256,
  initializer_range: 0.02,
  layer_norm_epsilon: 1e-5,
  model_type: "gpt2",
  n_ctx: 1024,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  resid_pdrop: 0.1,
  summary_activation: null,
  summary_first_dropout: 0.1,
  summary_proj_to_labels: true,
  summary_type: "cls_index",
  summary_use_proj: true,
  task_specific_params: { "text-generation": { do_sample: true, max_length: 50 } },
  vocab_size: 50257,
};

function sentenceWith(change: object): string {
  const result = parseGpt2Config(JSON.stringify({ ...published, ...change }), where);
  assert.ok(isProblem(result), "expected a problem");
  assert.match(result.message, /^models\/base\/config\.json: [^\n]*\.$/);
  return result.message;
}

describe("config.json of a model", () => {
  it("gpt2ConfigJson() and parseGpt2Config() give the same shape and head", () => {
    for (const tiedHead of [true, false])
      for (const head of ["output", "linear", "mlp"] satisfies ModelHead[]) {
        const text = gpt2ConfigJson({ ...shape, tiedHead }, head, 511);
        assert.deepEqual(parseGpt2Config(text, where), { shape: { ...shape, tiedHead }, head });
      }
  });
  it("gpt2ConfigJson() writes transformers' keys", () => {
    const config = JSON.parse(gpt2ConfigJson(shape, "output", 511)) as Record<string, unknown>;
    assert.deepEqual(config, {
      architectures: ["GPT2LMHeadModel"],
      model_type: "gpt2",
      n_layer: 4,
      n_embd: 128,
      n_head: 4,
      n_positions: 64,
      vocab_size: 512,
      tie_word_embeddings: true,
      activation_function: "gelu_new",
      layer_norm_epsilon: 1e-5,
      bos_token_id: 511,
      eos_token_id: 511,
      torch_dtype: "float32",
    });
    assert.match(gpt2ConfigJson(shape, "mlp", null), /"eos_token_id": null,[^]*"rlhf_head": "mlp"/);
  });
  it("parseGpt2Config() reads the published config of GPT-2", () => {
    assert.deepEqual(parseGpt2Config(JSON.stringify(published), where), {
      shape: { layers: 12, width: 768, heads: 12, context: 1024, vocabulary: 50257, tiedHead: true },
      head: "output",
    });
  });
  it("parseGpt2Config() names the key that it cannot follow", () => {
    assert.match(sentenceWith({ model_type: "llama" }), /"model_type" must be one of gpt2, but is "llama"/);
    assert.match(sentenceWith({ model_type: undefined }), /"model_type" must be .* but is missing/);
    assert.match(
      sentenceWith({ activation_function: "relu" }),
      /"activation_function" must be "gelu_new" \/ .* but is "relu"/,
    );
    assert.match(
      sentenceWith({ layer_norm_epsilon: 1e-6 }),
      /"layer_norm_epsilon" must be 0\.00001, .* but is 0\.000001/,
    );
    assert.match(sentenceWith({ scale_attn_weights: false }), /"scale_attn_weights" must be true/);
    assert.match(
      sentenceWith({ scale_attn_by_inverse_layer_idx: true }),
      /"scale_attn_by_inverse_layer_idx" must be false/,
    );
    assert.match(
      sentenceWith({ n_inner: 512 }),
      /"n_inner" must be absent or four times "n_embd" \(3072\), but is 512/,
    );
    assert.match(sentenceWith({ n_head: 7 }), /"n_embd" \(768\) must be a multiple of "n_head" \(7\)/);
    assert.match(sentenceWith({ n_layer: 0 }), /"n_layer" must be a whole number from 1 to 1000, but is 0/);
    assert.match(sentenceWith({ n_layer: 1e12 }), /"n_layer" must be/);
    assert.match(sentenceWith({ n_embd: "768" }), /"n_embd" must be .* but is "768"/);
    assert.match(
      sentenceWith({ tie_word_embeddings: 1 }),
      /"tie_word_embeddings" must be true or false, but is 1/,
    );
    assert.match(
      sentenceWith({ rlhf_head: "square" }),
      /"rlhf_head" must be one of output, linear, mlp, but is "square"/,
    );
    for (const text of ["", "[]", "{", "null"]) assert.ok(isProblem(parseGpt2Config(text, where)));
  });
  it("parseGpt2Config() takes what says the same in other words", () => {
    const same = { n_inner: null, activation_function: "gelu_pytorch_tanh", scale_attn_weights: true };
    assert.ok(!isProblem(parseGpt2Config(JSON.stringify({ ...published, ...same, n_inner: 3072 }), where)));
    assert.ok(!isProblem(parseGpt2Config(JSON.stringify({ ...published, ...same }), where)));
  });
});
