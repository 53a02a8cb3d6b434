import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contextKeys, walkthroughKeys } from "../../extension/host/contextKeys";
import { readDataCheck } from "../../extension/host/dataCheck";
import { DataFileCache, readDataFile } from "../../extension/host/dataFiles";
import { readDataLists } from "../../extension/host/dataListFiles";
import { LabelCache, doneByAnyone, rankingsToDo } from "../../extension/host/labelProgress";
import { markdownText } from "../../extension/data/markdown";
import { RunCache } from "../../extension/host/runCache";
import { linkTo, readLink, type LinkTarget } from "../../extension/host/link";
import { settingChanges } from "../../extension/host/settingChanges";
import { settingText } from "../../extension/protocol/changedSettings";
import { rankingFileText } from "../../extension/data/labels";
import type { RankingJudgement } from "../../extension/protocol/rankingFormat";
import { parseRecords } from "../../extension/data/parseRecords";
import { assignmentFile, itemsFile, labelsFolder, rankingFile } from "../../extension/runs/labelFiles";
import { writeProject } from "../../extension/runs/project";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { writeRun } from "../support/manyRuns";

describe("explorer's parts", () => {
  let project: string;
  beforeEach(() => {
    project = temporaryProject();
    mkdirSync(join(project, "data"));
    mkdirSync(labelsFolder(project));
  });
  afterEach(() => removeProject(project));

  const write = (name: string, text: string): string => {
    writeFileSync(join(project, "data", name), text);
    return join(project, "data", name);
  };

  describe("data", () => {
    it("counts records and names bad lines by their numbers", async () => {
      const path = write("p.jsonl", '{"id":"a","text":"x"}\n\nnot JSON\n{"id":"a","text":"y"}\n');
      const report = await readDataFile(path, "prompts", "data/p.jsonl");
      assert.equal(report.records, 1);
      assert.deepEqual(
        report.problems.map(({ line }) => line),
        [3, 4],
      );
      assert.equal((await readDataFile(`${path}.none`, "prompts", "none")).records, null);
    });

    it("counts a large file as it comes, the same number as parsing it gives", async () => {
      const documents = [
        "a\nb\n\n\nc\n \nd",
        "one<|endoftext|>\n\ntwo\n\nstill two<|endoftext|> <|endoftext|>three",
        "x\r\n\r\ny\r\n",
        "a\n\nb\n\nc<|endoftext|>d",
      ];
      for (const text of documents) {
        const path = write("t.txt", text);
        const parsed = parseRecords("pretraining", text, "t.txt").records.length;
        const report = await readDataFile(path, "pretraining", "t.txt", 1);
        assert.deepEqual(report, { records: parsed, problems: [], isChecked: false });
      }
      const lines = write("l.jsonl", '{"text":"a"}\n\n{"text":"b"}');
      assert.equal((await readDataFile(lines, "pretraining", "l.jsonl", 1)).records, 2);
    });

    it("forgets a report when the file changes", async () => {
      const path = write("p.jsonl", '{"id":"a","text":"x"}\n');
      const cache = new DataFileCache();
      assert.equal(cache.get(path, "prompts"), undefined);
      await cache.read(path, "prompts", "p.jsonl");
      assert.equal(cache.get(path, "prompts")?.records, 1);
      appendFileSync(path, '{"id":"b","text":"y"}\n');
      assert.equal(cache.get(path, "prompts"), undefined);
    });

    it("knows the lists of rlhf.json, and the defaults with a sentence when it cannot be used", () => {
      writeProject(project, { formatVersion: 1, data: { prompts: ["data/a.jsonl", "data/b.jsonl"] } });
      assert.deepEqual(readDataLists(project).files.prompts, ["data/a.jsonl", "data/b.jsonl"]);
      assert.equal(readDataLists(project).problem, null);
      writeProject(project, { formatVersion: 1, dta: {} });
      assert.match(readDataLists(project).problem ?? "", /dta is not a setting/);
      writeFileSync(join(project, "rlhf.json"), "{");
      assert.match(readDataLists(project).problem ?? "", /not valid JSON/);
      assert.deepEqual(readDataLists(project).files.prompts, ["data/prompts.jsonl"]);
    });

    it("reads what rlhf check said, and nothing that it did not", () => {
      const sizes = { train: 8, validation: 1, test: 1 };
      const splits = { prompts: sizes, demonstrations: { train: "8" }, comparisons: null };
      assert.deepEqual(readDataCheck({ splits, problems: ["a", 1] }), {
        splits: { prompts: sizes },
        problems: ["a"],
      });
      assert.deepEqual(readDataCheck({}), { splits: {}, problems: [] });
    });
  });

  describe("labels", () => {
    const submitted: RankingJudgement = { status: "submitted", tiers: { overall: [["r1"], ["r2"]] } };
    const writeBatch = (batch: string, items: readonly string[]): void => {
      const responses = ["r1", "r2"].map((id) => ({ id, text: id }));
      const text = items.map((id) => `${JSON.stringify({ id, prompt: "p", responses, createdAt: "" })}\n`);
      writeFileSync(itemsFile(project, batch), text.join(""));
    };
    const writeRanking = (
      batch: string,
      labeler: string,
      judgements: Record<string, RankingJudgement>,
    ): void => {
      const file = { formatVersion: 1, batch, labeler, shuffleSeed: 1, judgements };
      writeFileSync(rankingFile(project, batch, labeler), rankingFileText(file));
    };

    it("counts what each labeler and anyone has done; a draft is still to do", () => {
      writeBatch("one", ["a", "b", "c", "d"]);
      writeRanking("one", "mina", { a: submitted, b: { status: "draft" }, c: { status: "skipped" } });
      writeRanking("one", "jo", { b: submitted });
      writeBatch("two", ["a"]);
      const cache = new LabelCache();
      const batches = cache.list(project);
      assert.deepEqual([...doneByAnyone(batches[0])].sort(), ["a", "b", "c"]);
      const todo = ["mina", "jo", "nobody", ""].map((labeler) => rankingsToDo(batches, labeler));
      assert.deepEqual(todo, [3, 4, 5, 2]);
      const mina = batches[0].labelers.find(({ labeler }) => labeler === "mina");
      assert.deepEqual([mina?.done.size, mina?.submitted], [2, 1]);
      assert.equal(cache.list(project)[0], batches[0], "nothing is read again");
      writeRanking("one", "jo", { b: submitted, d: submitted });
      assert.equal(rankingsToDo(cache.list(project), ""), 1);
    });

    it("of an assignment, its items alone are to do; one changed file leaves the others' progress as it is", () => {
      writeBatch("one", ["a", "b", "c", "d"]);
      writeRanking("one", "jo", { b: submitted });
      const assigned = {
        formatVersion: 1,
        batch: "one",
        labeler: "mina",
        seed: 1,
        items: [{ id: "c" }, { id: "a" }],
      };
      writeFileSync(assignmentFile(project, "one", "mina"), JSON.stringify(assigned));
      const cache = new LabelCache();
      assert.equal(rankingsToDo(cache.list(project), "mina"), 2);
      const [before] = cache.list(project);
      assert.deepEqual(
        before.labelers.map(({ labeler, items }) => [labeler, items.length]),
        [
          ["jo", 4],
          ["mina", 2],
        ],
      );
      assert.equal(before.labelers[1].file, assignmentFile(project, "one", "mina"));
      writeRanking("one", "mina", { a: submitted, d: submitted });
      const [after] = cache.list(project);
      assert.equal(rankingsToDo([after], "mina"), 1);
      assert.equal(after.labelers[0], before.labelers[0], "jo's file is not read again");
      writeFileSync(assignmentFile(project, "one", "mina"), "{");
      assert.match(
        cache.list(project)[0].labelers[1].problem?.message ?? "",
        /assignment\.json is not valid JSON/,
      );
    });

    it("shows a file that cannot be read with its reason and goes on", () => {
      writeBatch("one", ["a"]);
      writeRanking("one", "mina", { a: submitted });
      writeFileSync(rankingFile(project, "one", "jo"), "{");
      writeFileSync(itemsFile(project, "two"), "nonsense");
      const [one, two] = new LabelCache().list(project);
      const jo = one.labelers.find(({ labeler }) => labeler === "jo");
      assert.match(jo?.problem?.message ?? "", /not valid JSON/);
      assert.equal(doneByAnyone(one).size, 1);
      assert.match(two.problem?.message ?? "", /not valid JSON/);
    });

    it("gives the context keys of runs and batches", () => {
      const keys = (): Readonly<Record<string, boolean>> =>
        contextKeys(new RunCache().list(project), new LabelCache().list(project));
      const set = (): string[] => Object.entries(keys()).flatMap(([key, value]) => (value ? [key] : []));
      assert.deepEqual(set(), []);
      writeRun(project, { stage: "ppo", minute: 0, values: [1], state: "failed" });
      writeRun(project, { stage: "rm", minute: 1, values: [], state: "queued" });
      writeRun(project, { stage: "sft", minute: 2, values: [1] });
      writeBatch("one", ["a"]);
      assert.deepEqual(set(), ["rlhf.hasRuns", "rlhf.hasBatches", "rlhf.queued", "rlhf.resumable"]);
      const done = (): string[] =>
        Object.entries(walkthroughKeys(true, new RunCache().list(project), new LabelCache().list(project)))
          .filter(([, isDone]) => isDone)
          .map(([key]) => key);
      assert.deepEqual(done(), ["rlhf.did.project", "rlhf.did.sft"]);
      writeRanking("one", "mina", { a: submitted });
      assert.deepEqual(done(), ["rlhf.did.project", "rlhf.did.sft", "rlhf.did.rank"]);
    });
  });

  it("makes any text harmless in Markdown", () => {
    const text = "# **b** [l](command:x) <img src=x> $(bug) `c` | a@b https://x.y\n- z ![i](u) &amp;";
    const shown = markdownText(text);
    assert.doesNotMatch(shown, /[\\`*_{}[\]()!|<>$:@/\n]|&(?!#\d+;)|#(?!\d+;)/);
    const back = shown.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    assert.equal(back, text.replace("\n", " "));
    assert.equal(markdownText("안녕 ü"), "안녕 ü");
  });

  it("says in which settings two configs differ", () => {
    const changes = settingChanges(
      { seed: 1, ppo: { klCoef: 0.1, iterations: 5 }, odd: [1] },
      { seed: 1, ppo: { klCoef: 0.2, iterations: 5 }, extra: "x" },
    );
    assert.deepEqual(changes, [
      { path: "ppo.klCoef", value: 0.1, base: 0.2 },
      { path: "odd", value: [1], base: undefined },
      { path: "extra", value: undefined, base: "x" },
    ]);
    assert.deepEqual([0.1, [1], undefined, "", "x"].map(settingText), ["0.1", "[1]", "–", '""', "x"]);
  });

  it("makes links that lead back to their run or item, whatever its folder is called", () => {
    const project = "/home/ü & co/내 #1?";
    const targets: readonly LinkTarget[] = [
      { kind: "run", project, id: "ppo-20260101T000000Z-0001" },
      { kind: "item", project, batch: "a&b", item: "1 #?" },
    ];
    for (const target of targets) {
      const url = new URL(linkTo("vscode", "rlhf-workbench.rlhf-workbench", target));
      assert.equal(url.protocol, "vscode:");
      assert.deepEqual(readLink(url.pathname, url.search.slice(1)), target);
      assert.equal(readLink("/other", url.search), null);
    }
    assert.equal(readLink("/run", "project=x&batch=y&item=z"), null);
    assert.equal(readLink("/item", "project=x&id=y&batch=z"), null);
  });
});
