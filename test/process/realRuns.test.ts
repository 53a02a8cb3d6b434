import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { compileRun } from "../../extension/project/prepareRun";
import { latestRun } from "../../extension/runs/finishedRuns";
import { resolveConfig } from "../../extension/protocol/resolveConfig";
import type { RunConfig } from "../../extension/protocol/runConfig";
import type { Stage } from "../../extension/protocol/runFormat";
import { launchTrainer } from "../../extension/runs/launchTrainer";
import { createRun, readMetrics, readStatus, type Run } from "../../extension/runs/runFolder";
import { good, promisedContent } from "../support/fakeRuns";
import { cliFile, jsonLines, runCli } from "../support/runCli";

const trainerFile = join(dirname(cliFile), "trainer.js");
/** Kills of each kind of run; a hundred in all with the long tests. */
const killsEach = process.env.RLHF_FULL_TESTS ? 25 : 1;

/** The sample's whole pipeline at the tiny size, by the command line as a person uses it; then its runs killed and resumed. */
describe("the sample project at the tiny size", function () {
  this.timeout(process.env.RLHF_FULL_TESTS ? 1_800_000 : 400_000);
  const folder = mkdtempSync(join(tmpdir(), "rlhf sample 견본 "));
  const project = join(folder, "tiny world");
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  it("runs every stage from nothing to the table", async () => {
    const done = await runCli(["sample", project, "--tiny", "--json"]);
    assert.equal(done.code, 0, done.err + done.out.slice(-2000));
    const result = jsonLines(done).at(-1) as { type: string; models: { name: string }[] };
    assert.equal(result.type, "result");
    assert.deepEqual(
      result.models.map(({ name }) => name),
      ["GPT", "GPT (prompted)", "SFT", "start of PPO", "PPO", "PPO-ptx"],
    );
  });

  it("does nothing a second time", async () => {
    const again = await runCli(["sample", project, "--tiny"]);
    assert.equal(again.code, 0, again.err);
    assert.equal(again.out.match(/done before/g)?.length, 13, again.out);
    assert.doesNotMatch(again.out, /progress/);
    assert.match(
      again.out,
      /win rate against SFT.*\n(.*\n){6}[^]*win rate by kind of prompt +heldOut \(\d+\)/,
    );
  });

  it("puts the base model back where a finished run has it", async () => {
    rmSync(join(project, "models", "base"), { recursive: true });
    const again = await runCli(["sample", project, "--tiny"]);
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /saved as models\/base/);
    assert.equal(again.out.match(/done before/g)?.length, 14, again.out);
  });

  const settings: Readonly<Record<string, readonly string[]>> = {
    sft: [
      "sft.variant=ppoInit",
      "sft.dropout=0.2",
      "sft.ppoInitEpochs=1",
      "sft.batch=64",
      "sft.checkpointEvery=2",
    ],
    ppo: [
      "ppo.ptxCoef=0.3",
      "ppo.emaDecay=0.9",
      "ppo.klController=adaptive",
      "ppo.iterations=6",
      "ppo.keepCheckpoints=2",
      "ppo.heldOutScore=length",
    ],
  };

  for (const stage of ["sft", "ppo"] as const)
    for (const threads of [1, 2])
      it(`${stage} on ${threads} thread${threads > 1 ? "s" : ""}, killed with kill -9, resumes to the bytes of an undisturbed run`, async () => {
        const config = configOf([...settings[stage], `threads=${threads}`]);
        const expected = promisedContent((await finished(begin(stage, config))).paths);
        let [kills, wait] = [0, 400];
        while (kills < killsEach) {
          const run = begin(stage, config);
          let launches = 0;
          for (let done = false; !done;) {
            const child = launch(run);
            wait = 300 + ((wait * 7919) % 1201);
            // A slow machine that never comes to its first checkpoint gets a little longer each time.
            const timer = setTimeout(() => child.kill("SIGKILL"), wait + 150 * launches);
            const code = await exitOf(child);
            clearTimeout(timer);
            if (code === null) kills++;
            done = code === 0 || good(readStatus(run.paths)).state === "finished";
            assert.ok(done || code === null, `ended with ${code}: ${JSON.stringify(readStatus(run.paths))}`);
            assert.ok(++launches < 40 * killsEach, "no progress between kills");
          }
          assert.deepEqual(promisedContent(run.paths), expected);
        }
      });

  it("a live change is replayed by a run that begins with it", async () => {
    const config = configOf(settings.ppo);
    const change =
      '{"time":"t","who":"test","iteration":3,"changes":[{"key":"learningRate","old":0.00015,"new":0.001}]}\n';
    const plain = await finished(begin("ppo", config));
    const changed = begin("ppo", config);
    writeFileSync(changed.paths.interventions, change);
    await finished(changed);
    const rates = (run: Run): number[] =>
      readMetrics(run.paths).values.map(({ values }) => values["policy/learningRate"]);
    assert.deepEqual(rates(changed).slice(0, 3), rates(plain).slice(0, 3));
    // A score that is only measured, here by length, is what it says and changes nothing.
    for (const { values } of readMetrics(plain.paths).values)
      assert.equal(values["objective/heldOutScore"], values["response/length"]);
    assert.ok(rates(changed)[3] > 5 * rates(plain)[3], `${rates(changed)} against ${rates(plain)}`);
  });

  function configOf(set: readonly string[]): RunConfig {
    const resolved = resolveConfig(
      { data: { testPrompts: ["data/testPrompts.jsonl"] } },
      { tiny: true, set },
    );
    if (resolved.type === "problems") throw new Error(resolved.problems[0].message);
    return resolved.config;
  }

  /** The newest models of the sample as parents. */
  function begin(stage: Stage, config: RunConfig): Run {
    const start = latestRun(project, "sft", "ppoInit") ?? "";
    const { run } = good(
      compileRun({
        project,
        config,
        stage,
        models: stage === "sft" ? {} : { initial: start, rewardModel: latestRun(project, "rm") ?? "" },
        codeVersion: "test",
        backend: config.backend,
        device: "test",
        utcMilliseconds: Date.UTC(2020, 0, 1),
        random: 0,
      }),
    );
    return createRun(project, run);
  }

  const launch = (run: Run): ChildProcess =>
    launchTrainer({ trainerFile, project, paths: run.paths, graceSeconds: Infinity });

  async function finished(run: Run): Promise<Run> {
    assert.equal(await exitOf(launch(run)), 0, JSON.stringify(readStatus(run.paths)));
    return run;
  }
});

function exitOf(child: ChildProcess): Promise<number | null> {
  child.ref();
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}
