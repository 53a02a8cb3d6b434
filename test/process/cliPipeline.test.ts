import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rankingFileText } from "../../extension/data/labels";
import type { LabelItem } from "../../extension/protocol/rankingFormat";
import { jsonLines, runCli, type CliRun } from "../support/runCli";

/** The built command line with its real trainer, at the tiny size. */
describe("rlhf pipeline that waits for people", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "rlhf pipeline 기다림 "));
  const project = join(folder, "세계");
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const small = ["--set", "labeling.promptsPerRound=8", "--set", "labeling.rounds=1"];
  const pipeline = (...words: string[]): Promise<CliRun> =>
    runCli(["pipeline", "--tiny", ...small, "--until", "rm", ...words], { cwd: project });

  it("a stage that is stopped by Ctrl-C ends with 3 and a result, and the next pipeline resumes it", async () => {
    const made = await runCli(["new", project, "--template", "tiny-world"]);
    assert.equal(made.code, 0, made.err);
    rmSync(join(project, "models"), { recursive: true, force: true }); // the base that ships: here one is pretrained
    let asked = false;
    const stopped = await runCli(["pipeline", "--tiny", "--set", "pretrain.steps=400", "--json"], {
      cwd: project,
      onOutput: (out, kill) => {
        if (!asked && out.includes('"type":"metrics"')) kill("SIGINT");
        asked ||= out.includes('"type":"metrics"');
      },
    });
    assert.equal(stopped.code, 3, stopped.err);
    const last = jsonLines(stopped).at(-1);
    assert.deepEqual([last?.type, last?.stage, last?.state], ["result", "pretrain", "stopped"]);
    const resumed = await runCli(
      ["pipeline", "--tiny", "--set", "pretrain.steps=400", "--until", "pretrain", "--json"],
      { cwd: project },
    );
    assert.equal(resumed.code, 0, resumed.err);
    assert.equal(jsonLines(resumed).at(-1)?.type, "result");
    const first = jsonLines(resumed).find(({ type }) => type === "metrics");
    assert.ok(Number(first?.iteration) > 0, "it began anew");
  });

  it("ends with 3 when answers are to be ranked, and goes on when they are", async () => {
    const waiting = await pipeline("--json");
    assert.equal(waiting.code, 3, waiting.err);
    const said = { type: "result", state: "waiting", batch: "round-1", items: 8, judged: 0 };
    assert.deepEqual(jsonLines(waiting).at(-1), said);
    const still = await pipeline();
    assert.equal(still.code, 3);
    assert.match(still.out, /0 of 8 items of labels\/round-1\.items\.jsonl are ranked\..*rlhf pipeline/);
    const file = join(project, "labels/round-1.items.jsonl");
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const judgements = lines.map((line) => {
      const { id, responses } = JSON.parse(line) as LabelItem;
      return [id, { status: "submitted", tiers: { overall: responses.map((each) => [each.id]) } }] as const;
    });
    const ranking = { formatVersion: 1, batch: "round-1", labeler: "mina", shuffleSeed: 1 };
    const text = rankingFileText({ ...ranking, judgements: Object.fromEntries(judgements) });
    writeFileSync(join(project, "labels/round-1.mina.ranking.json"), text);
    const done = await pipeline("--json");
    assert.equal(done.code, 0, done.err + done.out.slice(-500));
    assert.deepEqual(
      [...new Set(jsonLines(done).flatMap(({ type, stage }) => (type === "metrics" ? [stage] : [])))],
      ["rm"],
    );
    assert.equal(readFileSync(file, "utf8").trimEnd().split("\n").length, 8);
  });
});
