import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Context } from "mocha";
import { rankingPairs } from "../../extension/algorithms/rankingPairs";
import { importRecords, type ImportedRecords } from "../../extension/data/importRecords";
import type { ImportOptions } from "../../extension/data/rowImport";
import { parseRecords } from "../../extension/data/parseRecords";
import { toJsonLines, type Comparison, type RecordKind } from "../../extension/data/records";
import { isProblem } from "../../extension/protocol/problem";
import { good } from "../support/fakeRuns";
import { skipBecause } from "../support/skip";

const shared = process.env.RLHF_SHARED_DATA ?? join(process.cwd(), "../shared/data");

function bytesOf(context: Context, file: string): { readonly name: string; readonly bytes: Uint8Array } {
  const path = join(shared, file);
  if (!existsSync(path)) skipBecause(context, `${file} is not in ../shared/data or RLHF_SHARED_DATA`);
  const bytes = readFileSync(path);
  return { name: file.split("/").at(-1) ?? file, bytes: file.endsWith(".gz") ? gunzipSync(bytes) : bytes };
}

function imported(context: Context, file: string, options: ImportOptions = {}): ImportedRecords {
  return good(importRecords(bytesOf(context, file), "auto", options));
}

const pairsOf = ({ tiers }: Comparison): number => rankingPairs(tiers.map((tier) => tier.map(String))).length;
const different = "the conversations differ before the last answer, so they are no answers to one prompt";
const blankLines = "plain text, documents parted by blank lines";
const tabs = "list parted by tabs, texts in column 3";

/** file, format, kind, rows, records, refused rows by reason. */
const table: readonly [string, string, RecordKind, number, number, Readonly<Record<string, number>>][] = [
  [
    "hh-rlhf/harmless-base.test.jsonl.gz",
    "transcripts as HH-RLHF's",
    "comparisons",
    2312,
    2307,
    { [different]: 5 },
  ],
  ["oasst-en100/en_100_tree.jsonl", "OpenAssistant trees", "comparisons", 100, 212, {}],
  ["oasst-en100/en_100_text.jsonl", "texts in JSON, a prompt each", "prompts", 100, 100, {}],
  ["oasst-en100/prompt_lottery_en_250_text.jsonl", "texts in JSON, a prompt each", "prompts", 250, 250, {}],
  ["pandalm/testset-v1.json", "PandaLM's test set, a comparison an annotator", "comparisons", 999, 2997, {}],
  ["self-instruct-seed/seed_tasks.jsonl", "self-instruct seed tasks", "demonstrations", 175, 175, {}],
  ["tinyshakespeare/input.txt", blankLines, "pretraining", 7222, 7222, {}],
  [
    "tinystories-lower/tinystories.txt",
    "plain text, one document up to each single line break",
    "pretraining",
    5478,
    5478,
    {},
  ],
  ["stories260K/STORY.txt", blankLines, "pretraining", 28, 28, {}],
  ["vader/movieReviewSnippets_GroundTruth.txt", tabs, "pretraining", 10605, 10605, {}],
  ["vader/tweets_GroundTruth.txt", tabs, "pretraining", 4200, 4200, {}],
  [
    "vader/vader_lexicon.txt",
    "list of words with figures, parted by tabs",
    "pretraining",
    7520,
    0,
    { "the row holds no text of several words": 7520 },
  ],
  ["vader/_README_.txt", blankLines, "pretraining", 24, 24, {}],
  ["hh-rlhf/README.upstream.md", blankLines, "pretraining", 14, 14, {}],
  ["hh-rlhf/LICENSE", blankLines, "pretraining", 5, 5, {}],
  ["oasst-en100/LICENSE", blankLines, "pretraining", 33, 33, {}],
  ["pandalm/LICENSE", blankLines, "pretraining", 33, 33, {}],
  ["gpt-nano-sort/LICENSE", blankLines, "pretraining", 5, 5, {}],
  ["vader/LICENSE.txt", blankLines, "pretraining", 5, 5, {}],
  ["MANIFEST.md", blankLines, "pretraining", 20, 20, {}],
];

describe("real files", () => {
  for (const [file, format, kind, rows, records, reasons] of table)
    it(`importRecords() reads ${file}`, function () {
      const result = imported(this, file);
      const counts: Record<string, number> = {};
      for (const { reason } of result.refused) counts[reason] = (counts[reason] ?? 0) + 1;
      assert.deepEqual(
        [result.format, result.kind, result.rows, result.records.length, counts],
        [format, kind, rows, records, reasons],
      );
      // What was imported is one of our own files, which loses nothing.
      assert.deepEqual(
        parseRecords(result.kind, toJsonLines(result.records), "x.jsonl").records,
        result.records,
      );
    });

  it("importRecords() names models as what they are", function () {
    for (const file of ["stories260K/stories260K.bin", "gpt-nano-sort/gpt-nano-sort-model.json"]) {
      const result = importRecords(bytesOf(this, file), "auto");
      assert.ok(isProblem(result) && result.problem === "unsupported");
    }
  });

  it("HH-RLHF: 2,307 pairs with one prompt, 4 of them with an empty reply; the lines of the other 5", function () {
    const { records, refused } = imported(this, "hh-rlhf/harmless-base.test.jsonl.gz");
    const empty = (records as Comparison[]).filter(({ responses }) =>
      responses.some(({ text }) => text === ""),
    );
    assert.equal(empty.length, 4);
    assert.deepEqual(
      refused.map(({ line }) => line),
      [1255, 1689, 1951, 1953, 2037],
    );
    const single = (records as Comparison[]).filter(({ prompt }) => !prompt.startsWith("Human: "));
    assert.equal(single.length, 661); // 662 of all rows, and the one of line 1951 is refused
  });

  it("OpenAssistant: 212 sets with 754 pairs, sizes 2 to 9; 207 with 732 without synthetic replies", function () {
    const file = "oasst-en100/en_100_tree.jsonl";
    const sets = imported(this, file).records as Comparison[];
    assert.equal(
      sets.reduce((sum, set) => sum + pairsOf(set), 0),
      754,
    );
    const sizes = sets.map(({ responses }) => responses.length);
    assert.deepEqual([Math.min(...sizes), Math.max(...sizes)], [2, 9]);
    const human = imported(this, file, { synthetic: false }).records as Comparison[];
    assert.deepEqual([human.length, human.reduce((sum, set) => sum + pairsOf(set), 0)], [207, 732]);
  });

  it("PandaLM: 170 prompts, 894 majorities that are no tie, 879 unanimous", function () {
    const votes = new Map<string, string[]>();
    const records = imported(this, "pandalm/testset-v1.json").records as Comparison[];
    for (const { responses, tiers } of records)
      votes.set(responses[0].id, [...(votes.get(responses[0].id) ?? []), JSON.stringify(tiers)]);
    const majorities = [...votes.values()].map((all) =>
      all.find((vote) => all.filter((v) => v === vote).length > 1),
    );
    assert.equal(majorities.length, 999);
    assert.equal(majorities.filter((vote) => vote !== undefined && vote !== "[[0,1]]").length, 894);
    assert.equal([...votes.values()].filter((all) => new Set(all).size === 1).length, 879);
    assert.equal(new Set(records.map(({ prompt }) => prompt)).size, 170);
  });

  it("TinyStories: 5,478 pieces of about 748 characters, 447 repaired, no mojibake left", function () {
    const { records, notes } = imported(this, "tinystories-lower/tinystories.txt");
    const texts = records.map((record) => ("text" in record ? record.text : ""));
    const lengths = texts.map((text) => text.length).sort((a, b) => a - b);
    assert.ok(Math.abs(lengths[Math.floor(lengths.length / 2)] - 748) < 5, `${lengths[2739]}`);
    assert.match(notes.join(), /^447 texts had been read in a wrong character set/);
    assert.deepEqual(
      texts.filter((text) => /[âã€™]/.test(text)),
      [],
    );
    assert.match(texts[0], /^one day, a little girl named lily[^]*worked together\.$/);
    assert.match(texts[1], /^once upon a time, there was a little car named beep\./);
  });
});
