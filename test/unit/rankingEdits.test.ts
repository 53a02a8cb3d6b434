import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applyRankingEdit,
  isShownOrder,
  maxNoteLetters,
  placed,
  rankAbove,
  rankOf,
  tiersOf,
  unranked,
  type AskedItem,
  type Ranks,
  type RankingEdit,
} from "../../extension/protocol/rankingEdits";
import { rankingAxes, type RankingJudgement } from "../../extension/protocol/rankingFormat";

const asked: AskedItem = { ids: ["a", "b", "c"], axes: ["overall"] };

/** The judgement after edits, from none; an edit that is not possible changes nothing. */
function after(item: AskedItem, edits: readonly RankingEdit[]): RankingJudgement | undefined {
  return edits.reduce<RankingJudgement | undefined>(
    (judged, edit) => applyRankingEdit(item, judged, edit) ?? judged,
    undefined,
  );
}
const place = (response: string, rank: number): RankingEdit => ({
  type: "place",
  axis: "overall",
  response,
  rank,
});

const ids = ["r1", "r2", "r3", "r4"];
const anyEdit: fc.Arbitrary<RankingEdit> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("place" as const),
      axis: fc.constantFrom(...rankingAxes),
      response: fc.constantFrom(...ids, "stranger"),
      rank: fc.integer({ min: 0, max: 9 }),
    }),
  },
  fc.record({
    type: fc.constant("rate" as const),
    response: fc.constantFrom(...ids),
    likert: fc.option(fc.integer({ min: 1, max: 7 })),
  }),
  fc.record({
    type: fc.constant("flag" as const),
    response: fc.constantFrom(...ids, "stranger"),
    flag: fc.constantFrom("hallucination", "opinion"),
    on: fc.boolean(),
  }),
  fc.record({ type: fc.constant("note" as const), response: fc.constantFrom(...ids), text: fc.string() }),
  fc.record({ type: fc.constant("skip" as const), reason: fc.string() }),
  fc.constantFrom<RankingEdit>({ type: "submit" }, { type: "unrankable" }, { type: "reopen" }),
);
const anyItem: fc.Arbitrary<AskedItem> = fc
  .constantFrom<AskedItem["axes"]>(["overall"], ["instruction", "preference"])
  .map((axes) => ({ ids, axes }));

describe("edits of a ranking", () => {
  it("places responses: beside others it is a tie, 0 takes one out, free ranks at the end go", () => {
    assert.deepEqual(placed([], "a", 2), [[], ["a"]]);
    assert.deepEqual(placed([["b"], ["a"]], "c", 2), [["b"], ["a", "c"]]);
    assert.deepEqual(placed([["b"], ["a"]], "a", 1), [["b", "a"]]);
    assert.deepEqual(placed([["b"], ["a"]], "a", 0), [["b"]]);
    assert.deepEqual(placed([["b"], ["a"]], "b", 0), [[], ["a"]]);
    assert.deepEqual(tiersOf([[], ["b"], [], ["a", "c"]]), [["b"], ["a", "c"]]);
  });

  it("knows a response's rank and the nearest better one", () => {
    const ranks = [["b"], [], ["a", "c"]];
    assert.deepEqual([rankOf(ranks, "c"), rankOf(ranks, "x")], [3, null]);
    assert.deepEqual([rankAbove(ranks, "a"), rankAbove(ranks, "b"), rankAbove(ranks, "x")], [1, null, null]);
  });

  it("a ranking by hand: drafts keep free ranks, the submission does not", () => {
    const draft = after(asked, [place("a", 3), place("b", 1), place("c", 3)]);
    assert.deepEqual(draft, { status: "draft", tiers: { overall: [["b"], [], ["a", "c"]] } });
    const submitted = applyRankingEdit(asked, draft, { type: "submit" });
    assert.deepEqual(submitted, { status: "submitted", tiers: { overall: [["b"], ["a", "c"]] } });
  });

  it("refuses a submission while a response has no rank on some axis", () => {
    const two: AskedItem = { ids: ["a"], axes: ["instruction", "preference"] };
    const judged = after(two, [{ type: "place", axis: "instruction", response: "a", rank: 1 }]);
    assert.deepEqual(unranked(two, judged), ["a"]);
    assert.equal(applyRankingEdit(two, judged, { type: "submit" }), null);
  });

  it("refuses ranks beyond the number of responses, strangers, axes not asked for, and texts without end", () => {
    assert.equal(applyRankingEdit(asked, undefined, place("a", 4)), null);
    assert.equal(applyRankingEdit(asked, undefined, place("x", 1)), null);
    const other: RankingEdit = { type: "place", axis: "preference", response: "a", rank: 1 };
    assert.equal(applyRankingEdit(asked, undefined, other), null);
    const text = "x".repeat(maxNoteLetters + 1);
    assert.equal(applyRankingEdit(asked, undefined, { type: "note", response: "a", text }), null);
    assert.equal(applyRankingEdit(asked, undefined, { type: "skip", reason: text }), null);
  });

  it("ratings hold what was said and nothing empty", () => {
    const judged = after(asked, [
      { type: "rate", response: "b", likert: 6 },
      { type: "flag", response: "b", flag: "opinion", on: true },
      { type: "note", response: "a", text: "dull" },
    ]);
    assert.deepEqual(judged?.ratings, { a: { note: "dull" }, b: { likert: 6, flags: ["opinion"] } });
    const back = applyRankingEdit(
      asked,
      { status: "draft", ratings: { a: { likert: 2 } } },
      {
        ...{ type: "rate", response: "a", likert: null },
      },
    );
    assert.deepEqual(back, { status: "draft" });
  });

  it("a skipped item keeps its reason until it is taken up again", () => {
    const skipped = after(asked, [place("a", 1), { type: "skip", reason: "too long" }]);
    assert.deepEqual([skipped?.status, skipped?.skipReason], ["skipped", "too long"]);
    const again = applyRankingEdit(asked, skipped, { type: "reopen" });
    assert.deepEqual(again, { status: "draft", tiers: { overall: [["a"]] } });
  });

  it("the order shown, without a tie, is what the guard asks about", () => {
    const ranked = after(asked, [place("a", 1), place("b", 2), place("c", 3)]);
    assert.equal(isShownOrder(asked, ranked), true);
    assert.equal(isShownOrder(asked, after(asked, [place("a", 1), place("b", 1), place("c", 2)])), false);
    assert.equal(isShownOrder(asked, after(asked, [place("a", 2), place("b", 1), place("c", 3)])), false);
    assert.equal(isShownOrder(asked, after(asked, [place("a", 1), place("b", 2)])), false);
  });

  it("any edits keep each response in one place at most, on axes that are asked for, and qualities from 1 to 7", () => {
    fc.assert(
      fc.property(anyItem, fc.array(anyEdit, { maxLength: 40 }), (item, edits) => {
        const judged = after(item, edits);
        for (const [axis, ranks] of Object.entries(judged?.tiers ?? {})) {
          assert.ok(item.axes.some((asks) => asks === axis));
          const all = ranks.flat();
          assert.equal(new Set(all).size, all.length);
          assert.ok(all.every((id) => ids.includes(id)) && ranks.length <= ids.length);
          assert.ok(tiersOf(ranks).every((tied) => tied.length > 0));
          assert.ok(ranks.length === 0 || (ranks.at(-1) ?? []).length > 0, "a free rank at the end");
        }
        for (const [id, { likert, flags, note }] of Object.entries(judged?.ratings ?? {})) {
          assert.ok(ids.includes(id));
          assert.ok(likert === undefined || (likert >= 1 && likert <= 7));
          assert.ok(flags === undefined || (flags.length > 0 && new Set(flags).size === flags.length));
          assert.notEqual(note, "");
        }
      }),
    );
  });

  it("whatever came before, a submission holds every response once on every axis, in tiers none of which is empty", () => {
    let submissions = 0;
    fc.assert(
      fc.property(anyItem, fc.array(anyEdit, { maxLength: 60 }), fc.boolean(), (item, edits, rankAll) => {
        const whole: RankingEdit[] = item.axes.flatMap((axis) =>
          ids.map((response, i): RankingEdit => ({ type: "place", axis, response, rank: (i * 3) % 4 || 1 })),
        );
        const judged = after(item, rankAll ? [...edits, ...whole] : edits);
        const submitted = applyRankingEdit(item, judged, { type: "submit" });
        if (submitted === null) return assert.ok(unranked(item, judged).length > 0);
        submissions++;
        assert.equal(submitted.status, "submitted");
        for (const axis of item.axes) {
          const tiers: Ranks = submitted.tiers?.[axis] ?? [];
          assert.deepEqual([...tiers.flat()].sort(), ids);
          assert.ok(tiers.every((tied) => tied.length > 0));
        }
      }),
    );
    assert.ok(submissions > 20);
  });
});
