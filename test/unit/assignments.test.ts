import assert from "node:assert/strict";
import fc from "fast-check";
import { createRng } from "../../extension/algorithms/rng";
import { assignmentText, parseAssignment } from "../../extension/data/assignments";
import { repeatDistance } from "../../extension/data/mixItems";
import { askedItems, inOrder, shareItems } from "../../extension/data/shareItems";
import type { AssignmentFile } from "../../extension/protocol/assignmentFormat";
import { isProblem } from "../../extension/protocol/problem";
import type { LabelItem } from "../../extension/protocol/rankingFormat";
import { good } from "../support/fakeRuns";

const item = (id: string, prompt = id): LabelItem => ({
  id,
  prompt,
  responses: ["a", "b", "c", "d"].map((text, i) => ({ id: `r${i + 1}`, text })),
  createdAt: "",
});
const items = ["b-1", "b-2", "b-3"].map((id) => item(id));
const file: AssignmentFile = {
  formatVersion: 1,
  batch: "b",
  labeler: "kim",
  seed: 7,
  items: [
    { id: "b-3", reason: "drawn at random" },
    { id: "b-1", suggestion: ["r2", "r1", "r4", "r3"] },
  ],
};

describe("assignments", () => {
  it("a file has a line an item, and reads back as it was", () => {
    const text = assignmentText(file);
    assert.equal(
      text,
      `{
  "formatVersion": 1,
  "batch": "b",
  "labeler": "kim",
  "seed": 7,
  "items": [
    {"id":"b-3","reason":"drawn at random"},
    {"id":"b-1","suggestion":["r2","r1","r4","r3"]}
  ]
}
`,
    );
    assert.deepEqual(good(parseAssignment(text, "a.json", items)), file);
    const empty = { ...file, items: [] };
    assert.deepEqual(good(parseAssignment(assignmentText(empty), "a.json", items)), empty);
    assert.deepEqual(good(parseAssignment(`\ufeff${text.replace(/\n/g, "\r\n")}`, "a.json", items)), file);
  });

  it("parseAssignment() names what is wrong and never throws", () => {
    const messageOf = (text: string): string => {
      const parsed = parseAssignment(text, "a.json", items);
      assert.ok(isProblem(parsed), text);
      return parsed.message;
    };
    const changed = (change: object): string => messageOf(JSON.stringify({ ...file, ...change }));
    assert.match(messageOf("{"), /^a\.json is not valid JSON/);
    assert.match(messageOf("[]"), /the value must be an object/);
    assert.match(changed({ formatVersion: 2 }), /a\.json has format 2, newer than 1.*update it/);
    assert.match(changed({ labeler: "../kim" }), /"labeler" must be a labeler's name of letters/);
    assert.match(changed({ seed: -1 }), /"seed" must be/);
    assert.match(changed({ note: "x" }), /there is no field "note"/);
    assert.match(
      changed({ items: [{ id: "b-9" }] }),
      /"items\[0\]" names the item "b-9", which the batch does not hold/,
    );
    assert.match(
      changed({ items: [{ id: "b-1" }, { id: "b-1" }] }),
      /"items\[1\]" names the item "b-1" a second time/,
    );
    assert.match(
      changed({ items: [{ id: "b-1", suggestion: ["r1", "r1", "r2", "r3"] }] }),
      /"items\[0\]" has a "suggestion" that is no order/,
    );
    fc.assert(fc.property(fc.json(), (text) => void parseAssignment(text, "a.json", items)));
  });
});

describe("shareItems()", () => {
  const batchOf = (count: number, repeats: number): LabelItem[] => [
    ...Array.from({ length: count }, (_, i) => item(`b-${i}`)),
    ...Array.from({ length: repeats }, (_, i) => item(`again-${i}`, `b-${i}`)),
  ];

  it("everybody has about as much to do, items the stated number of labelers, and a repeat follows its original", () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 60 }),
          repeats: fc.integer({ min: 0, max: 20 }),
          people: fc.integer({ min: 1, max: 6 }),
          each: fc.integer({ min: 1, max: 3 }),
          overlap: fc.constantFrom(0, 0.2, 1),
          seed: fc.nat(),
        }),
        ({ count, repeats, people, each, overlap, seed }) => {
          const asked = askedItems(batchOf(count, Math.min(count, repeats)));
          assert.equal(asked.length, count);
          const labelers = Array.from({ length: people }, (_, i) => `labeler-${i}`);
          const share = () => shareItems(asked, { labelers, each, overlap, rng: createRng(seed) });
          const shares = share();
          assert.deepEqual(shares, share());
          const loads = labelers.map((labeler) =>
            (shares.get(labeler) ?? []).reduce((sum, one) => sum + 1 + one.repeats.length, 0),
          );
          assert.ok(Math.max(...loads) - Math.min(...loads) <= 2, loads.join());
          const times = asked.map(
            (one) => labelers.filter((labeler) => shares.get(labeler)?.includes(one)).length,
          );
          const more = Math.min(people, each + 1);
          const expected = people > each ? Math.round(overlap * count) : count;
          assert.equal(times.filter((n) => n === more).length, expected);
          assert.ok(times.every((n) => n === more || n === Math.min(people, each)));
          for (const own of shares.values()) {
            const ids = inOrder(own, createRng(seed)).map(({ id }) => id);
            assert.equal(new Set(ids).size, ids.length);
            for (const [place, one] of own.entries())
              for (const repeat of one.repeats) {
                const distance = ids.indexOf(repeat.id) - ids.indexOf(one.item.id);
                assert.ok(distance >= Math.min(repeatDistance, own.length - place), `${distance}`);
              }
          }
        },
      ),
    );
  });
});
