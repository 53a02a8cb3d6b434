import assert from "node:assert/strict";
import {
  makeRankingBatch,
  parseItems,
  parseRankingFile,
  rankingFileText,
  rankingsToComparisons,
  shownOrder,
} from "../../extension/data/labels";
import { type LabelItem, type RankingFile } from "../../extension/protocol/rankingFormat";
import { parseRecords } from "../../extension/data/parseRecords";
import { toJsonLines } from "../../extension/data/records";
import { good } from "../support/fakeRuns";
import { isProblem } from "../../extension/protocol/problem";

const items = makeRankingBatch(
  "round1",
  ["What is red?", "안녕?", "Sing.", "Count."].map((text, i) => ({
    prompt: { id: `p${i}`, text },
    responses: Array.from({ length: 4 }, (_, k) => ({ text: `answer ${i}.${k}`, model: "sft@100", seed: k })),
  })),
  "2026-01-02T03:04:05Z",
);

const file: RankingFile = {
  formatVersion: 1,
  batch: "round1",
  labeler: "ann",
  guidelinesVersion: "2",
  shuffleSeed: 7,
  judgements: {
    "round1-0001": {
      status: "submitted",
      shownOrder: ["r2", "r1", "r4", "r3"],
      tiers: { overall: [["r3"], ["r1", "r4"], ["r2"]], preference: [["r1", "r2", "r3"], ["r4"]] },
      ratings: { r1: { likert: 6, flags: ["hallucination"], note: 'He said "no"\n' }, r2: {} },
      activeMs: 12_345.5,
      openedAt: "2026-01-02T03:04:05Z",
      submittedAt: "2026-01-02T03:05:05Z",
    },
    "round1-0002": { status: "draft", tiers: { overall: [["r1"]] } },
    "round1-0003": { status: "skipped", skipReason: "not my language" },
    "round1-0004": { status: "unrankable", tiers: { overall: [["r1"], ["r2", "r3", "r4"]] } },
  },
};

const messageOf = (value: unknown): string => {
  assert.ok(isProblem(value), "expected a problem");
  return value.message;
};
const changed = (change: (judgement: Record<string, unknown>) => void): string => {
  const copy = JSON.parse(rankingFileText(file)) as { judgements: Record<string, Record<string, unknown>> };
  change(copy.judgements["round1-0001"]);
  return messageOf(parseRankingFile(JSON.stringify(copy), "l.json", items));
};

describe("labels", () => {
  it("parseItems() reads what was written, and K responses each", () => {
    assert.deepEqual(good(parseItems(toJsonLines(items), "i.jsonl")), items);
    assert.equal(items[0].id, "round1-0001");
    assert.deepEqual(
      items[0].responses.map(({ id }) => id),
      ["r1", "r2", "r3", "r4"],
    );
  });

  it("parseItems() names the line and field that is wrong", () => {
    const lines = toJsonLines(items).split("\n");
    const of = (line: string): string => messageOf(parseItems(`${lines[0]}\n\n${line}\n`, "i.jsonl"));
    assert.equal(of("{"), "i.jsonl, line 3 is not valid JSON at column 2: the text ends too early.");
    assert.equal(of(lines[0]), 'i.jsonl, line 3: the item "round1-0001" already stands in line 1.');
    assert.equal(
      of(lines[1].replace('"text":"answer 1.2"', '"text":2')),
      'i.jsonl, line 3: "responses[2].text" must be text, but is 2.',
    );
    assert.equal(
      of(JSON.stringify({ ...items[1], responses: items[1].responses.slice(0, 1) })),
      'i.jsonl, line 3: "responses" must hold 2 to 9 responses, but holds 1.',
    );
    assert.match(of(lines[1].replace('"r2"', '"r1"')), /"responses" holds the id "r1" twice\.$/);
    assert.match(
      of(lines[1].replace('"createdAt"', '"createAt"')),
      /no field "createAt"; the nearest is "createdAt"\.$/,
    );
    assert.equal(messageOf(parseItems(" \n", "i.jsonl")), "i.jsonl is empty: it should hold items to rank.");
  });

  it("parseRankingFile() reads back all that rankingFileText() wrote", () => {
    assert.deepEqual(good(parseRankingFile(rankingFileText(file), "l.json", items)), file);
    const empty = { ...file, judgements: {} };
    assert.deepEqual(good(parseRankingFile(rankingFileText(empty), "l.json", items)), empty);
    assert.deepEqual(
      good(parseRankingFile(`\ufeff${rankingFileText(file).replaceAll("\n", "\r\n")}`, "l.json", items)),
      file,
    );
  });

  it("rankingFileText() changes only the lines of the judgement that changed", () => {
    const before = rankingFileText(file).split("\n");
    const first = file.judgements["round1-0001"];
    const tiers = { overall: [["r1"], ["r2"], ["r3"], ["r4"]] };
    const judgements = { ...file.judgements, "round1-0001": { ...first, tiers } };
    const after = rankingFileText({ ...file, judgements }).split("\n");
    assert.equal(after.length, before.length);
    assert.deepEqual(
      after.filter((line, i) => line !== before[i]),
      ['      "tiers": {"overall":[["r1"],["r2"],["r3"],["r4"]]},'],
    );
  });

  it("parseRankingFile() names the field that is wrong", () => {
    assert.equal(
      messageOf(parseRankingFile('{\n  "batch": x\n}', "l.json", items)),
      'l.json is not valid JSON at line 2, column 12: unexpected "x".',
    );
    assert.match(
      messageOf(parseRankingFile('{"formatVersion":2}', "l.json", items)),
      /^l\.json has format 2, newer than 1,/,
    );
    assert.match(
      messageOf(parseRankingFile(rankingFileText({ ...file, labeler: "ann lee" }), "l.json", items)),
      /"labeler" must be a labeler's name/,
    );
    assert.equal(
      changed((judged) => (judged.status = "done")),
      'l.json: "judgements.round1-0001.status" must be one of draft, submitted, skipped, unrankable, but is "done".',
    );
    assert.equal(
      changed((judged) => (judged.ratings = { r1: { likert: 8 } })),
      'l.json: "judgements.round1-0001.ratings.r1.likert" must be a whole number from 1 to 7, but is 8.',
    );
    assert.equal(
      changed((judged) => (judged.teirs = {})),
      'l.json: there is no field "teirs" in "judgements.round1-0001"; the nearest is "tiers".',
    );
  });

  it("parseRankingFile() refuses judgements that do not fit their items", () => {
    const named: readonly [tiers: unknown, message: RegExp][] = [
      [
        { overall: [["r1", "r2"], ["r3"]] },
        /is submitted, but "tiers\.overall" leaves out the response "r4"\.$/,
      ],
      [
        {
          overall: [
            ["r1", "r2"],
            ["r3", "r4", "r1"],
          ],
        },
        /has the response "r1" twice in "tiers\.overall"\.$/,
      ],
      [
        { overall: [["r1", "r2", "r3", "r4", "r5"]] },
        /names the response "r5", which the item does not hold\.$/,
      ],
      [{}, /is submitted, but has no "tiers"\.$/],
    ];
    for (const [tiers, message] of named)
      assert.match(
        changed((judged) => (judged.tiers = tiers)),
        message,
      );
    const other = { ...file, judgements: { "round1-0009": file.judgements["round1-0001"] } };
    assert.equal(
      messageOf(parseRankingFile(rankingFileText(other), "l.json", items)),
      'l.json: "judgements.round1-0009" is about an item that its batch does not hold.',
    );
  });

  it("rankingsToComparisons() takes submitted judgements of one axis alone", () => {
    assert.deepEqual(rankingsToComparisons(items, file, "overall"), [
      {
        id: "round1/round1-0001/ann/overall",
        prompt: "What is red?",
        promptId: "p0",
        labeler: "ann",
        axis: "overall",
        responses: [0, 1, 2, 3].map((k) => ({
          id: `round1/round1-0001/r${k + 1}`,
          text: `answer 0.${k}`,
          model: "sft@100",
        })),
        tiers: [[2], [0, 3], [1]],
      },
    ]);
    const [preference] = rankingsToComparisons(items, file, "preference");
    assert.deepEqual(preference.tiers, [[0, 1, 2], [3]]);
    assert.equal(preference.axis, "preference");
    assert.deepEqual(rankingsToComparisons(items, file, "instruction"), []);
  });

  it("rankingsToComparisons() gives records that the parser takes", () => {
    const comparisons = rankingsToComparisons(items, file, "overall");
    assert.deepEqual(parseRecords("comparisons", toJsonLines(comparisons), "c.jsonl").records, comparisons);
  });

  it("makeRankingBatch() refuses K outside 2 … 9", () => {
    const of = (k: number): LabelItem[] =>
      makeRankingBatch(
        "b",
        [{ prompt: { id: "p", text: "x" }, responses: Array(k).fill({ text: "y" }) }],
        "now",
      );
    assert.throws(() => of(1), RangeError);
    assert.throws(() => of(10), RangeError);
    assert.equal(of(9)[0].responses.length, 9);
  });

  it("shownOrder() is a shuffle that depends on the seed and the item alone", () => {
    assert.deepEqual([...shownOrder(items[0], 7)].sort(), ["r1", "r2", "r3", "r4"]);
    assert.deepEqual(shownOrder(items[0], 7), shownOrder({ ...items[0], prompt: "other" }, 7));
    const orders = Array.from({ length: 4000 }, (_, seed) => shownOrder(items[0], seed).join());
    // 24 orders, each about 167 times, five standard deviations apart.
    assert.equal(new Set(orders).size, 24);
    const first = orders.filter((order) => order === "r1,r2,r3,r4").length;
    assert.ok(Math.abs(first - 4000 / 24) < 64, `${first}`);
  });
});
