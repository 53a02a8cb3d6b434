import assert from "node:assert/strict";
import { Problem, isProblem } from "../../extension/protocol/problem";
import { parseTokenizerJson, tokenizerJson } from "../../extension/tokenizer/tokenizerJson";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";
import type { Tokenizer } from "../../extension/tokenizer/tokenizer";

const trained = trainTokenizer(["the cat sat on the mat, the cat"], 265);
const good = tokenizerJson(trained);

type Json = { [key: string]: Json } & { vocab: Record<string, unknown>; merges: unknown[] } & unknown[];

/** The sentence about the good file after a change to it. */
function sentenceAfter(change: (file: Json) => void): string {
  const file = JSON.parse(good) as Json;
  change(file);
  return sentenceOf(JSON.stringify(file));
}

function sentenceOf(text: string): string {
  const result = parseTokenizerJson(text, "models/base/tokenizer.json");
  assert.ok(isProblem(result), "expected a problem");
  assert.match(result.message, /^models\/base\/tokenizer\.json[: ].*\.$/s);
  return result.message;
}

function parsed(text: string): Tokenizer {
  const result = parseTokenizerJson(text, "tokenizer.json");
  assert.ok(!(result instanceof Problem), result instanceof Problem ? result.message : "");
  return result;
}

describe("tokenizer.json", () => {
  it("tokenizerJson() writes Hugging Face's form", () => {
    const file = JSON.parse(good) as Json;
    assert.deepEqual(file.pre_tokenizer, {
      type: "ByteLevel",
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    });
    assert.equal(file.decoder.type, "ByteLevel");
    assert.equal(file.model.vocab["<|endoftext|>"], 264);
    assert.deepEqual(file.model.merges[0], ["a", "t"]);
    const [added] = file.added_tokens as unknown[] as Json[];
    assert.deepEqual([added.id, added.content, added.special], [264, "<|endoftext|>", true]);
  });
  it("parseTokenizerJson() reads merges as pairs and as texts", () => {
    const file = JSON.parse(good) as Json;
    file.model.merges = file.model.merges.map((pair) => (pair as string[]).join(" "));
    const text = "the cat on the mat";
    assert.deepEqual(parsed(JSON.stringify(file)).encode(text), trained.encode(text));
    assert.deepEqual(parsed(good).encode(text), trained.encode(text));
  });
  it("parseTokenizerJson() takes the template of the text alone that transformers writes", () => {
    const file = JSON.parse(good) as Json;
    const single = [{ Sequence: { id: "A", type_id: 0 } }];
    Object.assign(file, { post_processor: { type: "TemplateProcessing", single, special_tokens: {} } });
    assert.deepEqual(parsed(JSON.stringify(file)).vocabulary, trained.vocabulary);
  });
  it("parseTokenizerJson() keeps a token called __proto__", () => {
    const tokenizer = trainTokenizer(["__proto__ ".repeat(20)], 300);
    const again = parsed(tokenizerJson(tokenizer));
    assert.deepEqual(again.vocabulary, tokenizer.vocabulary);
    assert.ok(again.encode("____").length < 4);
  });
  it("parseTokenizerJson() reads added tokens: special ones decode to nothing, others to their text", () => {
    const file = JSON.parse(good) as Json;
    const more = [
      { id: 265, content: "[PAD]", special: true },
      { id: 266, content: "日本", special: false },
    ];
    (file.added_tokens as unknown[]).push(...more);
    const tokenizer = parsed(JSON.stringify(file));
    assert.equal(tokenizer.vocabularySize, 267);
    assert.equal(tokenizer.decode([265, 266, 264]), "日本");
    assert.equal(tokenizer.textOf(265), "[PAD]");
    assert.deepEqual(tokenizer.encode("[PAD]日本"), trained.encode("[PAD]日本"));
  });
  it("parseTokenizerJson() names what is wrong in one sentence", () => {
    assert.match(sentenceOf(good.slice(0, 200)), /is not valid JSON/);
    assert.match(sentenceOf("[]"), /must be an object/);
    assert.match(
      sentenceAfter((file) => delete (file as Partial<Json>).model),
      /"model" must be an object, but is missing/,
    );
    const cases: [(file: Json) => void, RegExp][] = [
      [
        (file) => Object.assign(file.model, { type: "Unigram" }),
        /"model\.type" must be one of BPE, but is "Unigram"/,
      ],
      [(file) => Object.assign(file, { normalizer: { type: "NFC" } }), /"normalizer" must be absent/],
      [
        (file) => Object.assign(file.pre_tokenizer, { add_prefix_space: true }),
        /"pre_tokenizer\.add_prefix_space" must be false/,
      ],
      [
        (file) => Object.assign(file.pre_tokenizer, { type: "Whitespace" }),
        /"pre_tokenizer\.type" must be one of ByteLevel/,
      ],
      [(file) => Object.assign(file, { decoder: null }), /"decoder" must be an object/],
      [
        (file) =>
          Object.assign(file, {
            post_processor: { type: "TemplateProcessing", special_tokens: { "[CLS]": {} } },
          }),
        /"post_processor" must be one that adds no tokens to a text/,
      ],
      [(file) => Object.assign(file.model, { byte_fallback: true }), /"model\.byte_fallback" must be false/],
      [
        (file) => Object.assign(file.model, { end_of_word_suffix: "</w>" }),
        /"model\.end_of_word_suffix" must be absent/,
      ],
      [
        (file) => Object.assign(file.model.vocab, { a: -1 }),
        /"model\.vocab\.a" must be a whole number of at least 0, but is -1/,
      ],
      [(file) => Object.assign(file.model.vocab, { a: 65 }), /the tokens "a" and "b" have the same id 65/],
      [
        (file) => Object.assign(file.model.vocab, { at: 999 }),
        /the id 999 of "at" leaves a gap: 265 tokens have the ids 0 to 264/,
      ],
      [(file) => delete file.model.vocab.at, /leaves a gap: 264 tokens/],
      [
        (file) => Object.assign(file.model.vocab, { 한: 265 }),
        /the token "한" is not written in GPT-2's byte alphabet/,
      ],
      [(file) => Object.assign(file.model.vocab, { "": 265 }), /the token "" is not written/],
      [(file) => file.model.merges.push("a b c"), /"model\.merges\[8\]" must be two tokens, but is "a b c"/],
      [(file) => file.model.merges.push(["a", 1]), /must be two tokens, but is a list/],
      [
        (file) => file.model.merges.push("z z"),
        /merge 9, of "z" and "z", needs a token that is not in "vocab"/,
      ],
      [(file) => file.model.merges.push(["a", "t"]), /merge 9, of "a" and "t", stands there twice/],
      [
        (file) => Object.assign(file.model.vocab, { "<|endoftext|>": 7 }),
        /the token "<\|endoftext\|>" has the id 7 in "vocab" and 264/,
      ],
    ];
    for (const [change, expected] of cases) assert.match(sentenceAfter(change), expected);
  });
  it("parseTokenizerJson() refuses a file without the end token or without a byte", () => {
    const noEnd = sentenceAfter((file) => {
      Object.assign(file, { added_tokens: [] });
      delete file.model.vocab["<|endoftext|>"];
    });
    assert.match(
      noEnd,
      /there is no token "<\|endoftext\|>", which ends a response; add it to "added_tokens"/,
    );
    const noByte = sentenceAfter((file) => {
      file.model.vocab["zz"] = file.model.vocab["z"];
      delete file.model.vocab["z"];
    });
    assert.match(noByte, /there is no token for the byte 122/);
  });
});
