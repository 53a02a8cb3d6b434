import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonLines } from "../../extension/data/records";
import type { AssignmentFile } from "../../extension/protocol/assignmentFormat";
import type { LabelItem } from "../../extension/protocol/rankingFormat";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { jsonLines, runCli, type CliRun } from "../support/runCli";
import { skipBecause } from "../support/skip";
import { saveTinyModel } from "../support/tinyModel";

const itemsOf = (count: number): LabelItem[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `b-${String(i + 1).padStart(3, "0")}`,
    prompt: `the cat ${i}`,
    responses: ["sat", "on", "the mat", "a dog"].map((text, r) => ({
      id: `r${r + 1}`,
      text: `${text} ${i}`,
    })),
    createdAt: "2026-01-01T00:00:00Z",
  }));

describe("rlhf assign", function () {
  this.timeout(120_000);
  let project: string;
  const labels = (name: string): string => join(project, "labels", name);
  const assignment = (labeler: string): AssignmentFile =>
    JSON.parse(readFileSync(labels(`b.${labeler}.assignment.json`), "utf8")) as AssignmentFile;
  const ids = (labeler: string): string[] => assignment(labeler).items.map(({ id }) => id);
  const assign = (...words: string[]): Promise<CliRun> =>
    runCli(["assign", "--batch", "b", ...words, "--json"], { cwd: project });
  const made = async (...words: string[]): Promise<readonly { items: number; before: number }[]> => {
    const run = await assign(...words);
    assert.equal(run.code, 0, run.err + run.out);
    return jsonLines(run).at(-1)?.assignments as { items: number; before: number }[];
  };
  /** A file of submitted judgements. */
  const rank = (labeler: string, judged: readonly string[]): void => {
    const judgement = { status: "submitted", tiers: { overall: [["r1"], ["r2"], ["r3"], ["r4"]] } };
    const judgements = Object.fromEntries(judged.map((id) => [id, judgement]));
    const file = { formatVersion: 1, batch: "b", labeler, shuffleSeed: 1, judgements };
    writeFileSync(labels(`b.${labeler}.ranking.json`), `${JSON.stringify(file, null, 2)}\n`);
  };
  const writeItems = (items: readonly LabelItem[]): void =>
    writeFileSync(labels("b.items.jsonl"), toJsonLines(items));

  beforeEach(() => {
    project = temporaryProject();
    mkdirSync(join(project, "labels"), { recursive: true });
    writeItems(itemsOf(40));
  });
  afterEach(() => removeProject(project));

  it("shares a batch out, the same for the same seed, and later adds what nobody has behind what is there", async () => {
    const first = await made("--labelers", "kim,lee,park", "--overlap", "0.2", "--limit", "30");
    assert.deepEqual(
      first.map(({ items, before }) => [items, before]),
      [
        [12, 0],
        [12, 0],
        [12, 0],
      ],
    );
    const all = ["kim", "lee", "park"].flatMap(ids);
    assert.equal(new Set(all).size, 30);
    const before = ids("kim");
    assert.deepEqual(before, [...before].sort(), "the batch's order");
    const later = await made("--labelers", "kim,choi", "--overlap", "0");
    assert.deepEqual(
      later.map(({ items, before }) => [items, before]),
      [
        [5, 12],
        [5, 0],
      ],
    );
    assert.deepEqual(ids("kim").slice(0, 12), before);
    assert.equal(new Set([...all, ...ids("kim"), ...ids("choi")]).size, 40);
    const texts = readdirSync(join(project, "labels")).map((name) => readFileSync(labels(name), "utf8"));
    const nothing = await runCli(["assign", "--batch", "b", "--labelers", "kim"], { cwd: project });
    assert.match(nothing.out, /Every item of labels\/b\.items\.jsonl is somebody's already/);
    assert.deepEqual(
      readdirSync(join(project, "labels")).map((name) => readFileSync(labels(name), "utf8")),
      texts,
    );
    const other = temporaryProject();
    cpSync(labels("b.items.jsonl"), join(other, "labels/b.items.jsonl"));
    const words = ["assign", "--batch", "b", "--labelers", "kim,lee,park", "--overlap", "0.2"];
    await runCli([...words, "--limit", "30"], { cwd: other });
    const again = JSON.parse(readFileSync(join(other, "labels/b.lee.assignment.json"), "utf8")) as object;
    assert.deepEqual(again, assignment("lee"));
    removeProject(other);
  });

  it("nobody gets what another has begun, everybody gets gold items, and who is held out gets all, at random", async () => {
    const items = itemsOf(40);
    const gold = items.slice(4, 6).map(({ prompt, responses }, i) => ({
      id: `g${i}`,
      prompt,
      responses: responses.map(({ text }) => ({ text })).reverse(),
      tiers: [[0], [1], [2], [3]],
    }));
    writeFileSync(labels("gold.jsonl"), toJsonLines(gold));
    rank("mina", ["b-001", "b-002"]);
    await made("--labelers", "kim,lee", "--by", "random", "--overlap", "0");
    const [kim, lee] = [ids("kim"), ids("lee")];
    for (const own of [kim, lee]) {
      assert.ok(own.includes("b-005") && own.includes("b-006"), "gold items");
      assert.ok(!own.includes("b-001") && !own.includes("b-002"), "begun by mina");
    }
    assert.equal(new Set([...kim, ...lee]).size, 38);
    assert.deepEqual([...new Set(assignment("kim").items.map(({ reason }) => reason))], ["drawn at random"]);
    assert.notDeepEqual(kim, [...kim].sort());
    await made("--labelers", "han", "--by", "uncertainty", "--set", "labeling.heldOutLabelers=han");
    assert.equal(ids("han").length, 40);
    assert.deepEqual([...new Set(assignment("han").items.map(({ reason }) => reason))], ["drawn at random"]);
  });

  it("chooses by the reward model's uncertainty once 50 labels are there, and says why", async () => {
    saveTinyModel(project, "rm", "linear");
    const words = ["--labelers", "kim", "--by", "uncertainty", "--model", "models/rm"];
    const early = await made(...words, "--limit", "10");
    assert.equal(early[0].items, 10);
    assert.ok(assignment("kim").items.every(({ reason }) => reason === "drawn at random"));
    writeItems(itemsOf(200));
    rank(
      "mina",
      itemsOf(150)
        .slice(40)
        .map(({ id }) => id),
    );
    await made(...words, "--limit", "20", "--set", "labeling.suggestions=true");
    const added = assignment("kim").items.slice(10);
    assert.equal(added.length, 20);
    const random = added.flatMap(({ reason }, i) => (reason === "drawn at random" ? [i] : []));
    assert.deepEqual(random, [4, 9, 14, 19]);
    for (const { reason, suggestion } of added) {
      if (reason !== "drawn at random")
        assert.match(
          reason ?? "",
          /^the reward model is unsure: a ranking adds \d+\.\d\d nats of information$/,
        );
      assert.deepEqual([...(suggestion ?? [])].sort(), ["r1", "r2", "r3", "r4"]);
    }
    assert.equal(new Set(ids("kim")).size, 30);
  });

  it("what cannot be done is one sentence that says what to do", async () => {
    const known: readonly [words: string[], code: number, sentence: RegExp][] = [
      [["--labelers", "kim,../lee"], 2, /"\.\.\/lee" must be a labeler's name/],
      [["--labelers", "kim,kim"], 2, /"kim" stands there twice/],
      [["--labelers", "kim", "--each", "2"], 1, /--each is 2, but there are 1 labelers/],
      [["--labelers", "kim,lee", "--each", "2", "--overlap", "0.1"], 1, /two ways to say the same/],
      [["--labelers", "kim", "--batch", "c"], 1, /There is no batch "c" in labels\/: there are b\./],
      [
        ["--labelers", "kim", "--set", "labeling.suggestions=true"],
        1,
        /labeling\.suggestions is on\. There is no reward/,
      ],
    ];
    for (const [words, code, sentence] of known) {
      const run = await assign(...words);
      assert.equal(run.code, code, words.join(" "));
      assert.match(String(jsonLines(run).at(-1)?.message), sentence);
    }
    writeItems(itemsOf(60));
    const unsure = await assign("--labelers", "kim", "--by", "uncertainty");
    assert.match(
      String(jsonLines(unsure).at(-1)?.message),
      /no reward model yet.*--limit 50, or train one with rlhf rm/,
    );
    writeFileSync(labels("b.lee.assignment.json"), '{"formatVersion":1}');
    const malformed = await assign("--labelers", "kim");
    assert.match(String(jsonLines(malformed).at(-1)?.message), /b\.lee\.assignment\.json: "batch" must be/);
    assert.ok(!existsSync(labels("b.kim.assignment.json")));
  });

  it("two labelers' assignments and rankings merge in Git without a conflict", async function () {
    const git = (...words: string[]): string => {
      const settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
      const run = spawnSync("git", [...settings, ...words], { cwd: project, encoding: "utf8" });
      assert.equal(run.status, 0, `git ${words.join(" ")}: ${run.stdout}${run.stderr}`);
      return run.stdout;
    };
    if (spawnSync("git", ["--version"]).status !== 0) skipBecause(this, "git is not installed");
    git("init", "-q", "-b", "main");
    git("add", "-A");
    git("commit", "-qm", "items");
    await made("--labelers", "kim,lee", "--overlap", "0.5", "--limit", "20");
    git("add", "-A");
    git("commit", "-qm", "assignments");
    // Each works on a branch: ranks what was assigned, and is assigned more.
    for (const labeler of ["kim", "lee"]) {
      git("checkout", "-q", "-b", labeler, "main");
      rank(labeler, ids(labeler));
      await made("--labelers", labeler, "--limit", "5");
      git("add", "-A");
      git("commit", "-qm", labeler);
    }
    git("checkout", "-q", "main");
    git("merge", "-q", "--no-edit", "kim");
    git("merge", "-q", "--no-edit", "lee");
    assert.equal(git("status", "--porcelain"), "");
    const run = await runCli(["check", "--json"], { cwd: project });
    assert.equal(run.code, 0, run.out);
    const checked = jsonLines(run).at(-1);
    assert.deepEqual(checked?.labelers, [
      { batch: "b", labeler: "kim", judged: ids("kim").length - 5, drafts: 0, assigned: ids("kim").length },
      { batch: "b", labeler: "lee", judged: ids("lee").length - 5, drafts: 0, assigned: ids("lee").length },
    ]);
  });
});
