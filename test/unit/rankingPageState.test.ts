import assert from "node:assert/strict";
import fc from "fast-check";
import { applyRankingEdit, type RankingEdit } from "../../extension/protocol/rankingEdits";
import type { RankingJudgement } from "../../extension/protocol/rankingFormat";
import type { RankingCommand, RankingDelta, RankingState } from "../../extension/protocol/rankingMessages";
import { withPlace } from "../../webviews/ranking/kept";
import type { RankingPage, Step, Wish } from "../../webviews/ranking/state";
import { happened, received, type PageEvent } from "../../webviews/ranking/step";

const flags = [
  { name: "hallucination", text: "Hallucination" },
  { name: "opinion", text: "Opinion" },
];
const itemOf = (id: string, judgement: RankingJudgement | null = null, ids = ["r1", "r2", "r3"]) => ({
  ...{ id, prompt: "p", about: [], reason: null, judgement },
  responses: ids.map((each) => ({ id: each, text: each, source: null })),
});
const stateOf = (more: Partial<RankingState> = {}): RankingState => ({
  ...{ batch: "b", labeler: "l", axes: ["overall"], flags, hasGuidelines: true, index: 0 },
  items: ["i1", "i2", "i3"].map((id) => ({ id, status: null })),
  ...{ team: { done: 0, items: 3, labelers: 1 }, item: itemOf("i1"), problem: null, readOnly: false },
  ...more,
});

/** A page and all that it has asked for, driven by what happens. */
class Labeler {
  page: RankingPage;
  readonly wishes: Wish[] = [];
  constructor(state = stateOf()) {
    const step = received(null, { type: "hydrate", version: 1, texts: {}, state });
    assert.ok(step);
    this.page = step.page;
  }
  private take(step: Step | null): this {
    assert.ok(step);
    this.page = step.page;
    this.wishes.push(...step.wishes);
    return this;
  }
  host(delta: RankingDelta): this {
    return this.take(received(this.page, { type: "delta", delta }));
  }
  key(command: RankingCommand, argument = ""): this {
    return this.host({ type: "command", command, argument });
  }
  /** Several keys: "b1" is the card B at rank 1. */
  keys(text: string): this {
    for (const each of text) this.key(/\d/.test(each) ? "rank" : "letter", each);
    return this;
  }
  does(event: PageEvent): this {
    return this.take(happened(this.page, event));
  }
  get tiers(): unknown {
    return this.page.state.item?.judgement?.tiers?.overall;
  }
  get edits(): RankingEdit[] {
    return this.wishes.flatMap((wish) => (wish.type === "edit" ? [wish.edit] : []));
  }
  get opened(): number[] {
    return this.wishes.flatMap((wish) => (wish.type === "open" ? [wish.index] : []));
  }
}

describe("the ranking page's state", () => {
  it("shows nothing before it is hydrated; then the first response without a rank has the keys", () => {
    const delta: RankingDelta = { type: "team", team: { done: 0, items: 0, labelers: 0 } };
    assert.equal(received(null, { type: "delta", delta }), null);
    assert.equal(new Labeler().page.card, "r1");
    const begun = itemOf("i1", { status: "draft", tiers: { overall: [["r1"]] } });
    assert.equal(new Labeler(stateOf({ item: begun })).page.card, "r2");
  });

  it("a rank is shown at once, sent with its number, and hands the keys to the next response without one", () => {
    const labeler = new Labeler().keys("2");
    assert.deepEqual(labeler.tiers, [[], ["r1"]]);
    assert.deepEqual(labeler.wishes, [
      {
        type: "edit",
        number: 1,
        item: "i1",
        edit: { type: "place", axis: "overall", response: "r1", rank: 2 },
      },
      { type: "focus", on: "card" },
    ]);
    assert.equal(labeler.page.card, "r2");
    labeler.keys("a1");
    assert.equal(labeler.page.card, "r1", "one that had a rank keeps the keys");
    assert.deepEqual(labeler.page.said, { key: "saidRank", values: ["A", 1] });
    labeler.keys("b1");
    assert.deepEqual(labeler.page.said, { key: "saidTied", values: ["B", 1, "A"] });
    assert.equal(labeler.page.card, "r3");
  });

  it("the host's answer to an older edit does not take back a newer one; its answer to the last one is the truth", () => {
    const labeler = new Labeler().keys("1").keys("2");
    const first = { status: "draft" as const, tiers: { overall: [["r1"]] } };
    labeler.host({ type: "judgement", id: "i1", judgement: first, upTo: 1 });
    assert.deepEqual(labeler.tiers, [["r1"], ["r2"]]);
    labeler.host({ type: "judgement", id: "i1", judgement: first, upTo: 2 });
    assert.deepEqual(labeler.tiers, [["r1"]], "the host refused it");
    assert.equal(labeler.page.pending.length, 0);
  });

  it("what the host undoes is undone", () => {
    const labeler = new Labeler().keys("1");
    labeler.host({
      type: "judgement",
      id: "i1",
      judgement: { status: "draft", tiers: { overall: [["r1"]] } },
      upTo: 1,
    });
    labeler.host({ type: "judgement", id: "i1", judgement: null, upTo: 1 });
    assert.equal(labeler.tiers, undefined);
  });

  it("moves, ties and takes out by keys, and says where there is no way on", () => {
    const labeler = new Labeler().keys("a1b2c3");
    labeler.key("up");
    assert.deepEqual(labeler.tiers, [["r1"], ["r2", "r3"]]);
    labeler.key("tie");
    assert.deepEqual(labeler.tiers, [["r1", "r3"], ["r2"]]);
    labeler.key("up");
    assert.equal(labeler.page.said?.key, "saidTopRank");
    labeler.key("tie");
    assert.equal(labeler.page.said?.key, "saidNoneAbove");
    labeler.key("rank", "0");
    assert.deepEqual([labeler.tiers, labeler.page.said?.key], [[["r1"], ["r2"]], "saidUnranked"]);
    labeler.key("up");
    assert.deepEqual(labeler.tiers, [["r1"], ["r2"], ["r3"]], "from below all");
    labeler.key("down");
    assert.equal(labeler.page.said?.key, "saidLowRank");
    labeler.key("rank", "4");
    assert.equal(labeler.page.said?.key, "saidLowRank");
    assert.equal(
      new Labeler().keys("a1b").key("tie").page.state.item?.judgement?.tiers?.overall[0].length,
      2,
    );
  });

  it("letters tick flags while the list is open, and go to cards when it is closed", () => {
    const labeler = new Labeler().keys("b").key("flags").keys("b");
    assert.deepEqual(labeler.edits, [{ type: "flag", response: "r2", flag: "opinion", on: true }]);
    assert.equal(labeler.page.card, "r2");
    assert.deepEqual(labeler.keys("b").edits.at(-1), {
      type: "flag",
      response: "r2",
      flag: "opinion",
      on: false,
    });
    labeler.keys("c");
    assert.equal(labeler.edits.length, 2, "there is no third flag");
    labeler.key("escape").keys("c");
    assert.equal(labeler.page.card, "r3");
    labeler.key("flags").does({ type: "focus", response: "r1" }).keys("b");
    assert.deepEqual([labeler.page.card, labeler.edits.length], ["r2", 2], "a list belongs to its card");
  });

  it("a quality given again is taken back; none beyond 7 is taken", () => {
    const labeler = new Labeler().key("likert", "5").key("likert", "5").key("likert", "8").key("likert", "0");
    const given = labeler.edits.map((edit) => (edit.type === "rate" ? edit.likert : "other"));
    assert.deepEqual(given, [5, null, null]);
  });

  it("submit says what has no rank, on which axis, and goes there", () => {
    const labeler = new Labeler(stateOf({ axes: ["instruction", "preference"] }));
    labeler.keys("a1b1c2").key("submit");
    assert.deepEqual(labeler.page.said?.values, ["A, B, C", { text: "axisPreference" }]);
    assert.deepEqual([labeler.page.axis, labeler.page.card], ["preference", "r1"]);
    labeler.keys("1").key("submit");
    assert.deepEqual(labeler.page.said?.values, ["B, C", { text: "axisPreference" }]);
    assert.ok(!labeler.edits.some(({ type }) => type === "submit"));
    labeler.keys("b1c2").key("submit");
    assert.equal(labeler.edits.at(-1)?.type, "submit");
  });

  it("the order shown is asked about once; an edit in between asks again", () => {
    const labeler = new Labeler().keys("a1b2c3").key("submit");
    assert.equal(labeler.page.said?.key, "saidShownOrder");
    labeler.key("likert", "3").key("submit");
    assert.equal(labeler.edits.at(-1)?.type, "rate");
    labeler.key("submit");
    assert.deepEqual([labeler.edits.at(-1)?.type, labeler.opened], ["submit", [1]]);
  });

  it("after a submission the next open item opens; keys that come before it is there are meant for it", () => {
    const items = [
      { id: "i1", status: null },
      { id: "i2", status: "skipped" as const },
      { id: "i3", status: null },
    ];
    const labeler = new Labeler(stateOf({ items })).keys("a2b1c1").key("submit");
    assert.deepEqual(labeler.opened, [2]);
    labeler.keys("b1");
    assert.equal(labeler.edits.length, 4, "nothing of the old item changes");
    labeler.host({ type: "item", index: 2, item: itemOf("i3") });
    assert.deepEqual(labeler.tiers, [["r2"]]);
    assert.deepEqual(
      labeler.page.state.items.map(({ status }) => status),
      ["submitted", "skipped", "draft"],
      "the first item counts as submitted although the host has not said so",
    );
  });

  it("when all is done it says so, and a finished item changes only after it is taken up again", () => {
    const labeler = new Labeler(stateOf({ items: [{ id: "i1", status: null }] })).key("unrankable");
    assert.deepEqual([labeler.page.said?.key, labeler.opened], ["allDone", []]);
    labeler.keys("a1");
    assert.equal(labeler.page.said?.key, "saidFinished");
    labeler
      .does({ type: "rate", response: "r1", likert: 3 })
      .does({ type: "note", response: "r1", text: "x" });
    assert.deepEqual(labeler.edits, [{ type: "unrankable" }]);
    labeler.does({ type: "reopen" }).keys("a1");
    assert.deepEqual(labeler.tiers, [["r1"]]);
  });

  it("skips for a reason; escape leaves without", () => {
    const labeler = new Labeler().key("skip");
    assert.deepEqual(labeler.wishes.at(-1), { type: "focus", on: "skip" });
    labeler.key("escape").does({ type: "skip", reason: "never asked" });
    assert.deepEqual(labeler.edits, []);
    labeler.key("skip").does({ type: "skip", reason: " too long " });
    assert.deepEqual([labeler.edits, labeler.opened], [[{ type: "skip", reason: "too long" }], [1]]);
  });

  it("a note is sent once, before any other edit and before another item opens", () => {
    const labeler = new Labeler().does({ type: "note", response: "r1", text: "a" });
    labeler.does({ type: "note", response: "r1", text: "ab" });
    assert.deepEqual(labeler.edits, []);
    assert.equal(labeler.page.state.item?.judgement?.ratings?.r1.note, "ab", "shown as it is written");
    labeler.does({ type: "note", response: "r2", text: "c" });
    assert.deepEqual(labeler.edits, [{ type: "note", response: "r1", text: "ab" }]);
    labeler.keys("1");
    assert.deepEqual(
      labeler.edits.map(({ type }) => type),
      ["note", "note", "place"],
    );
    labeler.does({ type: "note", response: "r2", text: "cd" }).key("next");
    assert.deepEqual(
      labeler.wishes.slice(-2).map(({ type }) => type),
      ["edit", "open"],
    );
    assert.equal(labeler.does({ type: "sendNote" }).edits.length, 4, "nothing is sent twice");
  });

  it("what is being written counts before it is undone, and undoing keeps its place among the edits", () => {
    const labeler = new Labeler().does({ type: "note", response: "r1", text: "a" });
    labeler.keys("1").key("undo").key("redo");
    labeler.does({ type: "note", response: "r1", text: "ab" }).key("undo");
    const acts = labeler.wishes.filter(({ type }) => type !== "focus");
    assert.deepEqual(
      acts.map((wish) => (wish.type === "edit" ? wish.edit.type : wish.type)),
      ["note", "place", "undo", "redo", "note", "undo"],
    );
  });

  it("goes through the items and says where they end", () => {
    const labeler = new Labeler().key("previous");
    assert.equal(labeler.page.said?.key, "saidFirst");
    labeler.key("next").host({ type: "item", index: 1, item: itemOf("i2") });
    labeler
      .key("next")
      .host({ type: "item", index: 2, item: itemOf("i3") })
      .key("next");
    assert.deepEqual([labeler.opened, labeler.page.said?.key], [[1, 2], "saidLast"]);
    labeler.key("nextOpen");
    assert.deepEqual(labeler.opened, [1, 2, 0]);
  });

  it("nothing changes in a file that cannot be written, or while the list of keys is open", () => {
    const labeler = new Labeler(stateOf({ readOnly: true }))
      .keys("a1")
      .key("flags")
      .key("skip")
      .key("unrankable");
    assert.deepEqual([labeler.edits, labeler.page.said?.key], [[], "readOnly"]);
    const reading = new Labeler().key("help").keys("a1").key("submit");
    assert.deepEqual([reading.edits, reading.page.isHelpOpen], [[], true]);
    assert.equal(reading.key("escape").page.isHelpOpen, false);
  });

  it("a second look at the same item keeps the labeler's place, one at another item does not", () => {
    const labeler = new Labeler().keys("c").key("diff");
    const again = received(labeler.page, { type: "hydrate", version: 1, texts: {}, state: stateOf() });
    assert.deepEqual([again?.page.card, again?.page.isDiff, again?.wishes], ["r3", true, []]);
    const other = stateOf({ item: itemOf("i2"), index: 1 });
    const moved = received(labeler.page, { type: "hydrate", version: 1, texts: {}, state: other });
    assert.deepEqual([moved?.page.card, moved?.page.isDiff], ["r1", false]);
  });

  it("comes back to the place that was kept, if it is one", () => {
    const { page } = new Labeler();
    assert.equal(withPlace(page, { item: "i1", card: "r3", axis: "overall" }).card, "r3");
    for (const kept of [
      null,
      3,
      {},
      { item: "i2", card: "r3", axis: "overall" },
      { item: "i1", card: "x", axis: "preference" },
    ])
      assert.deepEqual([withPlace(page, kept).card, withPlace(page, kept).axis], ["r1", "overall"]);
  });

  it("whatever is pressed, in whatever pace the host answers, page and host agree in the end", () => {
    const press = fc.oneof(
      fc.constantFrom(...["a", "b", "c", "1", "2", "3", "0"]).map((key) => ({ key })),
      fc
        .constantFrom<RankingCommand>(
          "tie",
          "up",
          "down",
          "flags",
          "submit",
          "unrankable",
          "escape",
          "axis",
          "diff",
        )
        .map((command) => ({ command })),
      fc.constant({ answer: true as const }),
    );
    fc.assert(
      fc.property(fc.array(press, { maxLength: 60 }), (presses) => {
        const labeler = new Labeler(stateOf({ items: [{ id: "i1", status: null }] }));
        const asked = { ids: ["r1", "r2", "r3"], axes: ["overall" as const] };
        let judgement: RankingJudgement | null = null;
        let answered = 0;
        const answer = (): void => {
          const edit = labeler.wishes.filter((wish) => wish.type === "edit")[answered];
          if (edit === undefined) return;
          judgement = applyRankingEdit(asked, judgement ?? undefined, edit.edit) ?? judgement;
          labeler.host({ type: "judgement", id: "i1", judgement, upTo: ++answered });
        };
        for (const each of presses) {
          if ("answer" in each) answer();
          else if ("command" in each) labeler.key(each.command);
          else labeler.keys(each.key);
        }
        const shown = labeler.page.state.item?.judgement ?? null;
        while (answered < labeler.edits.length) answer();
        assert.deepEqual(labeler.page.state.item?.judgement ?? null, judgement);
        assert.deepEqual(shown, judgement, "what was shown at once is what became of it");
        assert.deepEqual(labeler.page.state, labeler.page.truth);
      }),
    );
  });
});
