import assert from "node:assert/strict";
import fc from "fast-check";
import { exportComparisons, type ComparisonFormat } from "../../extension/data/exportComparisons";
import { importRecords } from "../../extension/data/importRecords";
import {
  makeRankingBatch,
  parseItems,
  parseRankingFile,
  rankingFileText,
  rankingsToComparisons,
} from "../../extension/data/labels";
import type { RankingFile } from "../../extension/protocol/rankingFormat";
import { parseRecords } from "../../extension/data/parseRecords";
import { recordKinds, toJsonLines, type Comparison } from "../../extension/data/records";
import { splitByUser } from "../../extension/data/splits";
import { good } from "../support/fakeRuns";

fc.configureGlobal({ seed: 20220304 });
const anyText = fc.string({ unit: "grapheme", maxLength: 30 });
/** Text that no format takes for something else: transcripts have marks and no white space around, tables one kind of line end. */
const plain = anyText
  .map((text) => text.replace(/\r/g, "").trim())
  .filter((text) => text !== "" && !/Human:|Assistant:/.test(text));

/** K responses in random tiers: a place for each, equal places are ties. */
const comparison = (text: fc.Arbitrary<string>): fc.Arbitrary<Comparison> =>
  fc
    .tuple(
      text,
      fc.uniqueArray(text, { minLength: 2, maxLength: 9 }),
      fc.array(fc.nat(6), { minLength: 9, maxLength: 9 }),
      fc.uuid(),
    )
    .map(([prompt, texts, places, id]) => ({
      id,
      prompt,
      axis: "overall",
      responses: texts.map((each, i) => ({ id: `r${i}`, text: each })),
      tiers: tiersOf(places.slice(0, texts.length)),
    }));

function tiersOf(places: readonly number[]): number[][] {
  return [...new Set(places)]
    .sort((a, b) => a - b)
    .map((place) => places.flatMap((p, i) => (p === place ? [i] : [])));
}

const comparisons = (text: fc.Arbitrary<string>): fc.Arbitrary<Comparison[]> =>
  fc.uniqueArray(comparison(text), { minLength: 1, maxLength: 5, selector: ({ id }) => id });

/** "better > worse" for all pairs of different tiers, counted by hand from the places. */
function decided({ prompt, responses, tiers }: Comparison): string[] {
  const place = (i: number): number => tiers.findIndex((tier) => tier.includes(i));
  return responses.flatMap((a, i) =>
    responses.flatMap((b, j) => (place(i) < place(j) ? [JSON.stringify([prompt, a.text, b.text])] : [])),
  );
}

function roundTrip(records: readonly Comparison[], format: ComparisonFormat): readonly Comparison[] {
  const { text } = exportComparisons(records, format);
  const name = format === "csv" ? "x.csv" : "x.jsonl";
  if (text === "" || text.split("\n").length <= (format === "csv" ? 2 : 1)) return [];
  const imported = good(importRecords({ name, bytes: new TextEncoder().encode(text) }, "auto"));
  assert.deepEqual(imported.refused, []);
  return imported.records as readonly Comparison[];
}

describe("data round trips", () => {
  it("our own lines keep K responses and their tiers", () => {
    const notBlank = anyText.filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(comparisons(notBlank), (records) => {
        assert.deepEqual(roundTrip(records, "rlhf"), records);
        assert.deepEqual(parseRecords("comparisons", toJsonLines(records), "x.jsonl").records, records);
      }),
    );
  });

  for (const format of ["trl", "hh", "csv"] as const)
    it(`${format} keeps C(K,2) − t pairs with the right sign`, () => {
      fc.assert(
        fc.property(comparisons(plain), (records) => {
          const back = roundTrip(records, format);
          assert.ok(back.every(({ responses, tiers }) => responses.length === 2 && tiers.length === 2));
          assert.deepEqual(back.flatMap(decided).sort(), records.flatMap(decided).sort());
          const ties = records.flatMap(({ tiers }) => tiers.map(({ length: t }) => (t * (t - 1)) / 2));
          const all = records.map(({ responses: { length: k } }) => (k * (k - 1)) / 2);
          const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
          assert.equal(back.length, sum(all) - sum(ties));
        }),
      );
    });

  it("labels keep every judgement, and submitted ones give C(K,2) − t pairs", () => {
    fc.assert(
      fc.property(
        comparisons(plain),
        fc.array(fc.constantFrom("draft", "submitted", "skipped", "unrankable"), {
          minLength: 5,
          maxLength: 5,
        }),
        (records, statuses) => {
          const items = makeRankingBatch(
            "b",
            records.map(({ id, prompt, responses }) => ({
              prompt: { id, text: prompt },
              responses: responses.map(({ text }) => ({ text })),
            })),
            "2026-01-01T00:00:00Z",
          );
          const judgements = items.map(({ id, responses }, i) => [
            id,
            {
              status: statuses[i],
              tiers: { overall: records[i].tiers.map((tier) => tier.map((r) => responses[r].id)) },
              ratings: { r1: { note: records[i].prompt } },
            },
          ]);
          const file = {
            formatVersion: 1,
            batch: "b",
            labeler: "simulated-1",
            shuffleSeed: 3,
            judgements: Object.fromEntries(judgements) as RankingFile["judgements"],
          };
          const readItems = good(parseItems(toJsonLines(items), "i.jsonl"));
          const readFile = good(parseRankingFile(rankingFileText(file), "l.json", readItems));
          assert.deepEqual([readItems, readFile], [items, file]);
          const ranked = rankingsToComparisons(readItems, readFile, "overall");
          const submitted = records.filter((_, i) => statuses[i] === "submitted");
          assert.deepEqual(ranked.flatMap(decided), submitted.flatMap(decided));
        },
      ),
    );
  });

  it("parsers and import give records and reasons for any text, and never throw", () => {
    const line = fc.oneof(
      anyText,
      fc.json(),
      fc
        .record(
          { id: fc.constantFrom("a", "b", 1), text: anyText, prompt: fc.jsonValue() },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
      fc
        .record(
          {
            chosen: fc.jsonValue(),
            rejected: anyText,
            message_tree_id: anyText,
            prompt: fc.jsonValue(),
            annotator1: fc.nat(3),
            cmp_key: anyText,
            instances: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    );
    const name = fc.constantFrom("x.jsonl", "x.json", "x.csv", "x.tsv", "x.txt", "x");
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        name,
        fc.constantFrom(...recordKinds, "auto" as const),
        (lines, file, kind) => {
          const text = lines.join("\n");
          const result = importRecords({ name: file, bytes: new TextEncoder().encode(text) }, kind);
          if ("refused" in result)
            for (const { line: at, reason } of result.refused)
              assert.ok(at >= 1 && at <= text.split(/\r\n?|\n/).length && reason !== "", `${at} ${reason}`);
          for (const each of recordKinds)
            for (const { line: at, message } of parseRecords(each, text, "x.jsonl").problems)
              assert.ok(at >= 1 && message.startsWith("x.jsonl"));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("splitByUser() never moves a record when others come", () => {
    const users = fc.array(fc.string(), { minLength: 1, maxLength: 20 });
    const share = { min: 0, max: 0.5, noNaN: true };
    fc.assert(
      fc.property(
        users,
        users,
        fc.double(share),
        fc.double(share),
        fc.nat(),
        (some, more, validationShare, testShare, seed) => {
          const place = (keys: readonly string[], key: string): string => {
            const split = splitByUser(keys, (each) => each, { validationShare, testShare }, seed);
            const names = (["train", "validation", "test"] as const).filter((name) =>
              split[name].includes(key),
            );
            assert.equal(names.length, 1);
            return names[0];
          };
          for (const key of some) assert.equal(place([...more, ...some], key), place([key], key));
        },
      ),
    );
  });
});
