import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPaths, runsFolder } from "../../extension/runs/runPaths";
import { readStatus, writeMarks } from "../../extension/runs/runFolder";
import { noMarks } from "../../extension/protocol/runFormat";
import { good, newFakeRun, promisedContent, removeProject, temporaryProject } from "../support/fakeRuns";
import { exitOf, fakeTrainerFile, launchFake } from "../support/fakeTrainer";
import { cliFile, jsonLines, runCli, type CliOptions } from "../support/runCli";

/** The built command line with the fake trainer beside it, as the real one lies beside it in dist. */
describe("rlhf runs, show, resume, branch", function () {
  this.timeout(60_000);
  let project: string;
  let tools: string;
  const cli = (words: readonly string[], options: CliOptions = {}) =>
    runCli(words, { cwd: project, file: join(tools, "cli.js"), ...options });

  before(() => {
    tools = mkdtempSync(join(tmpdir(), "rlhf tools 도구 "));
    copyFileSync(cliFile, join(tools, "cli.js"));
    copyFileSync(fakeTrainerFile, join(tools, "trainer.js"));
  });
  after(() => rmSync(tools, { recursive: true, force: true }));
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  it("resume goes on to the end, with metrics as JSON lines, the result last", async () => {
    const run = newFakeRun(project, { iterations: 5 });
    const done = await cli(["resume", run.manifest.id, "--json"]);
    assert.equal(done.code, 0, done.err);
    const lines = jsonLines(done);
    const iterations = lines.filter(({ type }) => type === "metrics").map(({ iteration }) => iteration);
    assert.deepEqual(iterations, [0, 1, 2, 3, 4, 5]);
    // The trainer waited until it was told to start, so no event can have been missed.
    assert.deepEqual(lines[0], {
      type: "event",
      state: "running",
      reason: null,
      event: "stateChanged",
      run: run.manifest.id,
    });
    assert.deepEqual(lines.at(-1), {
      type: "result",
      run: run.manifest.id,
      state: "finished",
      figures: { best: 3 },
    });
    const last = lines.filter(({ type }) => type === "progress").at(-1);
    assert.equal(last?.done, last?.total);
  });

  it("Ctrl-C checkpoints, exits with 3 and says how to go on; going on gives the bytes of an undisturbed run", async () => {
    const settings = { iterations: 12, stepMilliseconds: 15 };
    const undisturbed = newFakeRun(project, settings);
    assert.equal(await exitOf(launchFake(project, undisturbed)), 0);
    const run = newFakeRun(project, settings);
    const { id } = run.manifest;
    let asked = false;
    const stopped = await cli(["resume", id, "--json"], {
      onOutput: (out, kill) => {
        if (asked || !out.includes('"iteration":2,')) return;
        asked = true;
        kill("SIGINT");
      },
    });
    assert.equal(stopped.code, 3, stopped.err);
    assert.equal(jsonLines(stopped).at(-1)?.state, "stopped");
    assert.equal(good(readStatus(run.paths)).state, "stopped");
    const rest = await cli(["resume", id]);
    assert.equal(rest.code, 0, rest.err);
    assert.match(rest.out, new RegExp(`The run ${id} is finished`));
    assert.deepEqual(promisedContent(run.paths), promisedContent(undisturbed.paths));
  });

  it("a second Ctrl-C ends at once, with 3 and the way to go on", async () => {
    const run = newFakeRun(project, { iterations: 3, stepMilliseconds: 3000 });
    const began = performance.now();
    let asked = false;
    const stopped = await cli(["resume", run.manifest.id, "--json"], {
      onOutput: (out, kill) => {
        if (asked || !out.includes('"type":"progress"')) return;
        asked = true;
        // In the middle of the next step, which takes three seconds, a checkpoint cannot come before the second one.
        setTimeout(() => kill("SIGINT"), 200);
        setTimeout(() => kill("SIGINT"), 400);
      },
    });
    assert.equal(stopped.code, 3, stopped.err);
    assert.match(
      String(jsonLines(stopped).at(-1)?.message),
      new RegExp(`was stopped; go on with: rlhf resume ${run.manifest.id}`),
    );
    assert.ok(performance.now() - began < 8000);
    assert.equal(good(readStatus(run.paths)).state, "interrupted");
  });

  it("a run that fails says why on standard error and exits with 1", async () => {
    const run = newFakeRun(project, { iterations: 5, nanAt: 3 });
    const failed = await cli(["resume", run.manifest.id]);
    assert.equal(failed.code, 1);
    assert.match(
      failed.err,
      /^The run ppo-\S+ failed: After iteration 3 policy\/wte\.weight is not a number/,
    );
  });

  it("runs lists newest first, and names broken folders without hiding others", async () => {
    const [first, second, third] = [1, 2, 3].map(() => newFakeRun(project, { iterations: 1 }));
    assert.equal(await exitOf(launchFake(project, second)), 0);
    writeMarks(second.paths, { ...noMarks, name: "첫 실험", star: true });
    writeFileSync(first.paths.manifest, '{"formatVersion": 1,');
    writeFileSync(third.paths.status, '{"formatVersion": 99}');
    mkdirSync(join(runsFolder(project), "notes"));
    const listed = await cli(["runs"]);
    assert.equal(listed.code, 0);
    const rows = listed.out.split("\n");
    assert.match(rows[1], new RegExp(`^${third.manifest.id}  unreadable`));
    assert.match(rows[2], new RegExp(`^${second.manifest.id}  finished    1/1 .*score.*★ 첫 실험$`));
    assert.match(listed.out, /run\.json is not valid JSON at column 21: the text ends too early\./);
    assert.match(
      listed.out,
      /status\.json has format 99, newer than 1, the newest that this version of RLHF Workbench knows/,
    );
    assert.match(listed.out, /notes is no run/);
    const json = jsonLines(await cli(["runs", "--json"])).at(-1);
    assert.equal((json?.runs as object[]).length, 2);
    assert.equal((json?.broken as object[]).length, 3);
  });

  it("show tells settings, parents, inputs, figures with units, checkpoints and warnings", async () => {
    const run = newFakeRun(project, { iterations: 6 });
    await exitOf(launchFake(project, run));
    const { id } = run.manifest;
    const shown = (await cli(["show", id])).out;
    const expected = [
      /state +finished, iteration 6 of 6/,
      /ppo\.learningRate +0\.5/,
      /fake\.json +16 bytes {2}\([0-9a-f]{12}\) {2}from test/,
      /Figures of iteration 6\n/,
      /time\/iterationSeconds +[\d.]+/,
      new RegExp(`${id}@6 +best, last`),
      new RegExp(`${id}@3\n`),
      /iteration 3 +a tripwire at 3/,
      /best +6/,
    ];
    for (const pattern of expected) assert.match(shown, pattern);
    const json = jsonLines(await cli(["show", id, "--json"]));
    assert.deepEqual(json.length, 1);
    assert.deepEqual(json[0].checkpoints, [3, 6]);
  });

  it("show and resume of a run that is not there name the latest one", async () => {
    const { id } = newFakeRun(project).manifest;
    for (const command of ["show", "resume"]) {
      const missing = await cli([command, "ppo-20200101T000000Z-0000"]);
      assert.equal(missing.code, 1);
      assert.match(missing.err, new RegExp(`There is no run ppo-2020.*the latest one is ${id}\\.`));
    }
  });

  it("resume of a finished run says to branch from it", async () => {
    const run = newFakeRun(project, { iterations: 1 });
    await exitOf(launchFake(project, run));
    const again = await cli(["resume", run.manifest.id]);
    assert.equal(again.code, 1);
    assert.match(
      again.err,
      new RegExp(`is finished; to go on from it use: rlhf branch ${run.manifest.id}@1`),
    );
  });

  it("branch goes on from a checkpoint as a new run, with other settings", async () => {
    const run = newFakeRun(project, { iterations: 6 });
    await exitOf(launchFake(project, run));
    const before = readFileSync(run.paths.metrics, "utf8");
    const { id } = run.manifest;
    const branched = await cli(["branch", `${id}@3`, "--set", "ppo.klCoef=0.5", "--json"]);
    assert.equal(branched.code, 0, branched.err);
    const iterations = jsonLines(branched)
      .filter(({ type }) => type === "metrics")
      .map(({ iteration }) => iteration);
    assert.deepEqual(iterations, [4, 5, 6]);
    const child = runPaths(join(runsFolder(project), String(jsonLines(branched).at(-1)?.run)));
    const manifest = JSON.parse(readFileSync(child.manifest, "utf8")) as {
      config: { ppo: { klCoef: number; learningRate: number } };
      parents: { role: string; run: string; checkpoint: number }[];
    };
    assert.equal(manifest.config.ppo.klCoef, 0.5);
    assert.equal(manifest.config.ppo.learningRate, 0.5);
    assert.deepEqual(
      manifest.parents.map(({ role, run: parent, checkpoint }) => [role, parent, checkpoint]),
      [["branch", id, 3]],
    );
    assert.equal(readFileSync(run.paths.metrics, "utf8"), before);
  });

  it("branch refuses an unknown setting with the nearest, a missing checkpoint with those there are, and creates nothing", async () => {
    const run = newFakeRun(project, { iterations: 3 });
    await exitOf(launchFake(project, run));
    const { id } = run.manifest;
    const unknown = await cli(["branch", `${id}@3`, "--set", "ppo.klCoeff=0.5"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /ppo\.klCoeff is not a setting; the nearest is ppo\.klCoef\./);
    const missing = await cli(["branch", `${id}@17`]);
    assert.equal(missing.code, 1);
    assert.match(missing.err, /does not have the checkpoint "17": it has 3\./);
    assert.deepEqual(
      (jsonLines(await cli(["runs", "--json"]))[0].runs as { run: string }[]).map((each) => each.run),
      [id],
    );
  });
});
