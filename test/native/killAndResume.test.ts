import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compileRun } from "../../extension/project/prepareRun";
import { resolveConfig } from "../../extension/protocol/resolveConfig";
import { launchTrainer } from "../../extension/runs/launchTrainer";
import { createRun, readStatus, type Run } from "../../extension/runs/runFolder";
import { good, promisedContent } from "../support/fakeRuns";
import { cliFile, runCli } from "../support/runCli";

const trainerFile = join(dirname(cliFile), "trainer.js");
const kills = process.env.RLHF_FULL_TESTS ? 10 : 1;

/** Tiny, of one shape, with dropout: each trainer compiles its step for a few seconds, runs 100 of them, and leaves a checkpoint after every ten. */
const settings = [
  ...["backend=tensorflow", "pretrain.steps=100", "pretrain.stepsPerIteration=10"],
  ...["pretrain.checkpointEvery=1", "pretrain.dropout=0.1"],
];

describe("a trainer on tensorflow", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "rlhf-native-runs-"));
  const project = join(folder, "project");
  const resolved = resolveConfig({}, { tiny: true, set: settings });
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  before(async () => {
    const made = await runCli(["new", project, "--template", "tiny-world"]);
    assert.equal(made.code, 0, made.err);
  });

  function begin(): Run {
    if (resolved.type === "problems") throw new Error(resolved.problems[0].message);
    const { run } = good(
      compileRun({
        ...{ project, config: resolved.config, stage: "pretrain", models: {}, codeVersion: "test" },
        ...{ backend: "tensorflow", device: "test", utcMilliseconds: Date.UTC(2020, 0, 1), random: 0 },
      }),
    );
    return createRun(project, run);
  }
  const launch = (run: Run): ChildProcess =>
    launchTrainer({ trainerFile, project, paths: run.paths, graceSeconds: Infinity });

  it("killed with kill -9 resumes to the bytes of an undisturbed run, though it records and compiles again", async () => {
    const undisturbed = begin();
    assert.equal(await exitOf(launch(undisturbed)), 0, JSON.stringify(readStatus(undisturbed.paths)));
    const run = begin();
    const notes = { killed: 0, resumed: 0 };
    for (let done = false; !done;) {
      const child = launch(run);
      // Not before it has a new checkpoint, so that every launch takes up another state.
      const last = newestCheckpoint(run);
      const wait = async (): Promise<void> => {
        while (newestCheckpoint(run) === last && child.exitCode === null) await pause(5);
      };
      const ended = exitOf(child);
      if (notes.killed < kills) {
        await wait();
        await pause(notes.killed * 40);
        child.kill("SIGKILL");
      }
      if ((await ended) === null) notes.killed++;
      done = good(readStatus(run.paths)).state === "finished";
      notes.resumed++;
      assert.ok(notes.resumed <= kills + 1, `no progress: ${JSON.stringify(readStatus(run.paths))}`);
    }
    assert.equal(notes.killed, kills, "the run ended before it was killed");
    assert.deepEqual(promisedContent(run.paths), promisedContent(undisturbed.paths));
  });
});

/** The name of its folder, which counts iterations. */
function newestCheckpoint({ paths }: Run): string | undefined {
  const names = existsSync(paths.checkpoints) ? readdirSync(paths.checkpoints) : [];
  return names
    .filter((name) => /^\d+$/.test(name))
    .sort()
    .at(-1);
}

function exitOf(child: ChildProcess): Promise<number | null> {
  child.ref();
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
