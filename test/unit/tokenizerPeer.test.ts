import assert from "node:assert/strict";
import { isProblem } from "../../extension/protocol/problem";
import { parseTokenizerJson, tokenizerJson } from "../../extension/tokenizer/tokenizerJson";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";
import type { Tokenizer } from "../../extension/tokenizer/tokenizer";
import { gpt2TokenizerJson, peerEncoder } from "../support/peerTokenizer";
import { sharedText } from "../support/sharedData";

/** Texts that nobody learned from: other alphabets, emoji with joiners, control characters, odd spaces, code. */
const oddTexts = [
  "세상에는 아름다운 것들이 많이 있습니다. 그중 하나는 '웃음'이에요!",
  "日本語のテキスト、漢字とかな。 Ελληνικά, русский текст — עברית العربية हिन्दी ไทย",
  "👩‍👩‍👧‍👦 🇰🇷🇪🇺 😀😀 👍🏽 e\u0301 ﬁ ½ ² Ⅷ ٣ 1234567",
  Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join("") + "\x7f\x80\x84\x9f\xa0\u00ad",
  " \t\n  \r\n\r\n   x  \u2003\u3000y\u200b\u2028z   ",
  "I'm you're WE'RE it's don't they'd 'tis ''quoted'' “I’ll”",
  "for (let i = 0; i < n; i++) { a[i] += __proto__ ** 2; } // ==> $x->{y}\n\tpass",
  "",
];

/** Compares ids piece by piece, since the peer is slow on long texts. */
function assertSameIds(tokenizer: Tokenizer, json: string, texts: readonly string[]): void {
  const peer = peerEncoder(json);
  for (const text of texts)
    for (let start = 0; start === 0 || start < text.length; start += 20_000) {
      const piece = text.slice(start, start + 20_000);
      assert.deepEqual(tokenizer.encode(piece), peer(piece));
      assert.equal(tokenizer.decode(tokenizer.encode(piece)), Buffer.from(piece).toString());
    }
}

function parsed(json: string): Tokenizer {
  const result = parseTokenizerJson(json, "tokenizer.json");
  assert.ok(!isProblem(result), isProblem(result) ? result.message : "");
  return result;
}

describe("tokenizer beside @huggingface/tokenizers", () => {
  it("ids of a tokenizer trained on stories are the peer's, on stories and on what it never saw", function () {
    const stories = sharedText(this, "tinystories-lower/tinystories.txt");
    const tokenizer = trainTokenizer([stories.slice(0, 2_000_000)], 512);
    assert.equal(tokenizer.vocabularySize, 512);
    const shakespeare = sharedText(this, "tinyshakespeare/input.txt");
    const texts = [stories.slice(-100_000), shakespeare.slice(0, 100_000), ...oddTexts];
    assertSameIds(tokenizer, tokenizerJson(tokenizer), texts);
  });
  it("ids of a tokenizer of 4,096 tokens trained on dialogues are the peer's", function () {
    const dialogues = sharedText(this, "hh-rlhf/harmless-base.test.jsonl.gz")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { chosen: string }).chosen);
    const tokenizer = trainTokenizer(dialogues, 4096);
    assert.equal(tokenizer.vocabularySize, 4096);
    const texts = [
      dialogues.slice(0, 150).join("\n"),
      sharedText(this, "stories260K/STORY.txt"),
      ...oddTexts,
    ];
    assertSameIds(tokenizer, tokenizerJson(tokenizer), texts);
  });
  it("ids of GPT-2's own vocabulary are the peer's and the published ones", function () {
    const json = gpt2TokenizerJson();
    const tokenizer = parsed(json);
    assert.deepEqual([tokenizer.vocabularySize, tokenizer.endToken], [50257, 50256]);
    // Source: tiktoken's tests of the encoding gpt2.
    assert.deepEqual(tokenizer.encode("hello world"), [31373, 995]);
    assert.deepEqual(tokenizer.encode("<|endoftext|>"), [27, 91, 437, 1659, 5239, 91, 29]);
    const shakespeare = sharedText(this, "tinyshakespeare/input.txt").slice(0, 200_000);
    const dialogues = sharedText(this, "hh-rlhf/harmless-base.test.jsonl.gz").slice(0, 200_000);
    assertSameIds(tokenizer, json, [shakespeare, dialogues, ...oddTexts]);
    // Written anew it is the same tokenizer.
    const again = parsed(tokenizerJson(tokenizer));
    assert.deepEqual(again.encode(shakespeare), tokenizer.encode(shakespeare));
  });
});
