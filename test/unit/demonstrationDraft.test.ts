import assert from "node:assert/strict";
import fc from "fast-check";
import {
  demonstrationsOf,
  draftAbout,
  draftFault,
  emptyDraft,
  fewShotExamples,
  revisedDemonstration,
} from "../../extension/data/demonstrationDraft";
import { lengthCounter } from "../../extension/data/demonstrationLength";
import { parseRecords } from "../../extension/data/parseRecords";
import { toJsonLines } from "../../extension/data/records";
import { demonstrationSequences } from "../../extension/data/tokenize";
import { draftKinds, isUnwritten, paperUseCases } from "../../extension/protocol/demonstrationDraft";
import { tokenizerJson } from "../../extension/tokenizer/tokenizerJson";
import { trainTokenizer } from "../../extension/tokenizer/trainTokenizer";
import { useCaseShares } from "../../extension/world/prompts/ask";
import { answerExample, draftOf } from "../support/demonstrationStates";
import { good } from "../support/fakeRuns";

const by = { author: "mina", now: "2026-01-02T03:04:05.000Z" };

describe("a draft of a demonstration", () => {
  it("K pairs of one instruction become K examples, each with the K − 1 others before it", () => {
    const pairs = [
      { query: "hot", response: "cold" },
      { query: "big", response: "small" },
      { query: "up", response: "down" },
    ];
    assert.deepEqual(fewShotExamples("Opposite.", pairs), [
      { prompt: "Opposite.\n\nbig\nsmall\n\nup\ndown\n\nhot", response: "cold" },
      { prompt: "Opposite.\n\nup\ndown\n\nhot\ncold\n\nbig", response: "small" },
      { prompt: "Opposite.\n\nhot\ncold\n\nbig\nsmall\n\nup", response: "down" },
    ]);
  });

  it("for any pairs, no example holds its own response, and each holds all others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), (count) => {
        const pairs = Array.from({ length: count }, (_, i) => ({ query: `<q${i}>`, response: `<r${i}>` }));
        fewShotExamples("I", pairs).forEach(({ prompt, response }, i) => {
          assert.equal(response, `<r${i}>`);
          pairs.forEach((pair, j) => {
            assert.equal(prompt.includes(pair.response), i !== j);
            assert.equal(prompt.split(pair.query).length, 2);
          });
          assert.ok(prompt.startsWith("I\n\n") && prompt.endsWith(`\n\n<q${i}>`));
        });
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it("a few-shot draft gives records of one user, whom no split parts; pairs that are empty give none", () => {
    const pairs = [
      { query: " hot ", response: "cold\n" },
      { query: "", response: " " },
      { query: "big", response: "small" },
    ];
    const draft = draftOf({
      id: "d",
      kind: "few-shot",
      prompt: " Opposite. ",
      pairs,
      activeMs: 70,
      useCase: "chat",
    });
    const records = demonstrationsOf(draft, by);
    const meta = { kind: "few-shot", createdAt: by.now, activeMs: 70, examples: 2 };
    assert.deepEqual(records, [
      {
        id: "d/1",
        prompt: "Opposite.\n\nbig\nsmall\n\nhot",
        response: "cold",
        user: "d",
        author: "mina",
        meta: { ...meta, example: 1 },
      },
      {
        id: "d/2",
        prompt: "Opposite.\n\nhot\ncold\n\nbig",
        response: "small",
        user: "d",
        author: "mina",
        meta: { ...meta, example: 2 },
      },
    ]);
  });

  it("a given prompt stays as it is to the letter, with its id, its user and its use case", () => {
    const prompt = { id: "p7", text: " who ?\n", user: "u", useCase: "openQa" };
    const draft = { ...draftAbout(prompt, emptyDraft("plain", by.now, "ab12")), response: " the fox " };
    assert.equal(draft.id, "by-hand-20260102030405-ab12");
    assert.deepEqual(demonstrationsOf(draft, by), [
      {
        ...{ id: draft.id, prompt: " who ?\n", response: "the fox", user: "u", author: "mina" },
        meta: { useCase: "openQa", promptId: "p7", createdAt: by.now, activeMs: 0 },
      },
    ]);
  });

  it("an answer that a model began is in the record as the model gave it", () => {
    const draft = draftOf({ prompt: "p", response: "the fox", editedFrom: answerExample });
    assert.deepEqual(demonstrationsOf(draft, by)[0].meta?.editedFrom, answerExample);
  });

  it("what any draft becomes is read back by the parser unchanged, hostile texts too", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 }).map((each) => `${each}x`);
    const any = fc.record({
      kind: fc.constantFrom(...draftKinds),
      ...{ prompt: text, response: text, useCase: text },
      pairs: fc.array(fc.record({ query: text, response: text }), { minLength: 2, maxLength: 4 }),
    });
    fc.assert(
      fc.property(any, (fields) => {
        const draft = draftOf(fields);
        assert.equal(draftFault(draft), null);
        const records = demonstrationsOf(draft, by);
        const written = toJsonLines(records);
        assert.equal(written.split("\n").length, records.length + 1);
        assert.deepEqual(parseRecords("demonstrations", written, "f"), { records, problems: [] });
      }),
      { numRuns: 500, seed: 20220304 },
    );
  });

  it("says what is missing before it can be submitted", () => {
    const faultOf = (more: Parameters<typeof draftOf>[0]) => draftFault(draftOf(more));
    const both = { query: "q", response: "r" };
    assert.equal(faultOf({ prompt: " ", response: "r" }), "noPrompt");
    assert.equal(faultOf({ prompt: "p", response: "\n" }), "noResponse");
    assert.equal(faultOf({ kind: "user-based", prompt: "p", response: "r" }), "noUseCase");
    assert.equal(faultOf({ kind: "user-based", prompt: "p", response: "r", useCase: "chat" }), null);
    assert.equal(faultOf({ kind: "few-shot", prompt: "p", pairs: [both] }), "fewPairs");
    assert.equal(
      faultOf({ kind: "few-shot", prompt: "p", pairs: [both, { query: "q", response: "" }] }),
      "halfPair",
    );
    assert.equal(faultOf({ kind: "few-shot", prompt: "p", pairs: [both, both] }), null);
  });

  it("a draft is kept from the first letter of the labeler's own on", () => {
    assert.ok(isUnwritten(draftOf()));
    assert.ok(isUnwritten(draftOf({ kind: "given", prompt: "of the project" })));
    assert.ok(!isUnwritten(draftOf({ prompt: "x" })));
    assert.ok(!isUnwritten(draftOf({ kind: "given", response: "x" })));
    assert.ok(!isUnwritten(draftOf({ kind: "few-shot", pairs: [{ query: "x", response: "" }] })));
    const replaces = { line: 1, text: "{}" };
    assert.ok(isUnwritten(draftOf({ prompt: "p", response: "r", replaces })), "only looked at");
    assert.ok(!isUnwritten(draftOf({ prompt: "p", response: "r", replaces, revision: 1 })));
  });

  it("a revision keeps everything of the record but its texts, and white space that nobody touched", () => {
    const record = {
      id: "x",
      prompt: "p ",
      response: "old",
      user: "u",
      author: "first",
      meta: { flaws: ["a"] },
    };
    const draft = draftOf({ prompt: "p", response: " new ", activeMs: 5 });
    assert.deepEqual(revisedDemonstration(record, draft, by), {
      ...{ id: "x", prompt: "p ", response: "new", user: "u", author: "first" },
      meta: { flaws: ["a"], revised: { author: "mina", at: by.now, activeMs: 5 } },
    });
  });

  it("the use cases are the paper's ten, as the sample's prompts name them", () => {
    assert.deepEqual([...paperUseCases].sort(), Object.keys(useCaseShares).sort());
  });
});

describe("the length of a draft", () => {
  const tokenizer = trainTokenizer(["the cat sat on the mat . the dog sat on the log ."], 288);
  const limits = { promptBefore: "", promptAfter: "\n", maxPromptTokens: 12, context: 20 };
  const counter = good(lengthCounter(tokenizerJson(tokenizer), "tokenizer.json", limits));

  it("counts and faults are those for which training leaves a demonstration out", () => {
    const texts = ["the cat", "the dog sat", "the cat sat on the mat .", "xyzxyzxyzxyzxyz", "한국어 문장"];
    const faults = new Set<unknown>();
    for (const prompt of texts)
      for (const response of texts) {
        const length = counter([{ prompt, response }]);
        const { sequences, leftOut } = demonstrationSequences(
          [{ id: "a", prompt, response }],
          tokenizer,
          limits,
        );
        assert.equal(length.fault === null, leftOut.length === 0, `${prompt} → ${response}`);
        if (sequences.length > 0)
          assert.deepEqual(
            [length.prompt, length.response],
            [sequences[0].prompt.length, sequences[0].response.length],
          );
        faults.add(length.fault);
      }
    assert.deepEqual([...faults].sort(), [null, "noRoom", "promptTooLong"].sort());
  });

  it("of several examples the longest counts; without a tokenizer it is characters, and says so", () => {
    const examples = [
      { prompt: "the", response: "cat" },
      { prompt: "the cat sat", response: "cat" },
    ];
    assert.deepEqual(counter(examples), counter([examples[1]]));
    const plain = good(lengthCounter(null, "tokenizer.json", limits));
    const { unit, prompt, response, words, fault } = plain([{ prompt: "👍🏽a", response: "안녕 b" }]);
    assert.deepEqual([unit, prompt, response, words, fault], ["characters", 3, 4, 2, null]);
    assert.ok("problem" in lengthCounter("{", "tokenizer.json", limits));
  });
});
