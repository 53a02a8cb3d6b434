import assert from "node:assert/strict";
import { labelBatch } from "../../extension/data/labelBatch";
import {
  judgedAxes,
  parseItems,
  parseRankingFile,
  rankingFileText,
  rankingsToComparisons,
} from "../../extension/data/labels";
import { toJsonLines, type Comparison } from "../../extension/data/records";
import { good } from "../support/fakeRuns";

const made = "2026-01-01T00:00:00Z";
const comparison = (id: string, rest: Partial<Comparison>): Comparison => ({
  id,
  prompt: "p",
  axis: "overall",
  responses: ["a", "b", "c"].map((text) => ({ id: text, text })),
  tiers: [[0], [1], [2]],
  ...rest,
});

describe("labelBatch()", () => {
  it("makes one item of the same responses in any order, and a file for each labeler", () => {
    const turned = { responses: ["c", "a", "b"].map((text) => ({ id: text, text })), tiers: [[0, 1], [2]] };
    const { items, rankings, renamed } = labelBatch(
      "b",
      [
        comparison("1", { labeler: "ann" }),
        comparison("2", { labeler: "bob", ...turned }),
        comparison("3", { labeler: "ann", axis: "instruction", tiers: [[0, 1, 2]] }),
        comparison("4", { labeler: "ann", prompt: "q", user: "u", promptId: "q1" }),
      ],
      made,
    );
    assert.deepEqual(
      items.map(({ id, prompt, promptId, user }) => [id, prompt, promptId, user]),
      [
        ["b-0001", "p", undefined, undefined],
        ["b-0002", "q", "q1", "u"],
      ],
    );
    assert.deepEqual(
      rankings.map(({ labeler, judgements }) => [labeler, judgements["b-0001"].tiers]),
      [
        ["ann", { overall: [["r1"], ["r2"], ["r3"]], instruction: [["r1", "r2", "r3"]] }],
        // c and a are tied above b.
        ["bob", { overall: [["r3", "r1"], ["r2"]] }],
      ],
    );
    assert.deepEqual(renamed, []);
  });

  it("gives ratings to the responses that they are of, in whatever order those came", () => {
    const turned = { responses: ["c", "a", "b"].map((text) => ({ id: text, text })) };
    const meta = { ratings: [{ note: "of c" }, { note: "of a" }, null] };
    const { rankings } = labelBatch(
      "b",
      [comparison("1", { labeler: "ann" }), comparison("2", { labeler: "bob", ...turned, meta })],
      made,
    );
    assert.deepEqual(rankings[1].judgements["b-0001"].ratings, {
      r1: { note: "of a" },
      r3: { note: "of c" },
    });
  });

  it("keeps what a labeler said twice of the same responses, and gives everybody a name of a file", () => {
    const { items, rankings, renamed } = labelBatch(
      "b",
      [
        comparison("1", {}),
        comparison("2", { tiers: [[2], [1], [0]] }),
        comparison("3", { labeler: "ann@example.com" }),
        comparison("4", { labeler: "ann-example-com" }),
        comparison("5", { labeler: "한글" }),
      ],
      made,
    );
    assert.equal(items.length, 2);
    assert.deepEqual(
      rankings.map(({ labeler, judgements }) => [labeler, Object.keys(judgements)]),
      [
        ["imported", ["b-0001", "b-0002"]],
        ["ann-example-com-2", ["b-0001"]],
        ["ann-example-com", ["b-0001"]],
        ["imported-2", ["b-0001"]],
      ],
    );
    assert.deepEqual(renamed, [
      { from: "ann@example.com", to: "ann-example-com-2" },
      { from: "한글", to: "imported-2" },
    ]);
  });

  it("writes files that are read as rankings made here, with ratings and what else was said", () => {
    const meta = { ratings: [{ likert: 7, flags: ["rude"] }, null, { note: "so so" }], source: "web" };
    const given = [
      comparison("1", { labeler: "ann", meta, user: "u" }),
      comparison("2", { labeler: "ann", axis: "preference", tiers: [[1, 2], [0]], meta: { source: "x" } }),
    ];
    const { items, rankings } = labelBatch("b", given, made);
    const read = good(parseItems(toJsonLines(items), "b.items.jsonl"));
    const file = good(parseRankingFile(rankingFileText(rankings[0]), "b.ann.ranking.json", read));
    assert.deepEqual(file.judgements["b-0001"].ratings, {
      r1: { likert: 7, flags: ["rude"] },
      r3: { note: "so so" },
    });
    assert.deepEqual(judgedAxes(file), ["overall", "preference"]);
    const [overall] = rankingsToComparisons(read, file, "overall", "tiers and ratings");
    assert.deepEqual([overall.tiers, overall.user, overall.meta], [[[0], [1], [2]], "u", meta]);
    const [preference] = rankingsToComparisons(read, file, "preference", "tiers and ratings");
    assert.deepEqual(preference.tiers, [[1, 2], [0]]);
    assert.equal(preference.meta?.source, "x");
  });
});
