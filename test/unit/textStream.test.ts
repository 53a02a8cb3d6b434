import assert from "node:assert/strict";
import fc from "fast-check";
import { createTextStream } from "../../extension/tokenizer/textStream";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";

const tokenizer = trainTokenizer(["the cat sat . 고양이가 앉았다 . 고양이"], 270);
const ofByte = new Map(
  tokenizer.vocabulary.tokens.map((bytes, id) => [bytes.length === 1 ? bytes[0] : -1, id]),
);
/** One token a byte: every character beyond ASCII is split. */
const byteTokens = (text: string): number[] =>
  [...new TextEncoder().encode(text)].map((byte) => ofByte.get(byte) as number);

describe("text stream", () => {
  it("holds the bytes of a character back until it is whole", () => {
    const stream = createTextStream(tokenizer);
    const pieces = byteTokens("a한😀").map((token) => stream.push(token));
    assert.deepEqual(pieces, ["a", "", "", "한", "", "", "", "😀"]);
    assert.equal(stream.end(), "");
  });

  it("a character that never becomes whole is one U+FFFD at the end, and the end token is no text", () => {
    const stream = createTextStream(tokenizer);
    const pieces = byteTokens("한")
      .slice(0, 2)
      .map((token) => stream.push(token));
    assert.deepEqual([...pieces, stream.push(tokenizer.endToken), stream.end()], ["", "", "", "\ufffd"]);
  });

  it("all pieces together are what decode gives, for any tokens", () => {
    const tokens = fc.array(fc.nat(tokenizer.vocabularySize - 1), { maxLength: 30 });
    fc.assert(
      fc.property(tokens, (ids) => {
        const stream = createTextStream(tokenizer);
        const pieces = [...ids.map((id) => stream.push(id)), stream.end()];
        assert.equal(pieces.join(""), tokenizer.decode(ids));
      }),
      { numRuns: 500, seed: 20220304 },
    );
  });

  it("an id that is no token is an error, as in decode", () => {
    assert.throws(() => createTextStream(tokenizer).push(100_000), RangeError);
  });
});
