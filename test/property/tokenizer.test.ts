import assert from "node:assert/strict";
import fc from "fast-check";
import { isProblem } from "../../extension/protocol/problem";
import { splitWords } from "../../extension/tokenizer/splitWords";
import { parseTokenizerJson, tokenizerJson } from "../../extension/tokenizer/tokenizerJson";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";

/** Any sequence of UTF-16 units, halves of surrogate pairs among them. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.nat(0xffff), { maxLength: 30 }).map((units) => String.fromCharCode(...units)),
  fc.string({
    unit: fc.constantFrom("a", "b", " ", "\n", "'", "s", "1", "é", "한", "😀", "\x85"),
    maxLength: 60,
  }),
);

/** Text as UTF-8 can hold it: a half of a surrogate pair becomes U+FFFD. */
const asUtf8 = (text: string): string => Buffer.from(text).toString();

const letters = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c", "d"), maxLength: 12 }), {
  maxLength: 20,
});

describe("tokenizer properties", () => {
  it("decode(encode(text)) is the text, for any string", () => {
    const tokenizer = trainTokenizer(["an apple a day, abba's ab 11 😀😀 한국 한국\n\n  aa"], 300);
    fc.assert(
      fc.property(anyText, (text) => {
        assert.equal(tokenizer.decode(tokenizer.encode(text)), asUtf8(text));
      }),
      { numRuns: 1000 },
    );
  });
  it("splitWords() loses nothing, for any string", () => {
    fc.assert(
      fc.property(anyText, (text) => assert.equal(splitWords(text).join(""), text)),
      { numRuns: 1000 },
    );
  });
  it("tokenizerJson() and parseTokenizerJson() give the same tokenizer, whatever it was trained on", () => {
    fc.assert(
      fc.property(letters, fc.integer({ min: 257, max: 300 }), (texts, size) => {
        const tokenizer = trainTokenizer(texts, size);
        const parsed = parseTokenizerJson(tokenizerJson(tokenizer), "tokenizer.json");
        assert.ok(!isProblem(parsed));
        assert.deepEqual(parsed.vocabulary, tokenizer.vocabulary);
        for (const text of texts) assert.deepEqual(parsed.encode(text), tokenizer.encode(text));
      }),
    );
  });
  it("parseTokenizerJson() never throws, whatever was altered or cut", () => {
    const good = tokenizerJson(trainTokenizer(["the cat sat on the mat"], 260));
    const edit = fc.record({
      at: fc.nat(good.length - 1),
      cut: fc.nat(40),
      text: fc.string({ maxLength: 3 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce(
          (json, { at, cut, text: put }) => json.slice(0, at) + put + json.slice(at + cut),
          good,
        );
        const result = parseTokenizerJson(text, "tokenizer.json");
        if (isProblem(result)) refused++;
        else assert.equal(result.decode(result.encode("the cat")), "the cat");
      }),
      { numRuns: 500 },
    );
    assert.ok(refused > 300, `${refused} of 500 refused`);
  });
  it("trainTokenizer() merges most frequent pairs as a slow recount does", () => {
    fc.assert(
      fc.property(letters, (texts) => {
        const { tokens, merges } = trainTokenizer(texts, 280).vocabulary;
        const idOf = new Map(tokens.map((bytes, id) => [Buffer.from(bytes).toString("latin1"), id]));
        let words = texts.map((text) => [...text].map((letter) => idOf.get(letter) ?? -1));
        for (const { left, right, token } of merges) {
          assert.deepEqual([left, right], mostFrequent(words));
          words = words.map((word) => mergedInOrder(word, left, right, token));
        }
        if (tokens.length < 280) assert.equal(mostFrequent(words), null);
      }),
    );
  });
});

/** The most frequent adjacent pair, counted afresh; the smallest ids of equals. */
function mostFrequent(words: readonly (readonly number[])[]): [number, number] | null {
  const counts = new Map<string, number>();
  for (const word of words)
    for (let i = 0; i + 1 < word.length; i++) {
      const key = `${word[i]} ${word[i + 1]}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  const pairs = [...counts].map(([key, count]) => [count, ...key.split(" ").map(Number)]);
  pairs.sort((a, b) => b[0] - a[0] || a[1] - b[1] || a[2] - b[2]);
  return pairs.length === 0 ? null : [pairs[0][1], pairs[0][2]];
}

function mergedInOrder(word: readonly number[], left: number, right: number, token: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < word.length; i++) {
    const isPair = word[i] === left && word[i + 1] === right;
    result.push(isPair ? token : word[i]);
    if (isPair) i++;
  }
  return result;
}
