// Training as the commands do it, with the real trainer: queue, pause, live change, stop, resume, a killed trainer, a branch.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commands, workspace } from "vscode";
import { isProblem } from "../../../extension/protocol/problem";
import type { RunState } from "../../../extension/protocol/runFormat";
import { listCheckpoints } from "../../../extension/runs/checkpoints";
import { readQueue } from "../../../extension/runs/queue";
import {
  listRunIds,
  readEndpoint,
  readInterventions,
  readMetrics,
  readRun,
  readStatus,
  type Run,
} from "../../../extension/runs/runFolder";
import { runsFolder } from "../../../extension/runs/runPaths";
import { makeTiny } from "../support/tinyProject";
import { until } from "../support/until";

describe("training from the editor", function () {
  this.timeout(90_000);
  const project = workspace.workspaceFolders?.[0].uri.fsPath ?? "";

  before(() => makeTiny(project));

  it("a base model is pretrained and kept where the next stages look for it", async () => {
    const run = await begun("rlhf.pretrain");
    await state(run, "finished");
    await until(() => readFileSync(join(project, "models/base/model.safetensors")).length > 0, "models/base");
  });

  it("pauses at once, takes a live change, saves a checkpoint, resumes, stops with a checkpoint, and goes on to its end", async function () {
    const run = await begun("rlhf.trainSft");
    await state(run, "running");
    await iteration(run, 3);
    const paused = await timed(() => commands.executeCommand("rlhf.pause", given(run)), run, "paused");
    const held = lines(run).length;
    await commands.executeCommand("rlhf.changeHyperparameter", given(run), {
      key: "learningRate",
      value: 0.001,
    });
    await commands.executeCommand("rlhf.saveCheckpoint", given(run));
    assert.equal(lines(run).length, held, "a paused run went on");
    const [change] = readInterventions(run.paths).values;
    assert.deepEqual(
      [change.changes.map(({ key, new: value }) => [key, value]), change.iteration > held - 1],
      [[["learningRate", 0.001]], true],
    );
    await commands.executeCommand("rlhf.resume", given(run));
    await iteration(run, held + 3);
    const stopped = await timed(() => commands.executeCommand("rlhf.stop", given(run)), run, "stopped");
    assert.ok(listCheckpoints(run.paths).length > 0, "a stop leaves a checkpoint");
    await commands.executeCommand("rlhf.resume", given(run));
    await state(run, "finished");
    const iterations = lines(run).map((line) => line.iteration);
    assert.deepEqual(
      iterations,
      iterations.map((_, i) => i),
      "each iteration once",
    );
    if (this.test) this.test.title += ` (paused in ${paused} ms, stopped in ${stopped} ms)`;
  });

  it("one run trains at a time; the next waits in the queue, can be moved and taken out, and starts when its turn comes", async () => {
    const first = await begun("rlhf.trainSft");
    const [second, third] = [await begun("rlhf.trainSft"), await begun("rlhf.trainSft")];
    const [two, three] = [second.manifest.id, third.manifest.id];
    assert.deepEqual(readQueue(project), [two, three]);
    await commands.executeCommand("rlhf.moveUpInQueue", given(third));
    assert.deepEqual(readQueue(project), [three, two]);
    for (const run of [third, second]) await commands.executeCommand("rlhf.removeFromQueue", given(run));
    assert.deepEqual(readQueue(project), []);
    await state(first, "running");
    await commands.executeCommand("rlhf.resume", given(second));
    assert.deepEqual(readQueue(project), [second.manifest.id]);
    assert.equal(stateOf(second), "queued");
    await commands.executeCommand("rlhf.stop", given(first));
    await state(first, "stopped");
    await state(second, "running");
  });

  it("a killed trainer's run is interrupted, and goes on to the numbers of an undisturbed one", async function () {
    this.timeout(150_000);
    const [killed] = running();
    await iteration(killed, 4);
    const endpoint = readEndpoint(killed.paths);
    assert.ok(!isProblem(endpoint));
    process.kill(endpoint.pid, "SIGKILL");
    await state(killed, "interrupted");
    await commands.executeCommand("rlhf.resume", given(killed));
    await state(killed, "finished");
    const undisturbed = await begun("rlhf.trainSft");
    await state(undisturbed, "finished");
    assert.ok(lines(killed).length > 10);
    assert.deepEqual(numbers(killed), numbers(undisturbed));
  });

  it("branches from a checkpoint with another setting, and names its parent", async () => {
    const [parent] = finished("sft");
    const [checkpoint] = listCheckpoints(parent.paths);
    const from = { ...given(parent), kind: "checkpoint", iteration: checkpoint };
    const before = listRunIds(project);
    await commands.executeCommand("rlhf.branch", from, ["sft.learningRate=0.0005"]);
    const branch = await newRun(before);
    assert.deepEqual(
      branch.manifest.parents.filter(({ run }) => run === parent.manifest.id).map((p) => p.checkpoint),
      [checkpoint],
    );
    await state(branch, "running");
    await commands.executeCommand("rlhf.stop", given(branch));
    await state(branch, "stopped");
  });

  /** What a tree item of the run gives to a command. */
  const given = (run: Run) => ({ project, id: run.manifest.id });

  /** Runs a command that prepares a run, and gives that run. */
  async function begun(command: string): Promise<Run> {
    const before = listRunIds(project);
    await commands.executeCommand(command, project);
    return await newRun(before);
  }

  async function newRun(before: readonly string[]): Promise<Run> {
    const id = (): string | undefined => listRunIds(project).find((other) => !before.includes(other));
    await until(() => id() !== undefined, "a new run");
    return read(id() ?? "");
  }

  function read(id: string): Run {
    const run = readRun(join(runsFolder(project), id));
    assert.ok(!isProblem(run));
    return run;
  }

  const all = (): readonly Run[] => listRunIds(project).map(read);
  const running = () => all().filter((run) => stateOf(run) === "running");
  const finished = (stage: string) =>
    all().filter((run) => run.manifest.stage === stage && stateOf(run) === "finished");

  async function iteration(run: Run, least: number): Promise<void> {
    await until(() => lines(run).length > least, `${run.manifest.id} at iteration ${least}`);
  }

  async function state(run: Run, wanted: RunState): Promise<void> {
    await until(
      () => stateOf(run) === wanted,
      () => `${run.manifest.id} ${wanted}, but it is ${stateOf(run)}`,
    );
  }

  /** Milliseconds from a command to the state it asks for, as its files have it. */
  async function timed(act: () => Thenable<unknown>, run: Run, wanted: RunState): Promise<number> {
    const start = performance.now();
    await act();
    await state(run, wanted);
    return Math.round(performance.now() - start);
  }
});

const lines = (run: Run) => readMetrics(run.paths).values;

function stateOf(run: Run): RunState | string {
  const status = readStatus(run.paths);
  return isProblem(status) ? status.message : status.state;
}

/** Everything a run measured but the time it took. */
const numbers = (run: Run) =>
  lines(run).map(({ values }) =>
    Object.entries(values).filter(([name]) => !/^(time|throughput)\//.test(name)),
  );
