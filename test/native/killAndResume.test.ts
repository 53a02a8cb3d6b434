import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { GivenModels } from "../../extension/project/chooseParents";
import { compileRun } from "../../extension/project/prepareRun";
import { resolveConfig } from "../../extension/protocol/resolveConfig";
import { launchTrainer } from "../../extension/runs/launchTrainer";
import { createRun, readStatus, type Run } from "../../extension/runs/runFolder";
import { good, promisedContent } from "../support/fakeRuns";
import { cliFile, runCli } from "../support/runCli";

const trainerFile = join(dirname(cliFile), "trainer.js");
const isFull = Boolean(process.env.RLHF_FULL_TESTS);
const kills = { pretrain: isFull ? 10 : 1, ppo: isFull ? 3 : 1 };

/** Tiny, of one shape, with dropout: each trainer compiles its step for a few seconds, runs 100 of them, and leaves a checkpoint after every ten. */
const pretraining = ["pretrain.steps=100", "pretrain.stepsPerIteration=10", "pretrain.dropout=0.1"];

/**
 * Everything that a checkpoint of PPO holds (two optimizers, an average, a coefficient that moves, cursors of prompts and of pretraining text),
 * scored by length, which needs no model, and all episodes logged, so that few graphs serve. Its prompts have many lengths, and XLA takes seconds for
 * each: it is used with the long tests alone.
 */
const ppo = [
  ...[
    "ppo.iterations=10",
    "ppo.rewardScale=none",
    "ppo.checkpointEvery=2",
    "ppo.keepCheckpoints=3",
    "ppo.rewards=length",
  ],
  ...["ppo.ptxCoef=0.3", "ppo.emaDecay=0.9", "ppo.klController=adaptive", "ppo.loggedEpisodes=8"],
];

const xlaForPpo = { RLHF_XLA: isFull ? "1" : "0" };

describe("a trainer on tensorflow, killed with kill -9, resumes to the bytes of an undisturbed run", function () {
  this.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), "rlhf-native-runs-"));
  const project = join(folder, "project");
  const resolved = resolveConfig(
    {},
    { tiny: true, set: ["backend=tensorflow", "pretrain.checkpointEvery=1", ...pretraining, ...ppo] },
  );
  /** The undisturbed run of pretraining, which is also where PPO begins. */
  let base: Run;
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  before(async () => {
    const made = await runCli(["new", project, "--template", "tiny-world"]);
    assert.equal(made.code, 0, made.err);
    base = await undisturbed("pretrain", {});
  });

  it("pretraining, though it records and compiles again", async () => {
    // Each launch takes up another state.
    await expectResumed(base, "pretrain", {}, (last) => last);
  });

  it("PPO-ptx, after updates that its checkpoint holds", async () => {
    const models = { initial: base.manifest.id };
    await expectResumed(await undisturbed("ppo", models), "ppo", models, (last) => Math.max(last, 2));
  });

  function begin(stage: "pretrain" | "ppo", models: GivenModels): Run {
    if (resolved.type === "problems") throw new Error(resolved.problems[0].message);
    const { run } = good(
      compileRun({
        ...{ project, config: resolved.config, stage, models, codeVersion: "test" },
        ...{ backend: "tensorflow", device: "test", utcMilliseconds: Date.UTC(2020, 0, 1), random: 0 },
      }),
    );
    return createRun(project, run);
  }

  const launch = (run: Run): ChildProcess =>
    launchTrainer({
      ...{ trainerFile, project, paths: run.paths, graceSeconds: Infinity },
      environment: run.manifest.stage === "ppo" ? xlaForPpo : {},
    });

  async function undisturbed(stage: "pretrain" | "ppo", models: GivenModels): Promise<Run> {
    const run = begin(stage, models);
    assert.equal(await exitOf(launch(run)), 0, JSON.stringify(readStatus(run.paths)));
    return run;
  }

  /** Kills a run like `expected` when its newest checkpoint is after iteration `beyond` of the one it was launched with; resumes it; compares. */
  async function expectResumed(
    expected: Run,
    stage: "pretrain" | "ppo",
    models: GivenModels,
    beyond: (last: number) => number,
  ): Promise<void> {
    const run = begin(stage, models);
    const notes = { killed: 0, launched: 0 };
    for (let done = false; !done;) {
      const child = launch(run);
      const ended = exitOf(child);
      if (notes.killed < kills[stage]) {
        const last = beyond(newestCheckpoint(run));
        while (newestCheckpoint(run) <= last && child.exitCode === null) await pause(5);
        await pause(notes.killed * 40);
        child.kill("SIGKILL");
      }
      if ((await ended) === null) notes.killed++;
      done = good(readStatus(run.paths)).state === "finished";
      notes.launched++;
      assert.ok(notes.launched <= kills[stage] + 1, `no progress: ${JSON.stringify(readStatus(run.paths))}`);
    }
    assert.equal(notes.killed, kills[stage], "the run ended before it was killed");
    assert.deepEqual(promisedContent(run.paths), promisedContent(expected.paths));
  }
});

/** The iteration of the newest checkpoint on disk, −1 where there is none. */
function newestCheckpoint({ paths }: Run): number {
  const names = existsSync(paths.checkpoints) ? readdirSync(paths.checkpoints) : [];
  return Math.max(-1, ...names.filter((name) => /^\d+$/.test(name)).map(Number));
}

function exitOf(child: ChildProcess): Promise<number | null> {
  child.ref();
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
