import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { exportFormatNames, exportFormats } from "../../extension/data/exportFormats";
import type { Comparison } from "../../extension/data/records";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { jsonLines, runCli, type CliRun } from "../support/runCli";
import { sharedFile } from "../support/sharedData";

describe("rlhf import and export in other programs' formats", function () {
  this.timeout(120_000);
  let project: string;
  const cli = (...words: string[]): Promise<CliRun> => runCli(words, { cwd: project });
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(project, name), content);
    return name;
  };
  const recordsIn = (file: string): Comparison[] =>
    readFileSync(join(project, file), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Comparison);
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  const ranking = (id: string, rest: object): string => {
    const responses = ["gut", "쉼표, 둘", 'so "so"', "schlecht"].map((text, i) => ({
      id: `${id}/${i}`,
      text,
    }));
    return `${JSON.stringify({ id, prompt: `${id}?`, axis: "overall", responses, tiers: [[2], [0, 1], [3]], ...rest })}\n`;
  };

  it("rankings go through labels/, every format and back into labels/, and stay what they were", async () => {
    const text =
      ranking("a", { labeler: "ann" }) +
      ranking("b", { labeler: "bob", user: "u" }) +
      ranking("a2", { labeler: "ann", axis: "instruction", tiers: [[3], [2], [1], [0]] });
    const first = await cli("import", put("given.jsonl", text), "--as-batch", "first", "--json");
    assert.equal(first.code, 0, first.err + first.out);
    assert.deepEqual(readdirSync(join(project, "labels")).sort(), [
      "first.ann.ranking.json",
      "first.bob.ranking.json",
      "first.items.jsonl",
    ]);
    assert.equal((await cli("export", "labels", "--axis", "all", "--to", "all.jsonl")).code, 0);
    const known = recordsIn("all.jsonl");
    assert.equal(known.length, 3);
    for (const format of exportFormatNames) {
      const file = `out-${format}${exportFormats[format].ending}`;
      const out = await cli("export", "labels", "--format", format, "--axis", "all", "--to", file);
      assert.equal(out.code, 0, out.err);
      const other = temporaryProject();
      try {
        const back = await cli("import", file, "--project", other);
        assert.equal(back.code, 0, back.err + back.out);
        const read = readFileSync(join(other, "data/comparisons.jsonl"), "utf8").trimEnd().split("\n");
        const records = read.map((line) => JSON.parse(line) as Comparison);
        const byId = (list: readonly Comparison[]): Comparison[] =>
          list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        assert.deepEqual(byId(records), byId(known), format);
      } finally {
        removeProject(other);
      }
    }
    const again = await cli("import", "given.jsonl", "--as-batch", "first");
    assert.match(again.err, /first\.items\.jsonl is there already, and a batch never changes/);
    const taken = await cli("export", "labels", "--to", "all.jsonl");
    assert.match(taken.err, /all\.jsonl is there already and is not overwritten/);
  });

  it("pairs hold one axis unless told; the import says so", async () => {
    put("given.jsonl", ranking("a", {}) + ranking("b", { axis: "instruction" }));
    const imported = await cli("import", "given.jsonl");
    assert.match(
      imported.out,
      /1 are on the axis "instruction"; a reward model learns from those on rm\.axis\./,
    );
    const rows = async (...words: string[]): Promise<unknown> =>
      jsonLines(await cli("export", "comparisons", "--json", ...words)).at(-1)?.rows;
    assert.equal(await rows("--format", "trl", "--to", "a.jsonl"), 5);
    assert.equal(await rows("--format", "trl", "--axis", "instruction", "--to", "b.jsonl"), 5);
    assert.equal(await rows("--format", "argilla", "--to", "c.json"), 2);
    const none = await cli("export", "comparisons", "--axis", "nothing", "--to", "d.jsonl");
    assert.match(
      none.err,
      /The project's data holds no comparisons on the axis "nothing": import some, or name another --axis\./,
    );
    const wrong = await cli("export", "prompts", "--format", "hh", "--to", "e.jsonl");
    assert.match(wrong.err, /hh holds no prompts: choose rlhf, trl, trl-chat, csv, parquet\./);
    assert.ok(!existsSync(join(project, "d.jsonl")) && !existsSync(join(project, "e.jsonl")));
  });

  it("a file twice as large as the heap is imported", async () => {
    const file = openSync(join(project, "large.jsonl"), "w");
    const answer = "as long as an answer may be, ".repeat(40);
    for (let i = 0; i < 350; i++) {
      const rows = Array.from({ length: 100 }, (_, n) => {
        const id = i * 100 + n;
        return `${JSON.stringify({ prompt: `question ${id}`, chosen: `${answer}${id}`, rejected: answer })}\n`;
      });
      writeSync(file, rows.join(""));
    }
    closeSync(file);
    const run = await runCli(["import", "large.jsonl", "--json"], {
      cwd: project,
      environment: { NODE_OPTIONS: "--max-old-space-size=42" },
    });
    assert.equal(run.code, 0, run.err.slice(-2000));
    const [{ records, added, refused }] = jsonLines(run).at(-1)?.files as Record<string, unknown>[];
    assert.deepEqual([records, added, refused], [35_000, 35_000, []]);
  });

  it("a table is read in pieces as it is whole: quotes, gzip, another encoding, a cut end", async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `"frage ${i}, ""so""","l\xe4nge\r\n${i}"\r\n`).join(
      "",
    );
    const table = Buffer.from(`prompt,response\r\n${rows}"cut,`, "latin1");
    put("tafel.csv.gz", gzipSync(table));
    const run = await cli("import", "tafel.csv.gz", "--json");
    const [{ rows: count, records, refused, notes }] = jsonLines(run).at(-1)?.files as Record<
      string,
      unknown
    >[];
    assert.deepEqual([count, records], [3001, 3000]);
    assert.deepEqual(notes, ["The file is not UTF-8, so it was read as Windows-1252."]);
    assert.match(JSON.stringify(refused), /"line":6002,"reason":"a quotation mark opens a cell/);
    const last = readFileSync(join(project, "data/demonstrations.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .at(-1);
    assert.match(last ?? "", /"prompt":"frage 2999, \\"so\\"","response":"länge\\n2999"/);
  });

  it("says in a sentence what is wrong with a damaged Parquet file, and imports nothing", async () => {
    put("x.parquet", Buffer.from("PAR1 and nothing more of it PAR1"));
    const run = await cli("import", "x.parquet");
    assert.equal(run.code, 1);
    assert.match(run.err, /x\.parquet is no whole Parquet file \(.*\): copy it again\./);
    assert.ok(!existsSync(join(project, "data")));
  });

  it("makes batches of the real rankings: HH-RLHF, OpenAssistant's trees, PandaLM with its three annotators", async function () {
    const known: readonly [file: string, batch: string, items: number, labelers: readonly string[]][] = [
      ["hh-rlhf/harmless-base.test.jsonl.gz", "hh", 2307, ["imported"]],
      ["oasst-en100/en_100_tree.jsonl", "oasst", 212, ["imported"]],
      ["pandalm/testset-v1.json", "pandalm", 999, ["annotator1", "annotator2", "annotator3"]],
    ];
    for (const [file, batch, items, labelers] of known) {
      const run = await cli("import", sharedFile(this, file), "--as-batch", batch, "--json");
      assert.equal(run.code, 0, run.err + run.out);
      assert.equal(jsonLines(run).at(-1)?.items, items);
      assert.deepEqual(
        readdirSync(join(project, "labels")).filter((name) => name.startsWith(`${batch}.`)),
        [...labelers.map((labeler) => `${batch}.${labeler}.ranking.json`), `${batch}.items.jsonl`].sort(),
      );
    }
    assert.equal((await cli("export", "labels", "--to", "all.jsonl")).code, 0);
    const sizes = recordsIn("all.jsonl").map(({ responses }) => responses.length);
    assert.deepEqual([sizes.length, Math.min(...sizes), Math.max(...sizes)], [2307 + 212 + 2997, 2, 9]);
  });
});
