// What those who watch a trainer say when a signal ends it, as the system does when memory runs short.
import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrainerEnd } from "../../extension/cli/trainerClient";
import { TrainerWatcher } from "../../extension/cli/trainerWatcher";
import { readEndpoint, readStatus, type Run } from "../../extension/runs/runFolder";
import { good, newFakeRun, removeProject, temporaryProject } from "../support/fakeRuns";
import { fakeTrainerFile } from "../support/fakeTrainer";
import { cliFile, runCli, type CliRun } from "../support/runCli";
import { skipBecause } from "../support/skip";

describe("a trainer that a signal ends", function () {
  this.timeout(120_000);
  let project: string;
  let tools: string;
  before(function () {
    if (process.platform === "win32") skipBecause(this, "Windows knows no signals between processes");
    project = temporaryProject();
    // The built command line with the fake trainer beside it, as the real one lies beside it in dist.
    tools = mkdtempSync(join(tmpdir(), "rlhf-tools-"));
    copyFileSync(cliFile, join(tools, "cli.js"));
    copyFileSync(fakeTrainerFile, join(tools, "trainer.js"));
  });
  after(() => {
    if (project) removeProject(project);
    if (tools) rmSync(tools, { recursive: true, force: true });
  });

  const begin = (block: Readonly<Record<string, number>>): Run =>
    newFakeRun(project, { iterations: 10_000, stepMilliseconds: 20 }, block);

  /** Follows the run by the command line to its end; after its first iteration `isWatched` is awaited, then come words into its log and the signal. */
  async function end(
    run: Run,
    signal: NodeJS.Signals,
    words: string,
    isWatched: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<CliRun> {
    let told = false;
    const onOutput = (out: string): void => {
      if (told || !out.includes('"type":"metrics"')) return;
      told = true;
      void isWatched().then(() => {
        appendFileSync(run.paths.log, words);
        process.kill(good(readEndpoint(run.paths)).pid, signal);
      });
    };
    const call = ["resume", run.manifest.id, "--json"];
    return await runCli(call, { cwd: project, file: join(tools, "cli.js"), onOutput });
  }

  it("is said to have been killed as for want of memory, with the part that may fit", async () => {
    const run = begin({ minibatch: 8 });
    const { id } = run.manifest;
    let watched: Promise<TrainerEnd> | undefined;
    const launching = await end(run, "SIGKILL", "", async () => {
      const watcher = await TrainerWatcher.attach(run.paths, () => undefined);
      watched = watcher?.follow();
    });
    assert.equal(launching.code, 1, launching.out);
    const smaller = `; in smaller parts it may fit: rlhf resume ${id} --set ppo.microbatch=4`;
    assert.equal(
      messageOf(launching),
      `The run ${id} failed: its trainer process was killed (SIGKILL), as the system does when memory runs short${smaller}`,
    );
    // Who did not start it hears of no signal.
    const attached = await watched;
    assert.deepEqual(
      [attached?.exitCode, attached?.message],
      [
        1,
        `its trainer process ended without a word, perhaps killed by the system because memory ran short${smaller}`,
      ],
    );
    const { state, reason } = good(readStatus(run.paths));
    assert.match(`${state}: ${reason}`, /^interrupted: .* because memory ran short$/);
  });

  it("has its log read for what a library said of memory, and the parts it was computed in are halved", async () => {
    const run = begin({ minibatch: 8, microbatch: 4 });
    const words =
      "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n";
    const first = await end(run, "SIGABRT", words);
    assert.match(
      messageOf(first),
      /its trainer process ran out of memory \(what\(\): +std::bad_alloc\); in smaller parts it may fit: rlhf resume \S+ --set ppo\.microbatch=2$/,
    );
    // Resumed, it dies of something else: what its log said before is no longer its reason.
    const second = await end(run, "SIGABRT", "Check failed: rank >= 0\n");
    assert.match(
      messageOf(second),
      /broke down \(SIGABRT\), as it does when a library gets no memory; in smaller/,
    );
  });

  it("gets no advice on memory where that is not why", async () => {
    const ended = await end(begin({ minibatch: 8 }), "SIGUSR2", "");
    assert.match(messageOf(ended), /its trainer process was ended \(SIGUSR2\); go on with: rlhf resume \S+$/);
    const single = await end(begin({ minibatch: 8, microbatch: 1 }), "SIGKILL", "");
    assert.match(messageOf(single), /when memory runs short; go on with: rlhf resume \S+$/);
  });
});

/** What a command line says last. */
const messageOf = ({ err, out }: CliRun): string => {
  const line = out.trimEnd().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? String((JSON.parse(line) as { message?: string }).message) : err;
};
