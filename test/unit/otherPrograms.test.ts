import assert from "node:assert/strict";
import { importRecords, type ImportedRecords } from "../../extension/data/importRecords";
import { openParquet, parquetProblem } from "../../extension/data/parquetRows";
import {
  toJsonLines,
  type Comparison,
  type Demonstration,
  type RecordKind,
} from "../../extension/data/records";
import { isProblem } from "../../extension/protocol/problem";
import { parquetRowsOf } from "../support/exported";
import { good } from "../support/fakeRuns";

const read = (values: readonly object[], kind: RecordKind | "auto" = "auto"): ImportedRecords =>
  good(importRecords({ name: "x.json", bytes: Buffer.from(JSON.stringify(values)) }, kind));
/** What was said, with the texts in place of indices. */
const said = ({ records }: ImportedRecords): unknown[] =>
  (records as readonly Comparison[]).map(({ prompt, labeler, axis, responses, tiers }) => [
    prompt,
    labeler,
    axis,
    tiers.map((tier) => tier.map((index) => responses[index].text)),
  ]);

describe("importRecords() of Argilla's records", () => {
  const fields = { prompt: "Why?", "reply-1": "a", "reply-2": "b", "reply-3": "c" };

  it("reads rankings of version 2: options from the best, a question each axis, a labeler each user", () => {
    const record = {
      id: "1234",
      status: "completed",
      fields,
      metadata: { category: "A" },
      suggestions: { overall: { value: ["reply-1", "reply-2", "reply-3"], score: null, agent: "m" } },
      responses: {
        ranking: [
          { value: ["reply-2", "reply-1", "reply-3"], user_id: "u1" },
          { value: ["reply-3", "reply-2", "reply-1"], user_id: "u2" },
        ],
        instruction: [{ value: ["reply-1", "reply-3", "reply-2"], user_id: "u1" }],
      },
      vectors: {},
    };
    const imported = read([record]);
    assert.equal(imported.format, "Argilla records, rankings and ratings");
    assert.deepEqual(said(imported), [
      ["Why?", "u1", "overall", [["b"], ["a"], ["c"]]],
      ["Why?", "u1", "instruction", [["a"], ["c"], ["b"]]],
      ["Why?", "u2", "overall", [["c"], ["b"], ["a"]]],
    ]);
    assert.deepEqual(imported.notes, [
      '1 are on the axis "instruction"; a reward model learns from those on rm.axis.',
    ]);
  });

  it("reads flattened records, where only what was submitted counts", () => {
    const record = {
      id: "1",
      ...fields,
      "overall.responses": [
        ["reply-2", "reply-1", "reply-3"],
        ["reply-1", "reply-2", "reply-3"],
      ],
      "overall.responses.users": ["u1", "u2"],
      "overall.responses.status": ["submitted", "draft"],
    };
    assert.deepEqual(said(read([record])), [["Why?", "u1", "overall", [["b"], ["a"], ["c"]]]]);
  });

  it("reads rankings of version 1, with ties, by options that share a field's number alone", () => {
    const record = {
      fields: { prompt: "Why?", response1: "a", response2: "b", response3: "c" },
      responses: [
        {
          user_id: "u1",
          status: "submitted",
          values: {
            preference: {
              value: [
                { rank: 2, value: "reply-2" },
                { rank: 1, value: "reply-1" },
                { rank: 2, value: "reply-3" },
              ],
            },
            comment: { value: "close" },
          },
        },
        { user_id: "u2", status: "discarded", values: { preference: { value: [] } } },
      ],
    };
    const imported = read([record]);
    assert.deepEqual(said(imported), [["Why?", "u1", "preference", [["a"], ["b", "c"]]]]);
    assert.deepEqual((imported.records[0] as Comparison).meta, { notes: { comment: "close" } });
  });

  it("reads ratings of several responses as tiers, equal ones tied, and leaves out what nobody rated", () => {
    const names = ["response-1", "response-10", "response-2"];
    const record = {
      fields: {
        instruction: "Add.",
        input: "2 and 3",
        "response-1": "5",
        "response-10": "6",
        "response-2": "five",
      },
      responses: Object.fromEntries(
        names.slice(0, 2).flatMap((name, i) => [
          [
            `${name}-rating`,
            [
              { value: 5 - i, user_id: "u" },
              { value: 3, user_id: "v" },
            ],
          ],
        ]),
      ),
    };
    assert.deepEqual(said(read([record])), [
      ["Add.\n\n2 and 3", "u", "overall", [["5"], ["6"]]],
      ["Add.\n\n2 and 3", "v", "overall", [["5", "6"]]],
    ]);
  });

  it("reads what labelers wrote as demonstrations", () => {
    const record = {
      fields: { prompt: "Why?" },
      responses: {
        response: [{ value: "Because.", user_id: "u" }],
        topic: [{ value: "causes", user_id: "u" }],
      },
    };
    const { kind, records } = read([record]);
    assert.equal(kind, "demonstrations");
    const [{ prompt, response, author }] = records as readonly Demonstration[];
    assert.deepEqual([prompt, response, author], ["Why?", "Because.", "u"]);
  });

  it("refuses what it cannot place, with the reason", () => {
    const good = { fields, responses: { ranking: [{ value: ["reply-1", "reply-2"], user_id: "u" }] } };
    const { refused, records } = read([
      good,
      { fields, responses: {} },
      { fields: { text: "x" }, responses: good.responses },
      { fields, responses: { ranking: [{ value: ["reply-1", "reply-9"], user_id: "u" }] } },
      { fields, responses: { "reply-1-rating": [{ value: 4, user_id: "u" }] } },
      { fields, responses: { helpful: [{ value: 4, user_id: "u" }] } },
    ]);
    assert.equal(records.length, 1);
    assert.deepEqual(
      refused.map(({ reason }) => reason),
      [
        "the record has no submitted ranking or rating",
        "the record has none of the fields prompt, instruction, question, query, conversation, chat, input: name one of them so",
        'the question "ranking" ranks "reply-9", and no field has that name',
        'one response alone is rated on "overall", which prefers none',
        'the question "helpful" names none of the fields that it may rate',
      ],
    );
  });
});

describe("importRecords() of Label Studio's tasks", () => {
  // The items and the result are those of the Ranker tag's documentation.
  const items = [
    { id: "blog", title: "10 tips to write a better function", body: "There is nothing worse" },
    { id: "mdn", title: "Arrow function expressions", body: "An arrow function expression" },
    { id: "wiki", title: "Arrow (computer science)", body: "In computer science" },
  ];
  const task = (ranker: unknown, name = "rank"): object => ({
    id: 1,
    data: { prompt: "What are arrows?", items },
    annotations: [
      {
        id: 7,
        completed_by: { id: 3, email: "ann@example.com" },
        was_cancelled: false,
        result: [{ value: { ranker }, id: "PpwBv", from_name: name, to_name: "results", type: "ranker" }],
      },
    ],
  });
  const [blog, mdn, wiki] = items.map(({ body }) => body);

  it("reads an order, alone or under the tag's name, and takes the title for the model", () => {
    const orders = [{ rank: ["mdn", "wiki", "blog"] }, ["mdn", "wiki", "blog"]];
    for (const order of orders) {
      const imported = read([task(order)]);
      assert.equal(imported.format, "Label Studio tasks with a ranker");
      assert.deepEqual(said(imported), [
        ["What are arrows?", "ann@example.com", "overall", [[mdn], [wiki], [blog]]],
      ]);
      assert.equal((imported.records[0] as Comparison).responses[1].model, "Arrow function expressions");
    }
    assert.deepEqual(
      (read([task({ instruction: ["wiki", "mdn", "blog"] }, "instruction")]).records[0] as Comparison).axis,
      "instruction",
    );
  });

  it("reads buckets with numbers as tiers, whatever their order", () => {
    assert.deepEqual(said(read([task({ _: [], "rank 2": ["blog"], "rank 1": ["wiki", "mdn"] })])), [
      ["What are arrows?", "ann@example.com", "overall", [[wiki, mdn], [blog]]],
    ]);
  });

  it("refuses what has no order, with the reason", () => {
    const { refused } = read([
      task({ relevant: ["mdn", "wiki"], biased: ["blog"] }),
      task({ relevant: ["mdn", "wiki", "blog"], biased: [] }),
      task({ 1: ["mdn"], 2: ["wiki"], _: ["blog"] }),
      task({ rank: ["mdn", "wiki"] }),
      task({ rank: ["mdn", "mdn", "wiki", "blog"] }),
      task({ rank: ["a", "b", "c"] }),
      { ...task({}), annotations: [] },
      { ...task({}), annotations: [{ was_cancelled: true, result: [] }, { result: [] }] },
      { data: { items } },
    ]);
    assert.deepEqual(
      refused.map(({ reason }) => reason),
      [
        'annotation 1: it puts items into the bucket "relevant", which has no order: name buckets 1, 2, … from the best',
        'annotation 1: it puts items into the bucket "relevant", which has no order: name buckets 1, 2, … from the best',
        "annotation 1: it leaves items in no bucket",
        "annotation 1: it leaves out some of the items",
        "annotation 1: it places an item twice",
        'annotation 1: it ranks "rank" by ids that are not those of the items',
        "the task has no annotation, so nobody has ranked its items",
        "annotation 1: its annotator skipped it",
        'annotation 2: it has no result of the type "ranker"',
        '"data" must hold the prompt, as text or a list of messages, in "prompt"',
      ],
    );
  });
});

describe("importRecords() of unpaired preferences", () => {
  // The first two rows are those of TRL's documentation.
  const rows = [
    { prompt: "The sky is", completion: " blue.", label: true },
    { prompt: "The sky is", completion: " green.", label: false },
    {
      prompt: [{ role: "user", content: "Hi" }],
      completion: [{ role: "assistant", content: "Hello" }],
      label: true,
    },
    { prompt: "The sky is", completion: " loud.", label: false },
  ];

  it("makes a comparison of the responses to each prompt, wanted ones above the others", () => {
    const imported = read(rows);
    assert.equal(imported.format, "unpaired preferences as TRL's, responses labelled wanted or not");
    assert.deepEqual(said(imported), [
      ["The sky is", undefined, "overall", [[" blue."], [" green.", " loud."]]],
    ]);
    assert.deepEqual(
      imported.refused.map(({ reason }) => reason),
      ["no other response to the same prompt stands in the file to compare it with"],
    );
  });

  it("takes the wanted ones as demonstrations when those are asked for", () => {
    const { records, refused } = read(rows, "demonstrations");
    assert.deepEqual(
      (records as readonly Demonstration[]).map(({ prompt, response }) => [prompt, response]),
      [
        ["The sky is", " blue."],
        ["Hi", "Hello"],
      ],
    );
    assert.equal(refused.length, 2);
  });

  it("refuses prompts whose responses are all wanted, or more than nine", () => {
    const many = Array.from({ length: 10 }, (_, i) => ({ prompt: "q", completion: `${i}`, label: i > 4 }));
    const same = [rows[0], { ...rows[0], completion: " azure." }];
    const { records, refused } = read([...same, ...many]);
    assert.equal(records.length, 0);
    assert.match(refused[0].reason, /^all responses to this prompt have the same label/);
    assert.equal(refused[1].reason, "there are 10 responses to one prompt, and a comparison holds at most 9");
  });
});

describe("importRecords() of rankings in several rows", () => {
  const part = (chosen: number, rejected: number, rest: object = {}): object => ({
    prompt: "p",
    chosen: `t${chosen}`,
    rejected: `t${rejected}`,
    group: "g",
    group_size: 3,
    chosen_id: `r${chosen}`,
    chosen_index: chosen,
    chosen_rank: chosen + 1,
    rejected_id: `r${rejected}`,
    rejected_index: rejected,
    rejected_rank: rejected + 1,
    ...rest,
  });

  it("takes what is there of a ranking that lost rows, and says so", () => {
    const imported = read([part(0, 1)]);
    assert.deepEqual(said(imported), [["p", undefined, "overall", [["t0"], ["t1"]]]]);
    assert.deepEqual(
      imported.refused[0].reason,
      '1 of the 3 responses of the group "g" are missing from the file; the others were taken',
    );
  });

  it("refuses rows that contradict earlier ones", () => {
    const { refused } = read([part(0, 1), part(0, 2, { chosen: "other" }), part(1, 2, { chosen_rank: 9 })]);
    assert.deepEqual(
      refused.slice(0, 2).map(({ reason }) => reason),
      [
        'the response "r0" has another text in an earlier row',
        'the response "r1" has another rank in an earlier row',
      ],
    );
  });

  it("leaves a column of that name alone where the others are missing", () => {
    const [record] = read([{ prompt: "p", chosen: "a", rejected: "b", group: "math" }])
      .records as Comparison[];
    assert.deepEqual([record.responses.length, record.meta], [2, { group: "math" }]);
  });
});

describe("Parquet", () => {
  // Written by pyarrow 26: prompt, chosen and rejected as lists of messages, and a whole number of 64 bits that may be null.
  const snappy = [
    "UEFSMRUAFTgVPCwVBBUAFQYVBhwAAAAcbAIAAAAEAQoAAABUaGUgc2t5IGlzBAAAAOyZnD8VABVMFUwsFQQVABUGFQYcAAAAJhQC",
    "AAAABAAFBmgECQAAAGFzc2lzdGFudAkAAABhc3Npc3RhbnQVABVIFUgsFQQVABUGFQYcAAAAJBQCAAAABAAFBmAEBgAAACBibHVl",
    "LgoAAADqt7jrnpjshJwuFQAVTBVMLBUEFQAVBhUGHAAAACYUAgAAAAQABQZoBAkAAABhc3Npc3RhbnQJAAAAYXNzaXN0YW50FQAV",
    "OhU6LBUEFQAVBhUGHAAAAB0UAgAAAAQABQZEBAcAAAAgZ3JlZW4uAgAAAE5vFQAVHBUgLBUEFQAVBhUGHAAAAA40AgAAAAMBAwAA",
    "AAAAAAAVBBncNQAYBnNjaGVtYRUIABUMJQIYBnByb21wdCUATBwAAAA1AhgGY2hvc2VuFQIVBkw8AAAANQQYBGxpc3QVAgA1AhgH",
    "ZWxlbWVudBUEABUMJQIYBHJvbGUlAEwcAAAAFQwlAhgHY29udGVudCUATBwAAAA1AhgIcmVqZWN0ZWQVAhUGTDwAAAA1BBgEbGlz",
    "dBUCADUCGAdlbGVtZW50FQQAFQwlAhgEcm9sZSUATBwAAAAVDCUCGAdjb250ZW50JQBMHAAAABUEJQIYBXNjb3JlABYEGRwZbCYA",
    "HBUMGSUGABkYBnByb21wdBUCFgQWXhZiJghJHBUAFQAVAgA8FhwZBhkmAAQAAAAmABwVDBklBgAZSAZjaG9zZW4EbGlzdAdlbGVt",
    "ZW50BHJvbGUVAhYEFnIWciZqSRwVABUAFQIAPBYkGSYEABlWAAAAAAQAAAAmABwVDBklBgAZSAZjaG9zZW4EbGlzdAdlbGVtZW50",
    "B2NvbnRlbnQVAhYEFm4WbibcAUkcFQAVABUCADwWIBkmBAAZVgAAAAAEAAAAJgAcFQwZJQYAGUgIcmVqZWN0ZWQEbGlzdAdlbGVt",
    "ZW50BHJvbGUVAhYEFnIWcibKAkkcFQAVABUCADwWJBkmBAAZVgAAAAAEAAAAJgAcFQwZJQYAGUgIcmVqZWN0ZWQEbGlzdAdlbGVt",
    "ZW50B2NvbnRlbnQVAhYEFmAWYCa8A0kcFQAVABUCADwWEhkmBAAZVgAAAAAEAAAAJgAcFQQZJQYAGRgFc2NvcmUVAhYEFkIWRiac",
    "BEkcFQAVABUCADwpBhkmAgIAAAAW0gQWBCYIFtoEACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZbBwAABwAABwA",
    "ABwAABwAABwAAACpAgAAUEFSMQ==",
  ].join("");
  const zstd = [
    "UEFSMRUAFTgVSiwVBBUAFQYVBhwAAAAotS/9IBzhAAACAAAABAEKAAAAVGhlIHNreSBpcwQAAADsmZw/FQAVTBVQLBUEFQAVBhUG",
    "HAAAACi1L/0gJv0AAMgCAAAABAACAAAABAQJAAAAYXNzaXN0YW50AQDBMccVABVIFVosFQQVABUGFQYcAAAAKLUv/SAkIQEAAgAA",
    "AAQAAgAAAAQEBgAAACBibHVlLgoAAADqt7jrnpjshJwuFQAVTBVQLBUEFQAVBhUGHAAAACi1L/0gJv0AAMgCAAAABAACAAAABAQJ",
    "AAAAYXNzaXN0YW50AQDBMccVABU6FUwsFQQVABUGFQYcAAAAKLUv/SAd6QAAAgAAAAQAAgAAAAQEBwAAACBncmVlbi4CAAAATm8V",
    "ABUcFS4sFQQVABUGFQYcAAAAKLUv/SAOcQAAAgAAAAMBAwAAAAAAAAAVBBncNQAYBnNjaGVtYRUIABUMJQIYBnByb21wdCUATBwA",
    "AAA1AhgGY2hvc2VuFQIVBkw8AAAANQQYBGxpc3QVAgA1AhgHZWxlbWVudBUEABUMJQIYBHJvbGUlAEwcAAAAFQwlAhgHY29udGVu",
    "dCUATBwAAAA1AhgIcmVqZWN0ZWQVAhUGTDwAAAA1BBgEbGlzdBUCADUCGAdlbGVtZW50FQQAFQwlAhgEcm9sZSUATBwAAAAVDCUC",
    "GAdjb250ZW50JQBMHAAAABUEJQIYBXNjb3JlABYEGRwZbCYAHBUMGSUGABkYBnByb21wdBUMFgQWXhZwJghJHBUAFQAVAgA8FhwZ",
    "BhkmAAQAAAAmABwVDBklBgAZSAZjaG9zZW4EbGlzdAdlbGVtZW50BHJvbGUVDBYEFnIWdiZ4SRwVABUAFQIAPBYkGSYEABlWAAAA",
    "AAQAAAAmABwVDBklBgAZSAZjaG9zZW4EbGlzdAdlbGVtZW50B2NvbnRlbnQVDBYEFm4WgAEm7gFJHBUAFQAVAgA8FiAZJgQAGVYA",
    "AAAABAAAACYAHBUMGSUGABlICHJlamVjdGVkBGxpc3QHZWxlbWVudARyb2xlFQwWBBZyFnYm7gJJHBUAFQAVAgA8FiQZJgQAGVYA",
    "AAAABAAAACYAHBUMGSUGABlICHJlamVjdGVkBGxpc3QHZWxlbWVudAdjb250ZW50FQwWBBZgFnIm5ANJHBUAFQAVAgA8FhIZJgQA",
    "GVYAAAAABAAAACYAHBUEGSUGABkYBXNjb3JlFQwWBBZCFlQm1gRJHBUAFQAVAgA8KQYZJgICAAAAFtIEFgQmCBaiBQAoIHBhcnF1",
    "ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGWwcAAAcAAAcAAAcAAAcAAAcAAAAqgIAAFBBUjE=",
  ].join("");

  it("reads nested columns that Python wrote, compressed by Snappy", async () => {
    const rows = await parquetRowsOf(Buffer.from(snappy, "base64"));
    const message = (content: string): object[] => [{ role: "assistant", content }];
    assert.deepEqual(rows, [
      {
        line: 1,
        value: { prompt: "The sky is", chosen: message(" blue."), rejected: message(" green."), score: 3 },
      },
      { line: 2, value: { prompt: "왜?", chosen: message("그래서."), rejected: message("No"), score: null } },
    ]);
    const values = rows.map((row) => ("value" in row ? row.value : {})) as object[];
    const imported = good(
      importRecords({ name: "x.jsonl", bytes: Buffer.from(toJsonLines(values)) }, "auto"),
    );
    assert.deepEqual(said(imported), [
      ["The sky is", undefined, "overall", [[" blue."], [" green."]]],
      ["왜?", undefined, "overall", [["그래서."], ["No"]]],
    ]);
  });

  it("names the columns of a table, and not what is nested in them", async () => {
    const { buffer } = Uint8Array.from(Buffer.from(snappy, "base64"));
    const { columns } = good(await openParquet(buffer, "x.parquet", {}));
    assert.deepEqual(columns, ["prompt", "chosen", "rejected", "score"]);
  });

  it("says what it cannot read and what to do", async () => {
    await assert.rejects(parquetRowsOf(Buffer.from(zstd, "base64")), (error) => {
      assert.equal(
        parquetProblem(error, "x.parquet").message,
        'x.parquet is compressed by ZSTD, which is not read here: write it again with compression="snappy".',
      );
      return true;
    });
    const { buffer } = Uint8Array.from(Buffer.from(snappy, "base64").subarray(0, 500));
    const opened = await openParquet(buffer, "x.parquet", {});
    assert.ok(
      isProblem(opened) &&
        /^x\.parquet is no whole Parquet file \(.*\): copy it again\.$/.test(opened.message),
    );
  });
});
