import assert from "node:assert/strict";
import { bytesInAlphabetOrder, readBytes, writeBytes } from "../../extension/tokenizer/byteAlphabet";
import { splitWords } from "../../extension/tokenizer/splitWords";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";
import type { Tokenizer } from "../../extension/tokenizer/tokenizer";

/** What the tokenizer learned, in the order it learned it. */
const learned = (tokenizer: Tokenizer): string[] =>
  tokenizer.vocabulary.merges.map(
    ({ left, right }) => `${tokenizer.textOf(left)}+${tokenizer.textOf(right)}`,
  );

describe("tokenizer", () => {
  it("writeBytes() writes bytes as GPT-2 does and readBytes() reads them back", () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    assert.equal(writeBytes(new TextEncoder().encode("a b\n\té")), "aĠbĊĉÃ©");
    assert.equal(writeBytes(Uint8Array.of(0, 127, 128, 160, 173, 255)), "ĀġĢłŃÿ");
    assert.deepEqual(readBytes(writeBytes(all)), all);
    assert.equal(readBytes("a b"), null);
    // In GPT-2's vocabulary "!" is 0, "~" 93, byte 255 is 187, byte 0 is 188, a space 220, byte 173 is 255.
    assert.deepEqual(
      [33, 126, 255, 0, 32, 173].map((byte) => bytesInAlphabetOrder.indexOf(byte)),
      [0, 93, 187, 188, 220, 255],
    );
  });
  it("splitWords() keeps contractions, one leading space, and the last of many spaces for the next word", () => {
    assert.deepEqual(splitWords("I'll go  home"), ["I", "'ll", " go", " ", " home"]);
    assert.deepEqual(splitWords("It'S 12am!?\n\n  end \n"), [
      ...["It", "'", "S", " 12", "am", "!?", "\n\n ", " end", " \n"],
    ]);
    assert.deepEqual(splitWords("한국어 문장"), ["한국어", " 문장"]);
    assert.deepEqual(splitWords(""), []);
  });
  it("splitWords() takes white space as Python's and Rust's tokenizers do, not as JavaScript", () => {
    // Source: pre_tokenize_str of Hugging Face's tokenizers 0.23.3.
    const parts = (sign: string): readonly string[] => splitWords(`a${sign}${sign}b!${sign}${sign}!`);
    for (const sign of ["\x85", "\u2028", "\u00a0", "\u3000"])
      assert.deepEqual(parts(sign), ["a", sign, sign, "b", "!", sign, sign, "!"]);
    for (const sign of ["\ufeff", "\x1c", "\u200b", "\u180e"])
      assert.deepEqual(parts(sign), ["a", sign + sign, "b", `!${sign}${sign}!`]);
  });
  it("trainTokenizer() learns the pairs of the textbook example", () => {
    // Wikipedia, "Byte pair encoding": aaabdaaabac -> ZabdZabac (Z = aa) -> ZYdZYac (Y = ab) -> XdXac (X = ZY).
    const tokenizer = trainTokenizer(["aaabdaaabac"], 260);
    assert.deepEqual(learned(tokenizer), ["a+a", "a+b", "aa+ab"]);
    assert.deepEqual(tokenizer.encode("aaabdaaabac").map(tokenizer.textOf), ["aaab", "d", "aaab", "a", "c"]);
    assert.deepEqual([tokenizer.vocabularySize, tokenizer.endToken], [260, 259]);
  });
  it("trainTokenizer() learns the pairs of the paper's words", () => {
    // Sennrich et al. 2016, algorithm 1's words without their end sign, by hand. Pairs of 9: e+s, s+t; then es+t; pairs of 7: l+o, o+w;
    // then lo+w; pairs of 6: e+w, n+e, w+est; then n+ew and ew+est, of which "n", a byte, has the smaller id.
    const words = ["low ".repeat(5), "lower ".repeat(2), "newest ".repeat(6), "widest ".repeat(3)];
    const tokenizer = trainTokenizer(
      words.flatMap((text) => text.trim().split(" ")),
      263,
    );
    assert.deepEqual(learned(tokenizer), ["e+s", "es+t", "l+o", "lo+w", "e+w", "n+ew"]);
  });
  it("trainTokenizer() takes the smaller ids of equally frequent pairs, whatever the order of the texts", () => {
    const texts = ["cd", "ab", "cb", "ad"];
    const expected = ["a+b", "a+d", "c+b", "c+d"];
    assert.deepEqual(learned(trainTokenizer(texts, 261)), expected);
    assert.deepEqual(learned(trainTokenizer(texts.reverse(), 261)), expected);
  });
  it("trainTokenizer() counts words, not texts, and never merges across words", () => {
    const tokenizer = trainTokenizer(["to be", "to do", "so be it"], 300);
    assert.ok(tokenizer.vocabularySize < 300, "the texts have few pairs");
    assert.deepEqual(tokenizer.encode("to be").map(tokenizer.textOf), ["to", " be"]);
    for (const merge of tokenizer.vocabulary.merges)
      assert.match(tokenizer.textOf(merge.token), /^ ?[a-z]+$/);
  });
  it("trainTokenizer() refuses a vocabulary without room for bytes and end", () => {
    assert.equal(trainTokenizer(["aa"], 257).vocabularySize, 257);
    for (const size of [256, 0, 300.5, NaN]) assert.throws(() => trainTokenizer(["aa"], size), RangeError);
  });
  it("encode() takes <|endoftext|> as letters, decode() the end token as nothing", () => {
    const tokenizer = trainTokenizer(["<|endoftext|> ".repeat(50)], 280);
    const ids = tokenizer.encode("<|endoftext|>");
    assert.ok(!ids.includes(tokenizer.endToken));
    assert.equal(tokenizer.decode(ids), "<|endoftext|>");
    assert.equal(tokenizer.decode([tokenizer.endToken, ...ids, tokenizer.endToken]), "<|endoftext|>");
    assert.equal(tokenizer.textOf(tokenizer.endToken), "<|endoftext|>");
  });
  it("decode() puts bytes of several tokens together and gives U+FFFD for bytes that are no UTF-8", () => {
    const tokenizer = trainTokenizer([], 257);
    const ids = tokenizer.encode("é\ufeff");
    assert.equal(ids.length, 5);
    assert.equal(tokenizer.decode(ids), "é\ufeff");
    assert.equal(tokenizer.decode(ids.slice(1)), "\ufffd\ufeff");
    assert.equal(tokenizer.decode(ids.slice(2)), "\ufeff");
    assert.equal(tokenizer.textOf(ids[0]), "\ufffd");
    for (const wrong of [257, -1, 0.5, NaN]) {
      assert.throws(() => tokenizer.decode([wrong]), /a token is a whole number from 0 to 256, not/);
      assert.throws(() => tokenizer.textOf(wrong), RangeError);
    }
  });
  it("encode() and trainTokenizer() need no spaces to be fast", () => {
    // A word of 200,000 letters: quadratic work would take minutes.
    const text = Array.from({ length: 200_000 }, (_, i) => String.fromCharCode(97 + ((i * i) % 23))).join("");
    const tokenizer = trainTokenizer([text], 1000);
    assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  }).timeout(5_000);
  it("trainTokenizer() learns what Hugging Face's trainer learns", () => {
    // Source: BpeTrainer of tokenizers 0.23.3 with the byte alphabet, vocabulary 274 without the end token.
    const text =
      "She sells sea shells by the sea shore; the shells that she sells are sea shells, she's sure.";
    const expected =
      "_+s h+e l+l _s+e _s+he ll+s r+e _+t _se+a _she+lls _se+lls _t+he '+s S+he a+t a+re b+y h+o";
    const found = learned(trainTokenizer([text], 275)).map((pair) => pair.replaceAll(" ", "_"));
    assert.equal(found.join(" "), expected);
  });
});
