import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isProblem } from "../../extension/protocol/problem";
import { branchRun } from "../../extension/runs/branchRun";
import { listCheckpoints } from "../../extension/runs/checkpoints";
import { listRunIds, readMetrics, readRun, readStatus, type Run } from "../../extension/runs/runFolder";
import { checkpointFolder } from "../../extension/runs/runPaths";
import { RunStore } from "../../extension/runs/runStore";
import { good, newFakeRun, removeProject, temporaryProject } from "../support/fakeRuns";
import { stateOf, writeCheckpointOf, writeIteration } from "../support/runContent";

const origin = {
  codeVersion: "newer",
  backend: "wasm",
  device: "2 threads",
  utcMilliseconds: Date.UTC(2026, 1, 3),
  random: 1,
};

describe("branchRun", () => {
  let project: string;
  let parent: Run;
  before(() => {
    project = temporaryProject();
    parent = newFakeRun(project);
    const store = good(RunStore.open(parent.paths.folder));
    for (let iteration = 0; iteration <= 4; iteration++) {
      writeIteration(store, iteration);
      if (iteration % 2 === 0 && iteration > 0) writeCheckpointOf(store, iteration, -iteration);
    }
    const change = (iteration: number, value: number) => ({
      time: "t",
      who: "Ada",
      iteration,
      changes: [{ key: "klCoef", old: 0, new: value }],
    });
    store.appendIntervention(change(2, 0.25));
    store.appendIntervention(change(4, 0.5));
    store.dispose();
  });
  after(() => removeProject(project));

  const branch = (reference: string, changes: object = {}): Run =>
    good(branchRun(project, reference, { ...origin, ...changes }));

  it("branchRun() begins a queued run that goes on from the checkpoint with empty logs", () => {
    const run = branch(`${parent.manifest.id}@2`);
    assert.deepEqual(good(readRun(run.paths.folder)), run);
    assert.equal(good(readStatus(run.paths)).state, "queued");
    assert.deepEqual(listCheckpoints(run.paths), [2]);
    const store = good(RunStore.open(run.paths.folder));
    const checkpoint = good(store.rewind());
    assert.deepEqual(checkpoint?.state, stateOf(2));
    assert.equal(checkpoint?.metricsBytes, 0);
    writeIteration(store, 3);
    store.dispose();
    assert.deepEqual(
      readMetrics(run.paths).values.map(({ iteration }) => iteration),
      [3],
    );
  });

  it("branchRun() names its parent with the sum of the checkpoint's sums, and takes over inputs, stage and seed", () => {
    const { manifest, paths } = branch(`${parent.manifest.id}@4`);
    const sums = readFileSync(join(checkpointFolder(parent.paths, 4), "sha256"));
    assert.deepEqual(manifest.parents, [
      {
        role: "branch",
        reference: `${parent.manifest.id}@4`,
        folder: `runs/${parent.manifest.id}/checkpoints/000004`,
        run: parent.manifest.id,
        checkpoint: 4,
        sha256: createHash("sha256").update(sums).digest("hex"),
      },
    ]);
    assert.deepEqual(manifest.inputs, parent.manifest.inputs);
    assert.deepEqual(readdirSync(paths.inputs), readdirSync(parent.paths.inputs));
    assert.deepEqual([manifest.stage, manifest.seed, manifest.codeVersion], ["ppo", 5, "newer"]);
  });

  it("branchRun() takes over the live changes up to the checkpoint, and none after it", () => {
    const block = (reference: string): unknown => branch(reference).manifest.config.ppo;
    const begun = parent.manifest.config.ppo as object;
    assert.deepEqual(block(`${parent.manifest.id}@2`), { ...begun, klCoef: 0.25 });
    assert.deepEqual(block(`${parent.manifest.id}@4`), { ...begun, klCoef: 0.5 });
  });

  it("branchRun() lets the config be changed, from what is inherited", () => {
    const run = branch(`${parent.manifest.id}@2`, {
      config: (inherited: { readonly ppo: object }) => ({
        ...inherited,
        ppo: { ...inherited.ppo, learningRate: 7 },
      }),
    });
    assert.deepEqual(run.manifest.config.ppo, { ...(parent.manifest.config.ppo as object), klCoef: 0.25, learningRate: 7 }); // prettier-ignore
  });

  it("branchRun() without @N takes the best checkpoint; a branch of a branch names the nearer parent alone", () => {
    const child = branch(parent.manifest.id);
    assert.deepEqual(listCheckpoints(child.paths), [2]);
    const grandchild = branch(`${child.manifest.id}@last`);
    assert.deepEqual(
      grandchild.manifest.parents.map(({ role, run }) => [role, run]),
      [["branch", child.manifest.id]],
    );
  });

  it("branchRun() leaves the parent as it is", () => {
    const content = (): string[] =>
      readdirSync(parent.paths.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(
          (entry) => `${entry.name} ${readFileSync(join(entry.parentPath, entry.name)).toString("base64")}`,
        )
        .sort();
    const before = content();
    branch(`${parent.manifest.id}@4`);
    assert.deepEqual(content(), before);
  });

  it("branchRun() refuses what is no checkpoint, and a checkpoint or input that was altered, and creates nothing", () => {
    const runs = listRunIds(project).length;
    const messageOf = (reference: string): string => {
      const problem = branchRun(project, reference, origin);
      assert.ok(isProblem(problem), reference);
      return problem.message;
    };
    assert.match(messageOf(`${parent.manifest.id}@3`), /does not have the checkpoint "3": it has 2, 4\.$/);
    assert.match(messageOf("ppo-20200101T000000Z-0000@2"), /^There is no run ppo-20200101T000000Z-0000 in /);
    assert.match(messageOf("models/none"), /^There is no model "models\/none/);
    const weights = join(checkpointFolder(parent.paths, 4), "model.safetensors");
    for (const path of [weights, join(parent.paths.inputs, "fake.json")]) {
      const original = readFileSync(path);
      writeFileSync(path, Buffer.concat([original, Buffer.from(" ")]));
      assert.ok(messageOf(`${parent.manifest.id}@4`).startsWith(`${path} was altered`));
      writeFileSync(path, original);
    }
    assert.equal(listRunIds(project).length, runs);
  });
});
