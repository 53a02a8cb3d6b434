// One labeler's file as the ranking editor changes it: small changes, nothing else touched, faults with their line.
import assert from "node:assert/strict";
import fc from "fast-check";
import { makeRankingBatch, newRankingFile, rankingFileText } from "../../extension/data/labels";
import {
  isFault,
  judgementChange,
  namesAnother,
  readRankingText,
  withCircumstances,
} from "../../extension/host/rankingDocument";
import type { TextChange } from "../../extension/host/textChange";
import { inEnglish } from "../../extension/protocol/fieldValue";
import type { RankingFile, RankingJudgement } from "../../extension/protocol/rankingFormat";

const items = makeRankingBatch(
  "round.1",
  ["What is red?", "Sing.", "Count."].map((text, i) => ({
    prompt: { id: `p${i}`, text },
    responses: ["a", "b", "c", "d"].map((letter) => ({ text: `${letter}${i}` })),
  })),
  "2026-01-02T03:04:05Z",
);
const [first, second, third] = items.map(({ id }) => id);
const empty = rankingFileText(newRankingFile("round.1", "ann"));
const judged: RankingJudgement = { status: "draft", tiers: { overall: [["r2"], [], ["r1", "r3"]] } };

const changed = (text: string, { offset, length, content }: TextChange): string =>
  text.slice(0, offset) + content + text.slice(offset + length);
function put(text: string, id: string, judgement: RankingJudgement): string {
  const change = judgementChange(text, id, judgement);
  assert.ok(change);
  return changed(text, change);
}
function read(text: string): RankingFile {
  const file = readRankingText(text, "l.json", items, inEnglish);
  assert.ok(!isFault(file), isFault(file) ? file.message : "");
  return file;
}
function faultOf(text: string): readonly [number | null, string] {
  const fault = readRankingText(text, "labels/l.json", items, inEnglish);
  assert.ok(isFault(fault), "expected a fault");
  return [fault.line, fault.message];
}

describe("a labeler's file in the editor", () => {
  it("takes judgements in, and looks as if it had been written at once", () => {
    const one = put(empty, first, judged);
    assert.deepEqual(read(one).judgements, { [first]: judged });
    const two = put(one, third, { status: "skipped", skipReason: "no" });
    const whole = { ...newRankingFile("round.1", "ann"), judgements: read(two).judgements };
    assert.equal(two, rankingFileText(whole));
    assert.deepEqual(Object.keys(read(two).judgements), [first, third]);
  });

  it("a change of one field is a change inside one line", () => {
    const before = put(put(empty, first, judged), second, judged);
    const change = judgementChange(before, first, { ...judged, activeMs: 3, status: "draft" });
    assert.ok(change);
    assert.equal(change.content, ',\n      "activeMs": 3');
    const flagged = { ...judged, ratings: { r1: { flags: ["hallucination"] } } };
    const lines = put(before, first, flagged)
      .split("\n")
      .filter((line) => !before.includes(line));
    // The new field, and the comma of the one before.
    assert.equal(lines.length, 2, lines.join("\n"));
  });

  it("what else stands in the file keeps its bytes: a hand's own layout, and Windows line ends", () => {
    const byHand = `{"formatVersion":1,"batch":"round.1",\r\n\t"labeler":"ann", "shuffleSeed":5,\r\n"judgements":{ "${second}":{"status":"skipped"}}}`;
    const after = put(byHand, first, judged);
    assert.ok(after.startsWith(byHand.slice(0, -2)), after);
    assert.ok(!/[^\r]\n/.test(after));
    assert.deepEqual(Object.keys(read(after).judgements), [second, first]);
  });

  it("names the line of a merge that Git left open", () => {
    const text = put(empty, first, judged);
    const conflict = text.replace(
      '      "status"',
      '<<<<<<< HEAD\n      "status": "draft",\n=======\n      "status"',
    );
    const [line, message] = faultOf(conflict);
    assert.equal(conflict.split("\n")[(line ?? 0) - 1], "<<<<<<< HEAD");
    assert.match(message, /^labels\/l\.json, line \d+: Git left both sides/);
    // A row of equal signs inside a note is none.
    const note = { ...judged, ratings: { r1: { note: "\n=======\n" } } };
    assert.deepEqual(read(put(empty, first, note)).judgements[first], note);
  });

  it("names the line of a wrong field, of broken JSON and of a newer format", () => {
    const text = put(put(empty, first, judged), second, { status: "draft", ratings: { r1: { likert: 7 } } });
    const lineWith = (all: string, part: string): number =>
      all.split("\n").findIndex((each) => each.includes(part)) + 1;
    const wrong = text.replace('"likert":7', '"likert":8');
    assert.deepEqual(faultOf(wrong), [
      lineWith(wrong, '"likert"'),
      `labels/l.json: "judgements.${second}.ratings.r1.likert" must be a whole number from 1 to 7, but is 8.`,
    ]);
    const stranger = text.replace('"r2"', '"r9"');
    assert.equal(faultOf(stranger)[0], lineWith(stranger, `"${first}"`));
    const half = text.slice(0, text.indexOf('"ratings"'));
    assert.equal(faultOf(half)[0], half.split("\n").length);
    assert.match(faultOf(text.replace('"formatVersion": 1', '"formatVersion": 2'))[1], /newer than 1/);
    assert.match(faultOf("")[1], /not valid JSON/);
  });

  it("keeps when a judgement was begun, adds up its work, and takes time and guidelines of the last time it was finished", () => {
    const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 2, 3, minute));
    const base = {
      shownOrder: ["r2", "r1"],
      shownAt: at(0),
      now: at(1),
      activeMs: 1500.4,
      guidelinesVersion: "a",
    };
    const draft = withCircumstances({ status: "draft" }, base);
    const [openedAt, shownOrder] = ["2026-01-02T03:00:00.000Z", ["r2", "r1"]];
    assert.deepEqual(draft, { status: "draft", shownOrder, activeMs: 1500, openedAt });
    const later = { ...base, shownAt: at(5), now: at(6), activeMs: -3, guidelinesVersion: "b" };
    const done = withCircumstances({ ...draft, status: "submitted" }, later);
    const submittedAt = "2026-01-02T03:06:00.000Z";
    assert.deepEqual(done, { ...draft, status: "submitted", submittedAt, guidelinesVersion: "b" });
    const again = withCircumstances(
      { ...done, status: "draft" },
      { ...later, activeMs: 1e12, guidelinesVersion: "c" },
    );
    assert.deepEqual(again, { ...done, status: "draft", activeMs: 1500 + 3_600_000 });
  });

  it("names a file whose name says something else than its inside", () => {
    const place = { project: "/p", batch: "round.1", labeler: "ann" };
    assert.equal(namesAnother(read(empty), place, "l.json", inEnglish), null);
    for (const other of [{ labeler: "kim" }, { batch: "two" }])
      assert.match(
        namesAnother(read(empty), { ...place, ...other }, "l.json", inEnglish)?.message ?? "",
        /make both agree/,
      );
  });

  it("any sequence of judgements reads back as the last of each", () => {
    const id = fc.constantFrom(first, second, third);
    const note = fc.string({ unit: "binary", maxLength: 40 });
    const step = fc.tuple(id, note, fc.integer({ min: 1, max: 7 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, isWindows) => {
        let text = isWindows ? empty.replaceAll("\n", "\r\n") : empty;
        const expected: Record<string, RankingJudgement> = {};
        for (const [item, words, likert] of steps) {
          const judgement: RankingJudgement = { status: "draft", ratings: { r1: { likert, note: words } } };
          text = put(text, item, judgement);
          expected[item] = judgement;
        }
        assert.deepEqual(read(text).judgements, expected);
      }),
    );
  });
});
