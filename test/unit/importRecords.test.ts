import assert from "node:assert/strict";
import { importRecords, type ImportedRecords } from "../../extension/data/importRecords";
import type { Comparison, Demonstration, RecordKind } from "../../extension/data/records";
import { toJsonLines } from "../../extension/data/records";
import { isProblem } from "../../extension/protocol/problem";
import { good } from "../support/fakeRuns";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (name: string, text: string, kind: RecordKind | "auto" = "auto"): ImportedRecords =>
  good(importRecords({ name, bytes: bytesOf(text) }, kind));
const rows = (name: string, ...values: readonly unknown[]): ImportedRecords =>
  read(name, toJsonLines(values as object[]));
const problemOf = (name: string, text: string, kind: RecordKind | "auto" = "auto"): string => {
  const result = importRecords({ name, bytes: bytesOf(text) }, kind);
  assert.ok(isProblem(result), "expected a problem");
  return result.message;
};
/** A comparison without its ids, which are hashes. */
const shown = (record: unknown): object => {
  const { prompt, responses, tiers } = record as Comparison;
  return { prompt, responses: responses.map(({ text }) => text), tiers };
};
const pair = (prompt: string, chosen: string, rejected: string): object => ({
  prompt,
  responses: [chosen, rejected],
  tiers: [[0], [1]],
});

describe("importRecords()", () => {
  it("knows our own lines of all four kinds", () => {
    const own = {
      prompts: [{ id: "p1", text: "Hi", user: "u", meta: { a: 1 } }],
      demonstrations: [{ id: "d1", prompt: "Hi", response: "Hello", author: "ann" }],
      comparisons: [
        {
          id: "c1",
          prompt: "Hi",
          axis: "preference",
          responses: ["a", "b", "c"].map((id) => ({ id, text: `${id}.` })),
          tiers: [[2], [0, 1]],
        },
      ],
      pretraining: [{ text: "Once.\n\nTwice." }],
    };
    for (const [kind, records] of Object.entries(own)) {
      const imported = rows("x.jsonl", ...records);
      assert.equal(imported.format, `our own JSON lines of ${kind}`);
      assert.equal(imported.kind, kind);
      assert.deepEqual(imported.records, records);
      assert.deepEqual(imported.refused, []);
    }
  });

  it("refuses bad rows with line and reason and goes on with the others", () => {
    const text =
      '{"id":"a","text":"x"}\n{"id":"b","txt":"y"}\n{"id":"c","text":\n\n{"id":"a","text":"z"}\n{"id":"d","text":"w"}\n';
    const { records, refused, rows: count } = read("p.jsonl", text);
    assert.deepEqual(records, [
      { id: "a", text: "x" },
      { id: "d", text: "w" },
    ]);
    assert.deepEqual(refused, [
      {
        line: 2,
        reason:
          'the row: there is no field "txt"; the nearest is "text"; what has no field of its own goes into "meta".',
      },
      { line: 3, reason: "the line is not valid JSON at column 18: the text ends too early." },
      { line: 5, reason: "the id stands in an earlier row already" },
    ]);
    assert.equal(count, 5);
  });

  it("reads transcripts as HH-RLHF's, of one turn and of several", () => {
    const turns = "\n\nHuman: Hi there\n\nAssistant: Hello.\n\nHuman: Who are you?\n\nAssistant:";
    const { format, records, refused } = rows(
      "hh.jsonl",
      { chosen: "\n\nHuman: Hi\n\nAssistant: Hello!", rejected: "\n\nHuman: Hi\n\nAssistant:  Go away. " },
      { chosen: `${turns} Ann.\n\nNice.`, rejected: `${turns} ` },
      { chosen: "\n\nHuman: Hi\n\nAssistant: a", rejected: "\n\nHuman: Ho\n\nAssistant: b" },
      { chosen: "\n\nHuman: Hi", rejected: "\n\nHuman: Hi" },
    );
    assert.equal(format, "transcripts as HH-RLHF's");
    assert.deepEqual(records.map(shown), [
      pair("Hi", "Hello!", "Go away."),
      pair("Human: Hi there\n\nAssistant: Hello.\n\nHuman: Who are you?", "Ann.\n\nNice.", ""),
    ]);
    assert.deepEqual(refused, [
      {
        line: 3,
        reason: "the conversations differ before the last answer, so they are no answers to one prompt",
      },
      { line: 4, reason: "a conversation does not end with an answer of the assistant" },
    ]);
  });

  const user = (content: string): object => ({ role: "user", content });
  const assistant = (content: string): object => ({ role: "assistant", content });

  it("reads TRL's preferences: standard and conversational, the prompt apart or inside", () => {
    const standard = { prompt: "The sky is", chosen: " blue.", rejected: " green." };
    assert.deepEqual(rows("a.jsonl", standard).records.map(shown), [pair("The sky is", " blue.", " green.")]);
    const implicit = { chosen: "The sky is blue.", rejected: "The sky is green." };
    assert.deepEqual(rows("a.jsonl", implicit).records.map(shown), [pair("The sky is", " blue.", " green.")]);
    const sky = "What color is the sky?";
    const apart = { prompt: [user(sky)], chosen: [assistant("Blue.")], rejected: [assistant("Green.")] };
    assert.deepEqual(rows("a.jsonl", apart).records.map(shown), [pair(sky, "Blue.", "Green.")]);
    const inside = { chosen: [user(sky), assistant("Blue.")], rejected: [user(sky), assistant("Green.")] };
    assert.deepEqual(rows("a.jsonl", inside).records.map(shown), [pair(sky, "Blue.", "Green.")]);
    assert.deepEqual(rows("a.jsonl", { prompt: sky, ...inside }).records.map(shown), [
      pair(sky, "Blue.", "Green."),
    ]);
    const several = {
      prompt: [{ role: "system", content: "Be brief." }, user("Hi"), assistant("Hello"), user("Who?")],
      chosen: [assistant("Ann.")],
      rejected: [assistant("No.")],
    };
    assert.deepEqual(rows("a.jsonl", several).records.map(shown), [
      pair("Be brief.\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Who?", "Ann.", "No."),
    ]);
  });

  it("refuses preferences that are none", () => {
    const { records, refused } = rows(
      "a.jsonl",
      { prompt: "p", chosen: "a", rejected: "b" },
      { prompt: "p", chosen: "a", rejected: "a" },
      { prompt: "p", chosen: "a" },
      { chosen: "a", rejected: "b" },
      { prompt: 5, chosen: "a", rejected: "b" },
      { prompt: " ", chosen: "a", rejected: "b" },
      { prompt: [user("p")], chosen: [user("a")], rejected: [assistant("b")] },
    );
    assert.equal(records.length, 1);
    assert.deepEqual(
      refused.map(({ line, reason }) => `${line} ${reason}`),
      [
        "2 both responses are the same",
        '3 "rejected" must be text or a list of messages',
        "4 the two texts share no beginning that could be the prompt",
        '5 "prompt" must be text or a list of messages',
        '6 the row: "prompt" must be text that is not empty, but is " ".',
        '7 "chosen" must end with a message of the assistant',
      ],
    );
  });

  it("reads TRL's prompts, prompts with completions, and conversations", () => {
    const prompts = rows("a.jsonl", { prompt: "The sky is" }, { prompt: [user("Hi")] });
    assert.equal(prompts.kind, "prompts");
    assert.deepEqual(
      prompts.records.map((record) => "text" in record && record.text),
      ["The sky is", "Hi"],
    );
    const answers = rows(
      "a.jsonl",
      { prompt: "The sky is", completion: " blue." },
      { prompt: [user("Hi")], completion: [assistant("Hello")] },
      { prompt: "The sky is", completion: " green.", label: false },
    );
    assert.equal(answers.kind, "demonstrations");
    assert.deepEqual(
      (answers.records as Demonstration[]).map(({ prompt, response }) => [prompt, response]),
      [
        ["The sky is", " blue."],
        ["Hi", "Hello"],
      ],
    );
    assert.deepEqual(answers.refused, [{ line: 3, reason: "the response is labelled as unwanted" }]);
    const talks = rows("a.jsonl", { messages: [user("Hi"), assistant("Hello")] }, { messages: [user("Hi")] });
    assert.deepEqual((talks.records as Demonstration[])[0].response, "Hello");
    assert.equal(talks.refused[0].line, 2);
  });

  it("keeps a row's id, user and other fields", () => {
    const row = { Id: 7, Instruction: "Add.", input: "2 and 3", output: "5", user_id: 12, source: "school" };
    assert.deepEqual(rows("alpaca.jsonl", row).records, [
      { id: "7", prompt: "Add.\n\n2 and 3", response: "5", user: "12", meta: { source: "school" } },
    ]);
  });

  it("reads self-instruct's seed tasks, an instance each", () => {
    const { kind, records } = rows("seed.jsonl", {
      id: "seed_task_0",
      instruction: "Add.",
      instances: [
        { input: "", output: "What?" },
        { input: "2 and 3", output: "5" },
      ],
      is_classification: false,
    });
    assert.equal(kind, "demonstrations");
    assert.deepEqual(
      (records as Demonstration[]).map(({ prompt, response }) => [prompt, response]),
      [
        ["Add.", "What?"],
        ["Add.\n\n2 and 3", "5"],
      ],
    );
  });

  it("reads PandaLM's list, a comparison an annotator, with responses that became booleans", () => {
    const item = {
      idx: 0,
      cmp_key: "bloom-7b_opt-7b",
      instruction: "Is it so?",
      input: "",
      response1: true,
      response2: "Yes",
    };
    const text = JSON.stringify(
      [
        { ...item, annotator1: 1, annotator2: 0, annotator3: 2 },
        { ...item, response1: 3 },
      ],
      null,
      4,
    );
    const { kind, records, refused, rows: count } = read("testset.json", text);
    assert.deepEqual([kind, count], ["comparisons", 2]);
    assert.deepEqual(
      (records as Comparison[]).map(({ labeler, tiers, responses }) => [
        labeler,
        tiers,
        responses.map(({ text: t, model }) => [t, model]),
      ]),
      [[[0], [1]], [[0, 1]], [[1], [0]]].map((tiers, i) => [
        `annotator${i + 1}`,
        tiers,
        [
          ["True", "bloom-7b"],
          ["Yes", "opt-7b"],
        ],
      ]),
    );
    assert.equal(new Set((records as Comparison[]).map(({ responses }) => responses[0].id)).size, 1);
    assert.deepEqual(refused, [{ line: 13, reason: 'the row: "response1" must be text, but is 3.' }]);
  });

  it("reads OpenAssistant's trees: the ranked replies of one message are a comparison", () => {
    const message = (
      id: string,
      role: string,
      rank: number | null,
      replies: readonly object[] = [],
      synthetic = false,
    ): object => ({
      message_id: id,
      text: `text ${id}`,
      role,
      rank,
      synthetic,
      deleted: false,
      replies,
    });
    const tree = {
      message_tree_id: "t",
      tree_state: "ready_for_export",
      prompt: message("q", "prompter", null, [
        message("a1", "assistant", 2),
        message("a2", "assistant", 0, [
          message("q2", "prompter", 0, [
            message("b1", "assistant", 1),
            message("b2", "assistant", 0, [], true),
          ]),
          message("q3", "prompter", 1, [message("c1", "assistant", 0)]),
        ]),
        message("a3", "assistant", 1),
        message("a4", "assistant", null),
      ]),
    };
    const text = toJsonLines([
      tree,
      { message_tree_id: "u", prompt: message("z", "prompter", null) },
      { ...tree, prompt: { text: "x" } },
    ]);
    const { records, refused } = read("trees.jsonl", text);
    assert.deepEqual(records.map(shown), [
      { prompt: "text q", responses: ["text a1", "text a2", "text a3"], tiers: [[1], [2], [0]] },
      {
        prompt: "Human: text q\n\nAssistant: text a2\n\nHuman: text q2",
        responses: ["text b1", "text b2"],
        tiers: [[1], [0]],
      },
    ]);
    assert.deepEqual(new Set((records as Comparison[]).map(({ user: tree }) => tree)), new Set(["oasst t"]));
    assert.deepEqual(refused, [
      { line: 2, reason: "no message of the tree has two ranked replies" },
      { line: 3, reason: 'the row: "prompt.message_id" must be text, but is missing.' },
    ]);
    const without = good(
      importRecords({ name: "trees.jsonl", bytes: bytesOf(text) }, "auto", { synthetic: false }),
    );
    assert.equal(without.records.length, 1);
  });

  it("cuts the openings of texts to prompts, each once, and leaves out what is no longer than one", () => {
    const text = "one day a\n  fox ran far . it\n\none day a  fox\n\none day a  fox sat";
    const file = { name: "tales.txt", bytes: bytesOf(text) };
    const imported = good(importRecords(file, "prompts", { openingWords: 4 }));
    assert.deepEqual(
      imported.records.map((record) => "text" in record && record.text),
      ["one day a\n  fox", "one day a  fox"],
    );
    assert.match(imported.notes.join(" "), /3 texts gave 2 different openings of 4 words/);
    const none = importRecords(file, "prompts", { openingWords: 9 });
    assert.ok(isProblem(none) && /tales\.txt holds no text of more than 9 words/.test(none.message));
  });

  it("reads texts in JSON as prompts", () => {
    const { kind, records } = read("p.jsonl", '"How?"\n"Why \\"so\\"?"\n');
    assert.equal(kind, "prompts");
    assert.deepEqual(
      records.map((record) => "text" in record && record.text),
      ["How?", 'Why "so"?'],
    );
  });

  it("gives the same ids again, other ids to other content, and tells equal rows apart", () => {
    const ids = (...texts: readonly string[]): string[] =>
      read("p.jsonl", texts.map((text) => `${JSON.stringify(text)}\n`).join("")).records.map((record) =>
        "id" in record ? record.id : "",
      );
    const [a, b] = ids("How?", "Why?");
    assert.deepEqual(ids("Why?", "How?", "How?"), [b, a, `${a}-2`]);
    assert.match(a, /^p-[0-9a-f]{16}$/);
    const many = Array.from({ length: 20_000 }, (_, i) => `prompt ${i}`);
    assert.equal(new Set(ids(...many)).size, many.length);
  });

  it("reads plain text by its shape", () => {
    const story = `${"a story goes on and on. ".repeat(10)}the end.`;
    const stories = Array.from({ length: 30 }, (_, i) => `${i} ${story}\n\n“${story}”`).join("\n");
    const known: readonly [name: string, text: string, format: string, documents: number][] = [
      ["a.txt", "Citizen:\nSpeak, speak.\n\nAll:\nNo.\n", "plain text, documents parted by blank lines", 2],
      ["a.txt", "One.\n\nTwo.\n<|endoftext|>\nThree.", "plain text, documents parted by <|endoftext|>", 2],
      ["a.txt", stories, "plain text, one document up to each single line break", 30],
      ["a.txt", "1\t0.5\tSo good!\r\n2\t-1\tOh no, not now\r\n", "list parted by tabs, texts in column 3", 2],
      ["a.txt", "[20250427]\nFixed.\n", "plain text, documents parted by blank lines", 1],
    ];
    for (const [name, text, format, documents] of known) {
      const imported = read(name, text);
      assert.deepEqual(
        [imported.format, imported.kind, imported.records.length],
        [format, "pretraining", documents],
      );
      assert.equal(imported.rows, documents);
    }
    const words = read("lexicon.txt", "good\t1.9\t[2, 1]\nbad\t-2.5\t[-2, -3]\n");
    assert.deepEqual([words.rows, words.records.length], [2, 0]);
    assert.deepEqual(words.refused[1], { line: 2, reason: "the row holds no text of several words" });
  });

  it("repairs and says what a wrong character set did", () => {
    const { records, notes } = read("a.txt", "donâ€™t say â€œhiâ€\n\nfine é “ü”\n");
    assert.deepEqual(records, [{ text: "don’t say “hi”" }, { text: "fine é “ü”" }]);
    assert.equal(notes.length, 1);
    assert.match(notes[0], /^1 texts /);
  });

  it("reads UTF-16 and Windows-1252", () => {
    const utf16 = new Uint8Array([
      0xff,
      0xfe,
      ...[..."안녕 Hi"].flatMap((sign) => [sign.charCodeAt(0) & 255, sign.charCodeAt(0) >> 8]),
    ]);
    assert.deepEqual(good(importRecords({ name: "a.txt", bytes: utf16 }, "auto")).records, [
      { text: "안녕 Hi" },
    ]);
    const latin = good(
      importRecords({ name: "a.txt", bytes: new Uint8Array([0x93, 0x4a, 0xe9, 0x94]) }, "auto"),
    );
    assert.deepEqual(latin.records, [{ text: "“Jé”" }]);
    assert.deepEqual(latin.notes, ["The file is not UTF-8, so it was read as Windows-1252."]);
  });

  it("makes another kind out of records where that means something", () => {
    const preferences = toJsonLines([
      { prompt: "p", chosen: "a", rejected: "b" },
      { prompt: "p", chosen: "c", rejected: "b" },
      { prompt: "q", chosen: "", rejected: "b" },
    ]);
    const prompts = read("a.jsonl", preferences, "prompts");
    assert.deepEqual(
      prompts.records.map((record) => "text" in record && record.text),
      ["p", "q"],
    );
    assert.deepEqual(prompts.notes, ["3 comparisons gave 2 prompts."]);
    const demonstrations = read("a.jsonl", preferences, "demonstrations").records as Demonstration[];
    assert.deepEqual(
      demonstrations.map(({ prompt, response }) => [prompt, response]),
      [
        ["p", "a"],
        ["p", "c"],
      ],
    );
    const tied = {
      id: "c",
      prompt: "p",
      axis: "overall",
      responses: ["a", "b"].map((id) => ({ id, text: id })),
    };
    const rankings = [
      { ...tied, tiers: [[0, 1]] },
      { ...tied, id: "d", tiers: [[1], [0]] },
    ];
    assert.deepEqual(read("a.jsonl", toJsonLines(rankings), "demonstrations").records, [
      { id: "d", prompt: "p", response: "b" },
    ]);
    assert.deepEqual(read("a.jsonl", '{"id":"x","text":"t"}\n', "pretraining").records, [{ text: "t" }]);
    assert.equal(read("a.jsonl", '{"text":"t"}\n', "prompts").records.length, 1);
    assert.equal(read("a.txt", "How?\n\nWhy?\nSo.\n", "prompts").records.length, 3);
    assert.match(
      problemOf("a.txt", "How?\n", "comparisons"),
      /^a\.txt holds pretraining, out of which no comparisons/,
    );
  });

  it("names what it cannot read in one sentence", () => {
    assert.equal(problemOf("a.jsonl", " \n"), "a.jsonl is empty.");
    assert.equal(problemOf("a.json", "[]"), "a.json holds no rows.");
    assert.match(
      problemOf("a.json", '[\n  {"text": "x"},\n  {"text" "y"}\n]'),
      /^a\.json is not valid JSON at line 3, column 11: /,
    );
    assert.match(problemOf("a.jsonl", "{]\n"), /^a\.jsonl is not valid JSON at column 2: /);
    assert.match(
      problemOf("a.json", '{\n  "config": {\n    "layers": 3\n  }\n}'),
      /^a\.json holds one value of JSON, not records/,
    );
    assert.match(
      problemOf("a.jsonl", '{"a":1,"b":2}\n'),
      /^a\.jsonl is in no format known here, its rows have the fields a, b: rename/,
    );
    const bytes = (...values: number[]): string => {
      const result = importRecords({ name: "a.bin", bytes: new Uint8Array(values) }, "auto");
      return isProblem(result) ? result.message : "";
    };
    assert.match(bytes(1, 0, 2), /^a\.bin is no text file/);
    assert.match(bytes(0x1f, 0x8b, 8), /^a\.bin is compressed by gzip: unpack it first/);
    assert.match(bytes(0x50, 0x4b, 3, 4), /^a\.bin is a zip archive/);
  });
});
