import assert from "node:assert/strict";
import { exportRecords } from "../../extension/data/exportRecords";
import type { Comparison } from "../../extension/data/records";
import { exportedBytes, exportedRows } from "../support/exported";

const comparison: Comparison = {
  id: "c1",
  prompt: 'Say "hi".',
  axis: "overall",
  labeler: "ann",
  responses: ["worst", "best", "also, best"].map((text, i) => ({ id: `r${i}`, text })),
  tiers: [[1, 2], [0]],
};
const textOf = (...args: Parameters<typeof exportedBytes>): string =>
  Buffer.from(exportedBytes(...args)).toString("utf8");
const shared = { group: "c1", group_size: 3, axis: "overall", labeler: "ann" };
const side = (name: string, index: number, rank: number): object => ({
  [`${name}_id`]: `r${index}`,
  [`${name}_index`]: index,
  [`${name}_rank`]: rank,
});

describe("exportRecords()", () => {
  it("writes our own lines as they are", () => {
    const { rows, leftOut } = exportRecords("comparisons", [comparison], "rlhf");
    assert.deepEqual(exportedRows([comparison], "rlhf"), [comparison]);
    assert.deepEqual([rows, leftOut], [1, 0]);
  });

  it("writes a row for each decided pair, with the ranking it is of, and says how many ties have none", () => {
    const { rows, leftOut, notes } = exportRecords("comparisons", [comparison], "trl");
    assert.deepEqual([rows, leftOut, notes], [2, 1, []]);
    const row = { prompt: 'Say "hi".', rejected: "worst", ...shared, ...side("rejected", 0, 2) };
    assert.deepEqual(exportedRows([comparison], "trl"), [
      { ...row, chosen: "best", ...side("chosen", 1, 1) },
      { ...row, chosen: "also, best", ...side("chosen", 2, 1) },
    ]);
    assert.deepEqual(exportedRows([comparison], "trl-chat")[0], {
      ...row,
      prompt: [{ role: "user", content: 'Say "hi".' }],
      chosen: [{ role: "assistant", content: "best" }],
      rejected: [{ role: "assistant", content: "worst" }],
      ...side("chosen", 1, 1),
    });
  });

  it("says which rankings have no row of pairs because they tie everything", () => {
    const tied = { ...comparison, tiers: [[0, 1, 2]] };
    const { rows, leftOut, notes } = exportRecords("comparisons", [tied], "csv");
    assert.deepEqual([rows, leftOut], [0, 3]);
    assert.deepEqual(notes, [
      "1 rankings tie all their responses and have no row of pairs: the formats rlhf and trl-unpaired keep them.",
    ]);
  });

  it("labels single responses: those of the best tier are wanted", () => {
    assert.deepEqual(
      exportedRows([comparison], "trl-unpaired").map(({ completion, label, response_rank }) => [
        completion,
        label,
        response_rank,
      ]),
      [
        ["worst", false, 2],
        ["best", true, 1],
        ["also, best", true, 1],
      ],
    );
  });

  it("writes transcripts, in which a prompt of several turns goes on as it is", () => {
    const talk = { ...comparison, prompt: "Human: Hi\n\nAssistant: Ho\n\nHuman: Why?", tiers: [[1], [0, 2]] };
    const [first, second] = [comparison, talk].map((each) => {
      const [{ chosen, rejected }] = exportedRows([each], "hh");
      return { chosen, rejected };
    });
    assert.deepEqual(first, {
      chosen: '\n\nHuman: Say "hi".\n\nAssistant: best',
      rejected: '\n\nHuman: Say "hi".\n\nAssistant: worst',
    });
    assert.deepEqual(second, {
      chosen: "\n\nHuman: Hi\n\nAssistant: Ho\n\nHuman: Why?\n\nAssistant: best",
      rejected: "\n\nHuman: Hi\n\nAssistant: Ho\n\nHuman: Why?\n\nAssistant: worst",
    });
  });

  it("leaves out a transcript that would be cut inside an answer, and says so", () => {
    const responses = [
      { id: "a", text: "Well.\n\nHuman: No!" },
      { id: "b", text: "Yes." },
    ];
    const { rows, notes } = exportRecords(
      "comparisons",
      [{ ...comparison, responses, tiers: [[0], [1]] }],
      "hh",
    );
    assert.equal(rows, 0);
    assert.match(notes[0], /^1 pairs hold "Human:" or "Assistant:" at the beginning of a paragraph/);
  });

  it("writes a table as RFC 4180 has it", () => {
    const [head, first, second] = textOf("comparisons", [comparison], "csv").split("\r\n");
    assert.match(head, /^prompt,chosen,rejected,group,group_size,axis,labeler,user,prompt_id,meta,chosen_id/);
    assert.equal(first, '"Say ""hi"".",best,worst,c1,3,overall,ann,,,,r1,1,1,,r0,0,2,');
    assert.equal(second, '"Say ""hi"".","also, best",worst,c1,3,overall,ann,,,,r2,2,1,,r0,0,2,');
  });

  it("writes a message tree with ranks from 0, the prompt's turns one below the other", () => {
    const talk = { ...comparison, prompt: "Human: Hi\n\nAssistant: Ho\n\nHuman: Why?" };
    const [tree] = exportedRows([talk], "oasst");
    interface Message {
      readonly role: string;
      readonly text: string;
      readonly rank?: number;
      readonly replies: readonly Message[];
    }
    const shown = ({ role, text, rank, replies }: Message): unknown => [
      role,
      text,
      ...(rank === undefined ? [] : [rank]),
      ...replies.map(shown),
    ];
    assert.deepEqual(shown(tree.prompt as Message), [
      "prompter",
      "Hi",
      [
        "assistant",
        "Ho",
        [
          "prompter",
          "Why?",
          ["assistant", "worst", 1],
          ["assistant", "best", 0],
          ["assistant", "also, best", 0],
        ],
      ],
    ]);
  });

  it("writes Argilla records: a question for each axis; ranks only where there are ties", () => {
    const strict = { ...comparison, id: "c2", axis: "instruction", tiers: [[2], [0], [1]] };
    const [record] = JSON.parse(textOf("comparisons", [comparison, strict], "argilla")) as {
      readonly fields: object;
      readonly responses: object;
    }[];
    assert.deepEqual(record.fields, {
      prompt: 'Say "hi".',
      "response-1": "worst",
      "response-2": "best",
      "response-3": "also, best",
    });
    assert.deepEqual(record.responses, {
      overall: [
        {
          user_id: "ann",
          value: [
            { rank: 1, value: "response-2" },
            { rank: 1, value: "response-3" },
            { rank: 2, value: "response-1" },
          ],
        },
      ],
      instruction: [{ user_id: "ann", value: ["response-3", "response-1", "response-2"] }],
    });
  });

  it("writes Label Studio tasks: an order as a list, tiers with ties as buckets 1, 2, …", () => {
    const strict = { ...comparison, id: "c2", axis: "instruction", tiers: [[2], [0], [1]] };
    const [{ data, annotations }] = JSON.parse(
      textOf("comparisons", [comparison, strict], "label-studio"),
    ) as {
      readonly data: { readonly items: readonly object[] };
      readonly annotations: readonly { readonly completed_by: object; readonly result: readonly object[] }[];
    }[];
    assert.deepEqual(data.items[1], { id: "response-2", title: "Response 2", body: "best" });
    assert.deepEqual(annotations[0].completed_by, { email: "ann" });
    assert.deepEqual(annotations[0].result, [
      {
        from_name: "rank",
        to_name: "results",
        type: "ranker",
        value: { ranker: { "1": ["response-2", "response-3"], "2": ["response-1"] } },
      },
      {
        from_name: "instruction",
        to_name: "results",
        type: "ranker",
        value: { ranker: { instruction: ["response-3", "response-1", "response-2"] } },
      },
    ]);
  });
});
