import assert from "node:assert/strict";
import { parseRecords } from "../../extension/data/parseRecords";
import { toJsonLines, type Comparison, type Prompt, type RecordKind } from "../../extension/data/records";

const messages = (kind: RecordKind, text: string, where = "data/x.jsonl"): string[] =>
  parseRecords(kind, text, where).problems.map(({ line, message }) => `${line} ${message}`);

const comparison: Comparison = {
  id: "c1",
  prompt: "What is red?",
  axis: "overall",
  responses: [
    { id: "r1", text: "An apple." },
    { id: "r2", text: "", model: "sft" },
    { id: "r3", text: "안녕 \u2028 “NaN”" },
  ],
  tiers: [[2], [0, 1]],
  promptId: "p1",
  user: "u1",
  labeler: "ann",
  meta: { source: ["x", 1, null] },
};
const withFields = (changes: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...comparison, ...changes });

describe("parseRecords()", () => {
  it("reads back what toJsonLines() wrote", () => {
    const prompts: Prompt[] = [
      {
        id: "p1",
        text: "Say hello.",
        user: "u",
        kind: "few-shot",
        useCase: "chat",
        meta: { a: { b: -0.5 } },
      },
      { id: "p2", text: "\n{}\r\n" },
    ];
    assert.deepEqual(parseRecords("prompts", toJsonLines(prompts), "p.jsonl"), {
      records: prompts,
      problems: [],
    });
    const demonstrations = [{ id: "d", prompt: "p", response: "r", user: "u", author: "a", meta: {} }];
    assert.deepEqual(
      parseRecords("demonstrations", toJsonLines(demonstrations), "d.jsonl").records,
      demonstrations,
    );
    assert.deepEqual(parseRecords("comparisons", toJsonLines([comparison]), "c.jsonl").records, [comparison]);
    const documents = [{ text: "One.\n\nTwo." }];
    assert.deepEqual(parseRecords("pretraining", toJsonLines(documents), "t.jsonl").records, documents);
  });

  it("keeps good lines beside bad ones and names file, line and column", () => {
    const text = '{"id":"a","text":"x"}\n{"id":"b","text":}\n\n{"id":"c","text":"z"}\n';
    const { records } = parseRecords("prompts", text, "data/x.jsonl");
    assert.deepEqual(
      records.map(({ id }) => id),
      ["a", "c"],
    );
    assert.deepEqual(messages("prompts", text), [
      '2 data/x.jsonl, line 2 is not valid JSON at column 18: unexpected "}".',
    ]);
  });

  it("names a field that is missing or of the wrong type", () => {
    assert.deepEqual(messages("prompts", '{"id":"a"}\n{"id":"b","text":7}\n{"id":"c","text":" "}\n[1]\n'), [
      '1 data/x.jsonl, line 1: "text" must be text that is not empty, but is missing.',
      '2 data/x.jsonl, line 2: "text" must be text that is not empty, but is 7.',
      '3 data/x.jsonl, line 3: "text" must be text that is not empty, but is " ".',
      "4 data/x.jsonl, line 4: the value must be an object, but is a list.",
    ]);
    assert.deepEqual(messages("prompts", '{"id":"a","text":"x","kind":"short"}\n'), [
      '1 data/x.jsonl, line 1: "kind" must be one of plain, few-shot, user-based, but is "short".',
    ]);
  });

  it("names the nearest known field of an unknown one", () => {
    assert.deepEqual(messages("demonstrations", '{"id":"a","prompt":"x","reponse":"y"}\n'), [
      '1 data/x.jsonl, line 1: there is no field "reponse"; the nearest is "response"; what has no field of its own goes into "meta".',
    ]);
    assert.deepEqual(messages("comparisons", `${withFields({ responses: [{ id: "r", txt: "" }] })}\n`), [
      '1 data/x.jsonl, line 1: there is no field "txt" in "responses[0]"; the nearest is "text".',
    ]);
  });

  it("takes an optional field that is null as absent", () => {
    assert.deepEqual(parseRecords("prompts", '{"id":"a","text":"x","user":null}', "p.jsonl").records, [
      { id: "a", text: "x" },
    ]);
  });

  it("refuses K outside 2 … 9 and ids that stand twice in a comparison", () => {
    const responses = Array.from({ length: 10 }, (_, i) => ({ id: `r${i}`, text: "x" }));
    const of = (k: number): string =>
      withFields({ responses: responses.slice(0, k), tiers: responses.slice(0, k).map((_, i) => [i]) });
    assert.deepEqual(messages("comparisons", `${of(1)}\n`), [
      '1 data/x.jsonl, line 1: "responses" must hold 2 to 9 responses, but holds 1.',
    ]);
    assert.deepEqual(messages("comparisons", `${of(2)}\n`), []);
    assert.deepEqual(messages("comparisons", `${of(9)}\n`), []);
    assert.match(messages("comparisons", `${of(10)}\n`)[0], /must hold 2 to 9 responses, but holds 10\.$/);
    const twice = withFields({ responses: [responses[0], responses[0]], tiers: [[0], [1]] });
    assert.match(messages("comparisons", `${twice}\n`)[0], /"responses" holds the id "r0" twice\.$/);
  });

  it("refuses tiers that are no partition", () => {
    const wrong: readonly [tiers: unknown, message: RegExp][] = [
      [[[0], [1]], /"tiers" leaves out response 2: each must stand in one tier\.$/],
      [[[0], [1, 2, 0]], /"tiers" holds response 0 twice/],
      [[[0], [1, 2, 3]], /"tiers" holds 3, but the responses are numbered 0 to 2\.$/],
      [[[0, 1, 2], []], /"tiers\[1\]" is empty: leave it out\.$/],
      [[[0, 1, -1]], /"tiers\[0\]\[2\]" must be a whole number of at least 0, but is -1\.$/],
      [[0, 1, 2], /"tiers\[0\]" must be a list, but is 0\.$/],
    ];
    for (const [tiers, message] of wrong)
      assert.match(messages("comparisons", `${withFields({ tiers })}\n`)[0], message);
  });

  it("refuses an id that stands twice in the file", () => {
    assert.deepEqual(messages("prompts", '{"id":"a","text":"x"}\n\n{"id":"a","text":"y"}\n'), [
      "3 data/x.jsonl, line 3: the id already stands in line 1; give each record its own.",
    ]);
  });

  it("says that an empty file is empty", () => {
    for (const text of ["", "\ufeff", " \r\n\n"])
      assert.deepEqual(messages("prompts", text), ["1 data/x.jsonl is empty: it should hold prompts."]);
  });

  it("reads a byte order mark and the line ends of Windows", () => {
    const text = '\ufeff{"id":"a","text":"x"}\r\n\r\n{"id":"b","text":5}\r\n';
    assert.deepEqual(parseRecords("prompts", text, "p.jsonl").records, [{ id: "a", text: "x" }]);
    assert.match(messages("prompts", text)[0], /^3 .*line 3: "text"/);
  });

  it("says that a last line is cut off", () => {
    const text = '{"id":"a","text":"x"}\n{"id":"b","te';
    assert.equal(parseRecords("prompts", text, "p.jsonl").records.length, 1);
    assert.match(
      messages("prompts", text)[0],
      /line 2 is not valid JSON at column 11: .*\. The file seems to be cut off: copy it again, or delete this line\.$/,
    );
    assert.doesNotMatch(messages("prompts", `${text}\n`)[0], /cut off/);
    assert.deepEqual(messages("prompts", '{"id":"a","text":"x"}'), []);
    assert.doesNotMatch(messages("prompts", '{"id":"b","te\n{"id":"a","text":"x"}')[0], /cut off/);
  });

  it("reads plain pretraining text, parted by blank lines or by end-of-text", () => {
    const texts = (text: string): string[] =>
      parseRecords("pretraining", text, "data/t.txt").records.map((document) => document.text);
    assert.deepEqual(texts("\ufeffOne.\r\nStill one.\r\n \r\n\r\nTwo.\r\n"), ["One.\nStill one.", "Two."]);
    assert.deepEqual(texts("One.\n\nStill one.<|endoftext|>\nTwo.<|endoftext|>"), [
      "One.\n\nStill one.",
      "Two.",
    ]);
  });
});
