import assert from "node:assert/strict";
import { goldContent, type GoldItem } from "../../extension/data/goldItems";
import type { BatchLabels } from "../../extension/data/itemContent";
import { trainingComparisons } from "../../extension/data/trainingComparisons";
import type { LabelItem, RankingFile, RankingJudgement } from "../../extension/protocol/rankingFormat";

const item = (id: string, prompt: string, texts: readonly string[]): LabelItem => ({
  id,
  prompt,
  responses: texts.map((text, i) => ({ id: `r${i + 1}`, text })),
  createdAt: "",
});
const submitted = (tiers: string[][], submittedAt?: string): RankingJudgement => ({
  status: "submitted",
  tiers: { overall: tiers },
  ...(submittedAt !== undefined && { submittedAt }),
});
const ranking = (labeler: string, judgements: Record<string, RankingJudgement>): RankingFile => ({
  formatVersion: 1,
  batch: "b",
  labeler,
  shuffleSeed: 1,
  judgements,
});
// i4 is i1 again with its responses in another order, g the gold item with its responses in another order.
const items = [
  item("i1", "what ?", ["x", "y"]),
  item("i2", "who ?", ["x", "y"]),
  item("g", "known ?", ["no", "yes"]),
  item("i4", "what ?", ["y", "x"]),
];
const gold: GoldItem = {
  id: "any",
  prompt: "known ?",
  responses: [{ text: "yes" }, { text: "no" }],
  tiers: [[0], [1]],
};
const goldKeys = new Set([goldContent(gold).key]);
const batch = (...rankings: RankingFile[]): BatchLabels => ({ batch: "b", items, rankings });
const ids = (batches: readonly BatchLabels[], keys = goldKeys) =>
  trainingComparisons(batches, "overall", keys).comparisons.map(({ id }) => id);
const all = {
  i1: submitted([["r1"], ["r2"]]),
  i2: submitted([["r1"], ["r2"]]),
  g: submitted([["r1"], ["r2"]]),
  i4: submitted([["r1"], ["r2"]]),
};

describe("trainingComparisons()", () => {
  it("leaves out gold items and a labeler's later judgement of the same responses, whatever their ids and order", () => {
    const result = trainingComparisons(
      [batch(ranking("kim", all), ranking("lee", all))],
      "overall",
      goldKeys,
    );
    assert.deepEqual(
      result.comparisons.map(({ id }) => id),
      ["b/i1/kim/overall", "b/i2/kim/overall", "b/i1/lee/overall", "b/i2/lee/overall"],
    );
    assert.deepEqual([result.gold, result.repeats], [2, 2]);
    assert.ok(ids([batch(ranking("kim", all))], new Set()).includes("b/g/kim/overall"));
  });

  it("counts what was submitted first, where times are known", () => {
    const at = (i1: string | undefined, i4: string | undefined) =>
      ids([
        batch(
          ranking("kim", {
            i1: submitted([["r1"], ["r2"]], i1),
            i4: submitted([["r1"], ["r2"]], i4),
          }),
        ),
      ]).join();
    assert.equal(at("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"), "b/i4/kim/overall");
    assert.equal(at("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), "b/i1/kim/overall");
    assert.equal(at(undefined, "2026-01-01T00:00:00Z"), "b/i4/kim/overall");
    assert.equal(at(undefined, "yesterday"), "b/i1/kim/overall");
  });

  it("a repeat trains where the first was not judged, and one of another batch is a repeat too", () => {
    const skipped = ranking("kim", { i1: { status: "skipped" }, i4: all.i4 });
    assert.deepEqual(ids([batch(skipped)]), ["b/i4/kim/overall"]);
    const later = { ...batch({ ...ranking("kim", { i2: all.i2 }), batch: "c" }), batch: "c" };
    assert.deepEqual(ids([batch(ranking("kim", { i2: all.i2 })), later]), ["b/i2/kim/overall"]);
  });

  it("what an adjudicator has settled counts instead of the others' judgements, also of the same responses asked again", () => {
    const settled = ranking("adjudicated-by-mina", { i4: all.i4 });
    const result = trainingComparisons(
      [batch(ranking("kim", all), settled, ranking("lee", { i1: all.i1 }))],
      "overall",
      goldKeys,
    );
    assert.deepEqual(
      result.comparisons.map(({ id }) => id),
      ["b/i2/kim/overall", "b/i4/adjudicated-by-mina/overall"],
    );
    // kim's i1 and i4 and lee's i1 give way; kim's gold item is no repeat.
    assert.deepEqual([result.adjudicated, result.gold, result.repeats], [3, 1, 0]);
  });
});
