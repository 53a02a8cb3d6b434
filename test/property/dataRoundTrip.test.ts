import assert from "node:assert/strict";
import fc from "fast-check";
import { formatsOf, type ExportFormatName } from "../../extension/data/exportFormats";
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
import { exportedRows, readBack } from "../support/exported";
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

/** Some items with the judgements of up to two labelers on up to three axes, and all that a comparison may say besides. */
const judged = fc
  .uniqueArray(
    fc.record({
      base: comparison(plain),
      said: fc.uniqueArray(
        fc.record({
          labeler: fc.constantFrom("ann", "bob", undefined),
          axis: fc.constantFrom("overall", "instruction", "preference"),
          places: fc.array(fc.nat(3), { minLength: 9, maxLength: 9 }),
        }),
        { minLength: 1, maxLength: 4, selector: ({ labeler, axis }) => JSON.stringify([labeler, axis]) },
      ),
      user: fc.constantFrom("u1", undefined),
      promptId: fc.constantFrom("p1", undefined),
      model: fc.constantFrom("models/base", undefined),
      meta: fc.constantFrom({ ratings: [{ likert: 6, flags: ["rude"] }, null], a: { b: "é" } }, undefined),
    }),
    { minLength: 1, maxLength: 4, selector: ({ base }) => JSON.stringify([base.prompt, base.responses]) },
  )
  .map((items): Comparison[] =>
    items.flatMap(({ base, said, user, promptId, model, meta }, n) =>
      said.map(({ labeler, axis, places }) => ({
        ...base,
        id: `${n}/${labeler}/${axis}`,
        axis,
        responses: base.responses.map(({ text }, i) => ({
          id: `${n}/r${i}`,
          text,
          ...(model === undefined || i === 0 ? {} : { model }),
        })),
        tiers: tiersOf(places.slice(0, base.responses.length)),
        ...(labeler === undefined ? {} : { labeler }),
        ...(user === undefined ? {} : { user }),
        ...(promptId === undefined ? {} : { promptId }),
        ...(meta === undefined ? {} : { meta }),
      })),
    ),
  );

const byId = (records: readonly Comparison[]): Comparison[] =>
  records.toSorted((a, b) => (a.id < b.id ? -1 : 1));

describe("data round trips", () => {
  it("our own lines keep K responses and their tiers, whatever the texts", () => {
    const notBlank = anyText.filter((text) => text.trim() !== "");
    fc.assert(
      fc.property(comparisons(notBlank), (records) => {
        assert.deepEqual(parseRecords("comparisons", toJsonLines(records), "x.jsonl").records, records);
      }),
    );
  });

  const pairFormats: readonly ExportFormatName[] = ["trl", "trl-chat", "hh", "csv", "parquet"];
  for (const format of formatsOf("comparisons"))
    it(`${format} gives K-way rankings back as they were: tiers, labelers, axes, ids, models`, async () => {
      const holdsTies = !pairFormats.includes(format);
      await fc.assert(
        fc.asyncProperty(judged, async (records) => {
          const held = records.filter(({ tiers }) => holdsTies || tiers.length > 1);
          if (held.length === 0) return;
          assert.deepEqual(byId(await readBack("comparisons", records, format)), byId(held));
        }),
        { numRuns: 60 },
      );
    });

  it("formats of pairs hold C(K,2) − t rows with the right sign", () => {
    fc.assert(
      fc.property(comparisons(plain), (records) => {
        const rows = exportedRows(records, "trl").map((row) =>
          JSON.stringify([row.prompt, row.chosen, row.rejected]),
        );
        assert.deepEqual(rows.sort(), records.flatMap(decided).sort());
        const ties = records.flatMap(({ tiers }) => tiers.map(({ length: t }) => (t * (t - 1)) / 2));
        const all = records.map(({ responses: { length: k } }) => (k * (k - 1)) / 2);
        const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
        assert.equal(rows.length, sum(all) - sum(ties));
      }),
    );
  });

  it("rows of pairs in any order, some of them doubled, are the same rankings", () => {
    fc.assert(
      fc.property(judged, fc.infiniteStream(fc.nat()), (records, draws) => {
        const held = records.filter(({ tiers }) => tiers.length > 1);
        const rows = exportedRows(held, "trl");
        const key = new Map(rows.map((row) => [row, draws.next().value ?? 0]));
        const mixed = [...rows, ...rows.slice(0, 3)].toSorted(
          (a, b) => (key.get(a) ?? 0) - (key.get(b) ?? 0),
        );
        if (mixed.length === 0) return;
        const bytes = new TextEncoder().encode(toJsonLines(mixed));
        const { records: back, refused } = good(importRecords({ name: "x.jsonl", bytes }, "auto"));
        assert.deepEqual(refused, []);
        assert.deepEqual(byId(back as readonly Comparison[]), byId(held));
      }),
    );
  });

  for (const kind of ["demonstrations", "prompts"] as const)
    for (const format of formatsOf(kind))
      it(`${format} gives ${kind} back as they were`, async () => {
        const rest = { id: fc.uuid(), user: fc.constantFrom("u", undefined) };
        const record =
          kind === "prompts"
            ? fc.record({ ...rest, text: plain, kind: fc.constantFrom("few-shot", undefined) })
            : fc.record({
                ...rest,
                prompt: plain,
                response: plain,
                author: fc.constantFrom("ann", undefined),
              });
        const any: fc.Arbitrary<{ readonly id: string }> = record;
        const records = fc.uniqueArray(any, { minLength: 1, maxLength: 5, selector: ({ id }) => id });
        await fc.assert(
          fc.asyncProperty(records, async (given) => {
            const clean = JSON.parse(JSON.stringify(given)) as never[];
            assert.deepEqual(await readBack(kind, clean, format), clean);
          }),
          { numRuns: 40 },
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
