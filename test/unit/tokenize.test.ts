import assert from "node:assert/strict";
import type { Comparison } from "../../extension/data/records";
import {
  comparisonSequences,
  demonstrationSequences,
  fewShotTokens,
  packDocuments,
  promptTokens,
  tokenPrompts,
} from "../../extension/data/tokenize";

/** One token a letter: a is 1, b is 2, others are 30; end-of-text is 0. */
const tokenizer = {
  endToken: 0,
  encode: (text: string): number[] =>
    [...text].map((letter) => (/[a-z]/.test(letter) ? letter.charCodeAt(0) - 96 : 30)),
};
const limits = { promptBefore: "z", promptAfter: ":", maxPromptTokens: 5, context: 8 };

describe("tokenize", () => {
  it("promptTokens() puts the template around the prompt", () => {
    assert.deepEqual(promptTokens("ab", tokenizer, limits), [26, 1, 2, 30]);
  });

  it("tokenPrompts() leaves out prompts that are too long, and says why", () => {
    const { prompts, leftOut } = tokenPrompts(
      [
        { id: "p1", text: "ab" },
        { id: "p2", text: "abcd" },
      ],
      tokenizer,
      limits,
    );
    assert.deepEqual(prompts, [{ id: "p1", text: "ab", tokens: [26, 1, 2, 30] }]);
    assert.deepEqual(leftOut, [
      { id: "p2", reason: "has a prompt of 6 tokens, more than data.maxPromptTokens, 5" },
    ]);
    const bare = { promptBefore: "", promptAfter: "", maxPromptTokens: 9, context: 3 };
    assert.deepEqual(
      tokenPrompts(
        [
          { id: "p3", text: "" },
          { id: "p4", text: "abc" },
          { id: "p5", text: "ab" },
        ],
        tokenizer,
        bare,
      ).leftOut,
      [
        { id: "p3", reason: "has an empty prompt" },
        {
          id: "p4",
          reason: "has a prompt of 3 tokens, which leaves no room for a response in a context of 3",
        },
      ],
    );
  });

  it("demonstrationSequences() ends each response with end-of-text and fills the context to its last token", () => {
    const { sequences, leftOut } = demonstrationSequences(
      [
        { id: "d1", prompt: "ab", response: "cde" },
        { id: "d2", prompt: "ab", response: "cdef" },
      ],
      tokenizer,
      limits,
    );
    assert.deepEqual(sequences, [{ prompt: [26, 1, 2, 30], response: [3, 4, 5, 0] }]);
    assert.deepEqual(leftOut, [
      { id: "d2", reason: "has 9 tokens with its response, more than the context of 8" },
    ]);
  });

  const comparison = (
    id: string,
    texts: readonly string[],
    tiers: readonly (readonly number[])[],
  ): Comparison => ({
    id,
    prompt: "a",
    axis: "overall",
    responses: texts.map((text, i) => ({ id: `r${i}`, text })),
    tiers,
  });

  it("comparisonSequences() gives K sequences and all pairs as indices into them", () => {
    const records = [comparison("c1", ["b", "c", "", "d"], [[2], [0, 3], [1]])];
    const { rankings, leftOut } = comparisonSequences(records, tokenizer, { ...limits, ties: "drop" });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(
      rankings[0].sequences.map(({ response }) => response),
      [[2, 0], [3, 0], [0], [4, 0]],
    );
    assert.deepEqual(
      rankings[0].pairs.map(({ winner, loser, target }) => [winner, loser, target]),
      [
        [2, 0, 1],
        [2, 3, 1],
        [2, 1, 1],
        [0, 1, 1],
        [3, 1, 1],
      ],
    );
    const soft = comparisonSequences(records, tokenizer, { ...limits, ties: "soft" }).rankings[0].pairs;
    assert.deepEqual(
      soft.filter(({ target }) => target === 0.5),
      [{ winner: 0, loser: 3, target: 0.5 }],
    );
    assert.equal(soft.length, 6);
  });

  it("comparisonSequences() leaves out a comparison that is one tie, or of which one response is too long", () => {
    const records = [
      comparison("c1", ["b", "c"], [[0, 1]]),
      comparison("c2", ["b", "cdefg", "d"], [[0], [1], [2]]),
    ];
    const { rankings, leftOut } = comparisonSequences(records, tokenizer, { ...limits, ties: "drop" });
    assert.deepEqual(rankings, []);
    assert.deepEqual(leftOut, [
      { id: "c1", reason: "ties all its responses" },
      { id: "c2", reason: "has 9 tokens with its response, more than the context of 8" },
    ]);
    assert.equal(comparisonSequences(records, tokenizer, { ...limits, ties: "soft" }).rankings.length, 1);
  });

  it("packDocuments() joins documents by end-of-text and drops only the last partial sequence", () => {
    assert.deepEqual(packDocuments(["abcd", "e", "fghij"], tokenizer, 4), [
      { prompt: [1], response: [2, 3, 4] },
      { prompt: [0], response: [5, 0, 6] },
      { prompt: [7], response: [8, 9, 10] },
    ]);
    assert.deepEqual(packDocuments(["ab"], tokenizer, 4), []);
    assert.deepEqual(packDocuments(["abc"], tokenizer, 4), [{ prompt: [1], response: [2, 3, 0] }]);
    assert.throws(() => packDocuments(["ab"], tokenizer, 1), RangeError);
  });

  it("fewShotTokens() puts as many demonstrations before a prompt as the context holds", () => {
    const examples = [
      { id: "d1", prompt: "a", response: "b" },
      { id: "d2", prompt: "c", response: "d" },
    ];
    const prompt = promptTokens("e", tokenizer, limits);
    const second = [26, 3, 30, 4, 30];
    const tokens = (context: number): number[] =>
      fewShotTokens(examples, prompt, tokenizer, { ...limits, context });
    assert.deepEqual(tokens(13), [26, 1, 30, 2, 30, ...second, 26, 5, 30]);
    assert.deepEqual(tokens(12), [...second, 26, 5, 30]);
    assert.deepEqual(tokens(7), [26, 5, 30]);
  });
});
