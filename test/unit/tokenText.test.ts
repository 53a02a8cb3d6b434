import assert from "node:assert/strict";
import { tokenText } from "../../extension/tokenizer/tokenText";

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

describe("a token by itself", () => {
  const vocabulary = {
    tokens: [bytes(0x61), bytes(0xf0, 0x9f), bytes(...Buffer.from(" 한")), bytes(), bytes(0xef, 0xbb, 0xbf)],
    special: new Map([[3, "<|endoftext|>"]]),
    merges: [],
    endToken: 3,
  };

  it("is text, bytes that are none, a special token, or unknown; it never throws", () => {
    assert.deepEqual(tokenText(vocabulary, 0), { text: "a", kind: "text" });
    assert.deepEqual(tokenText(vocabulary, 1), { text: "F0 9F", kind: "bytes" });
    assert.deepEqual(tokenText(vocabulary, 2), { text: " 한", kind: "text" });
    assert.deepEqual(tokenText(vocabulary, 3), { text: "<|endoftext|>", kind: "special" });
    assert.deepEqual(tokenText(vocabulary, 4), { text: "\ufeff", kind: "text" });
    for (const id of [5, -1, NaN, 1e300])
      assert.deepEqual(tokenText(vocabulary, id), { text: `#${id}`, kind: "unknown" });
  });
});
