import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { removeProject, temporaryProject } from "../support/fakeRuns";
import { writeReportProject } from "../support/reportProject";
import { jsonLines, runCli } from "../support/runCli";

describe("rlhf report", function () {
  this.timeout(60_000);
  let project = "";
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  const report = async (...words: readonly string[]) =>
    await runCli(["report", ...words, "--project", project, "--json"]);

  it("writes the pipeline's report into the project, and a run's where it is told, in the formats it is told", async () => {
    const { ppo } = writeReportProject(project, "plain");
    const whole = await report();
    assert.equal(whole.code, 0, whole.err);
    const folder = join(project, "reports");
    assert.deepEqual(jsonLines(whole).at(-1)?.files, [
      join(folder, "pipeline.html"),
      join(folder, "pipeline.md"),
    ]);
    assert.match(readFileSync(join(folder, "pipeline.html"), "utf8"), /<h1>Pipeline of 내 프로젝트 ü<\/h1>/);
    const out = join(project, "out");
    assert.equal((await report(ppo, "--out", out, "--format", "html")).code, 0);
    assert.deepEqual(readdirSync(out), [`${ppo}.html`]);
    const first = readFileSync(join(out, `${ppo}.html`), "utf8");
    assert.equal((await report(ppo, "--out", out, "--format", "html,md")).code, 0);
    assert.equal(readFileSync(join(out, `${ppo}.html`), "utf8"), first);
    assert.deepEqual(readdirSync(out).sort(), [`${ppo}.charts`, `${ppo}.html`, `${ppo}.md`]);
  });

  it("names what is wrong: no runs, no such run, no such format", async () => {
    const none = await report();
    assert.equal(none.code, 1);
    assert.match(none.out, /no runs in this project/);
    const missing = await report("ppo-20260131T120000Z-1a2b");
    assert.equal(missing.code, 1);
    assert.match(missing.out, /ppo-20260131T120000Z-1a2b/);
    assert.equal((await report("--format", "pdf")).code, 2);
    assert.ok(!readdirSync(project).includes("reports"));
  });
});
