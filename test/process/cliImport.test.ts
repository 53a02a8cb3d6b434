import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { jsonLines, runCli, type CliRun } from "../support/runCli";
import { sharedFile } from "../support/sharedData";

interface ImportedFile {
  readonly kind: string;
  readonly rows: number;
  readonly records: number;
  readonly added: number;
  readonly refused: readonly { line: number; reason: string }[];
}

describe("rlhf new, import, check", function () {
  this.timeout(60_000);
  let project: string;
  const cli = (...words: string[]): Promise<CliRun> => runCli(words, { cwd: project });
  const importedFiles = (run: CliRun): readonly ImportedFile[] =>
    (jsonLines(run).at(-1)?.files ?? []) as ImportedFile[];
  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(project, name), content);
    return name;
  };
  const data = (name: string): string => readFileSync(join(project, "data", name), "utf8");
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  const pair = (chosen: string, rejected: string): string =>
    `${JSON.stringify({ prompt: "안녕?", chosen, rejected })}\n`;

  it("import takes the openings of stories as prompts, and only as prompts", async () => {
    const file = put("tales.txt", "one day a fox met an owl .\n\none day a cow met an owl .");
    const refused = await cli("import", file, "--opening-words", "4");
    assert.equal(refused.code, 1);
    assert.match(refused.err, /--opening-words makes prompts: give --kind prompts with it\./);
    const made = await cli("import", file, "--kind", "prompts", "--opening-words", "4");
    assert.equal(made.code, 0, made.err);
    assert.deepEqual(
      data("prompts.jsonl")
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { text: string }).text),
      ["one day a fox", "one day a cow"],
    );
  });

  it("import --dry-run needs no project: it says what an empty one would get", async () => {
    const file = put("pairs.jsonl", `${pair("a", "b")}{"a": 1}\n${pair("c", "d")}`);
    const nowhere = join(tmpdir(), "rlhf no project here");
    const words = ["import", join(project, file), "--project", nowhere];
    const dry = await cli(...words, "--dry-run", "--json");
    assert.equal(dry.code, 0, dry.out);
    const [{ kind, rows, added, refused }] = importedFiles(dry);
    assert.deepEqual([kind, rows, added, refused.length], ["comparisons", 3, 2, 1]);
    assert.ok(!existsSync(nowhere));
    const real = await cli(...words);
    assert.equal(real.code, 1);
    assert.match(real.err, /There is no rlhf\.json in/);
  });

  it("import adds what is new, says what was refused and where, and names the new file in rlhf.json", async () => {
    const file = put("쌍 pairs.jsonl", `${pair("a", "b")}{"prompt": "x", "chosen"\n${pair("c", "d")}`);
    const first = await cli("import", file);
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /쌍 pairs\.jsonl: .*; 3 rows, 2 comparisons, 2 new, 1 refused/);
    assert.match(first.out, /1 × .*column 25: the text ends too early \(line 2\)/);
    assert.match(first.out, /added data\/comparisons\.jsonl to data\.comparisons in rlhf\.json/);
    assert.equal(data("comparisons.jsonl").trimEnd().split("\n").length, 2);
    assert.deepEqual(JSON.parse(readFileSync(join(project, "rlhf.json"), "utf8")), {
      formatVersion: 1,
      data: { comparisons: ["data/preferences.jsonl", "data/comparisons.jsonl"] },
    });
    const before = data("comparisons.jsonl");
    const again = await cli("import", put("packed.gz", gzipSync(pair("e", "f"))), file, "--json");
    assert.deepEqual(
      importedFiles(again).map(({ records, added }) => [records, added]),
      [
        [1, 1],
        [2, 0],
      ],
    );
    assert.ok(data("comparisons.jsonl").startsWith(before));
    assert.equal(data("comparisons.jsonl").trimEnd().split("\n").length, 3);
    const checked = await cli("check");
    assert.equal(checked.code, 0, checked.err);
    assert.match(checked.out, /data\/comparisons\.jsonl: 3 comparisons\n/);
  });

  it("import --dry-run writes nothing", async () => {
    put("pairs.jsonl", pair("a", "b"));
    const before = readdirSync(project).sort();
    const dry = await cli("import", "pairs.jsonl", "--dry-run");
    assert.equal(dry.code, 0);
    assert.match(dry.out, /1 comparisons, 1 new.*\nNothing was written/s);
    assert.deepEqual(readdirSync(project).sort(), before);
    assert.equal(readFileSync(join(project, "rlhf.json"), "utf8"), '{\n  "formatVersion": 1\n}\n');
  });

  it("import takes nothing when one of the files cannot be read, and says which", async () => {
    put("good.jsonl", pair("a", "b"));
    put("cut.jsonl.gz", gzipSync(pair("a", "b")).subarray(0, 30));
    const failed = await cli("import", "good.jsonl", "cut.jsonl.gz", "missing.csv");
    assert.equal(failed.code, 1);
    assert.match(
      failed.err,
      /cut\.jsonl\.gz is no whole gzip file .*: copy it again\.\n.*missing\.csv is missing\.\n/,
    );
    assert.ok(!existsSync(join(project, "data")));
  });

  it("import does not add to a file that holds bad lines", async () => {
    mkdirSync(join(project, "data"));
    put("data/comparisons.jsonl", "{}\n");
    put("pairs.jsonl", pair("a", "b"));
    const failed = await cli("import", "pairs.jsonl");
    assert.equal(failed.code, 1);
    assert.match(
      failed.err,
      /data\/comparisons\.jsonl, line 1: "id" must be .* Mend that first; nothing was imported\./,
    );
    assert.equal(data("comparisons.jsonl"), "{}\n");
  });

  it("import adds to a file that an editor of another system saved", async () => {
    mkdirSync(join(project, "data"));
    const there = ["a", "b"].map((text) => JSON.stringify({ id: text, text })).join("\r\n");
    put("data/prompts.jsonl", `\ufeff${there}\r`);
    const known = await cli("import", put("more.jsonl", '{"id":"b","text":"b"}\n{"id":"c","text":"c"}\n'));
    assert.equal(known.code, 0, known.err);
    assert.match(known.out, /2 prompts, 1 new, 1 there already/);
    assert.match((await cli("check")).out, /data\/prompts\.jsonl: 3 prompts\n/);
  });

  it("check names every bad line with its column, and goes on", async () => {
    mkdirSync(join(project, "data"));
    put(
      "data/prompts.jsonl",
      '{"id":"1","text":"a"}\n{"id":"2",}\n{"id":"3","text":7}\n{"id":"4","txt":"b"}\n',
    );
    put("data/demonstrations.jsonl", '\n{"id":"1","prompt":"a","response":"b"}');
    const checked = await cli("check", "--set", "data.comparisons=data/none.jsonl");
    assert.equal(checked.code, 1);
    assert.match(checked.out, /data\/prompts\.jsonl: 1 prompts, 3 lines are wrong/);
    assert.match(checked.out, /data\/demonstrations\.jsonl: 1 demonstrations\n/);
    const sentences = checked.err.trimEnd().split("\n");
    const expected = [
      /data\/prompts\.jsonl, line 2 is not valid JSON at column 11: unexpected "}"\./,
      /data\/prompts\.jsonl, line 3: "text" must be text that is not empty, but is 7\./,
      /data\/prompts\.jsonl, line 4: there is no field "txt"; the nearest is "text"/,
      /data\.comparisons: .*none\.jsonl is missing\./,
    ];
    assert.equal(sentences.length, expected.length, checked.err);
    expected.forEach((pattern, i) => assert.match(sentences[i], pattern));
    const json = jsonLines(await cli("check", "--json"));
    assert.deepEqual(
      json.map(({ type }) => type),
      ["event", "error", "error", "error"],
    );
  });

  it("new creates a project once, completes one without touching what is there, and refuses another's folder", async () => {
    const folder = join(project, "새 프로젝트");
    const made = await cli("new", folder, "--set", "ppo.klCoef=0.5", "--seed", "7");
    assert.equal(made.code, 0, made.err);
    assert.deepEqual(readdirSync(folder).sort(), [".gitignore", "README.md", "data", "labels", "rlhf.json"]);
    const config = readFileSync(join(folder, "rlhf.json"), "utf8");
    assert.deepEqual(JSON.parse(config), { formatVersion: 1, seed: 7, ppo: { klCoef: 0.5 } });
    assert.equal((await cli("check", "--project", folder)).code, 0);
    writeFileSync(join(folder, "README.md"), "mine");
    const again = await cli("new", folder);
    assert.equal(again.code, 0);
    assert.match(again.out, /nothing was missing\nleft as they were: \.gitignore, README\.md, rlhf\.json/);
    assert.equal(readFileSync(join(folder, "README.md"), "utf8"), "mine");
    assert.equal(readFileSync(join(folder, "rlhf.json"), "utf8"), config);
    const foreign = join(project, "foreign");
    mkdirSync(foreign);
    writeFileSync(join(foreign, "thesis.txt"), "");
    const refused = await cli("new", foreign);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /foreign is not empty and holds no rlhf\.json: choose a new folder/);
    assert.deepEqual(readdirSync(foreign), ["thesis.txt"]);
    const wrong = await cli("new", join(project, "x"), "--set", "ppo.klCoeff=1");
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /ppo\.klCoeff is not a setting; the nearest is ppo\.klCoef\./);
    assert.ok(!existsSync(join(project, "x")));
  });

  it("new --template tiny-world gives data without a fault, the same for the same seed", async () => {
    const [one, two] = ["one", "two"].map((name) => join(project, name));
    for (const folder of [one, two]) {
      const made = await cli("new", folder, "--template", "tiny-world", "--json");
      assert.equal(made.code, 0, made.err + made.out);
    }
    for (const name of readdirSync(join(one, "data")))
      assert.ok(readFileSync(join(one, "data", name)).equals(readFileSync(join(two, "data", name))), name);
    const checked = await cli("check", "--project", one, "--json");
    assert.equal(checked.code, 0, checked.err);
    const files = jsonLines(checked).at(-1)?.files as { list: string; records: number }[];
    assert.deepEqual(
      files.map(({ list }) => list),
      ["prompts", "testPrompts", "demonstrations", "pretraining"],
    );
    assert.ok(files.every(({ records }) => records >= 500));
  });

  it("imports the real files, with the numbers of rows that are known of them", async function () {
    const known: readonly [file: string, kind: string, rows: number, records: number][] = [
      // 2,307 of 2,312 have the same prompt on both sides.
      ["hh-rlhf/harmless-base.test.jsonl.gz", "comparisons", 2312, 2307],
      ["oasst-en100/en_100_tree.jsonl", "comparisons", 100, 212],
      ["oasst-en100/prompt_lottery_en_250_text.jsonl", "prompts", 250, 250],
      ["pandalm/testset-v1.json", "comparisons", 999, 2997],
      ["self-instruct-seed/seed_tasks.jsonl", "demonstrations", 175, 175],
    ];
    const files = known.map(([file]) => sharedFile(this, file));
    const done = await cli("import", ...files, "--json");
    assert.equal(done.code, 0, done.err + done.out);
    assert.deepEqual(
      importedFiles(done).map(({ kind, rows, records }) => [kind, rows, records]),
      known.map(([, ...rest]) => rest),
    );
    const sizes = (): readonly number[] =>
      ["comparisons", "prompts", "demonstrations"].map((kind) => data(`${kind}.jsonl`).length);
    const before = sizes();
    const again = await cli("import", ...files, "--json");
    assert.ok(importedFiles(again).every(({ added }) => added === 0));
    assert.deepEqual(sizes(), before);
    assert.equal((await cli("check")).code, 0);
  });
});
