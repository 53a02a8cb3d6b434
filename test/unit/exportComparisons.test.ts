import assert from "node:assert/strict";
import { exportComparisons } from "../../extension/data/exportComparisons";
import type { Comparison } from "../../extension/data/records";

const comparison: Comparison = {
  id: "c1",
  prompt: 'Say "hi".',
  axis: "overall",
  labeler: "ann",
  responses: ["worst", "best", "also, best"].map((text, i) => ({ id: `r${i}`, text })),
  tiers: [[1, 2], [0]],
};

describe("exportComparisons()", () => {
  it("writes our own lines as they are", () => {
    const { text, rows, leftOut } = exportComparisons([comparison], "rlhf");
    assert.deepEqual([JSON.parse(text), rows, leftOut], [comparison, 1, 0]);
  });

  it("writes a row for each decided pair and says how many ties have none", () => {
    const { text, rows, leftOut } = exportComparisons([comparison], "trl");
    assert.equal(
      text,
      '{"prompt":"Say \\"hi\\".","chosen":"best","rejected":"worst"}\n{"prompt":"Say \\"hi\\".","chosen":"also, best","rejected":"worst"}\n',
    );
    assert.deepEqual([rows, leftOut], [2, 1]);
  });

  it("writes transcripts, in which a prompt of several turns goes on as it is", () => {
    const talk = { ...comparison, prompt: "Human: Hi\n\nAssistant: Ho\n\nHuman: Why?", tiers: [[1], [0, 2]] };
    const [first, second] = [comparison, talk].map(
      (each) => JSON.parse(exportComparisons([each], "hh").text.split("\n")[0]) as object,
    );
    assert.deepEqual(first, {
      chosen: '\n\nHuman: Say "hi".\n\nAssistant: best',
      rejected: '\n\nHuman: Say "hi".\n\nAssistant: worst',
    });
    assert.deepEqual(second, {
      chosen: "\n\nHuman: Hi\n\nAssistant: Ho\n\nHuman: Why?\n\nAssistant: best",
      rejected: "\n\nHuman: Hi\n\nAssistant: Ho\n\nHuman: Why?\n\nAssistant: worst",
    });
  });

  it("writes a table as RFC 4180 has it", () => {
    assert.equal(
      exportComparisons([comparison], "csv").text,
      'prompt,chosen,rejected,labeler\r\n"Say ""hi"".",best,worst,ann\r\n"Say ""hi"".","also, best",worst,ann\r\n',
    );
  });
});
