import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isProblem, type Problem } from "../../extension/protocol/problem";
import { modelHash } from "../../extension/runs/checkpoints";
import { loadModel, saveModel } from "../../extension/runs/modelFolder";
import {
  describeParent,
  findRun,
  parentFolder,
  resolveModelReference,
} from "../../extension/runs/modelReference";
import { findProject, projectRelative, readProjectConfig } from "../../extension/runs/project";
import type { Run } from "../../extension/runs/runFolder";
import { checkpointFolder } from "../../extension/runs/runPaths";
import { RunStore } from "../../extension/runs/runStore";
import { good, newFakeRun, removeProject, temporaryProject } from "../support/fakeRuns";
import { modelParts, writeCheckpointOf } from "../support/runContent";

const weights = { w: { shape: [2], data: Float32Array.of(1, -0) } };

describe("model references", () => {
  let project: string;
  let run: Run;
  before(() => {
    project = temporaryProject();
    run = newFakeRun(project);
    const store = good(RunStore.open(run.paths.folder));
    writeCheckpointOf(store, 3, 5);
    writeCheckpointOf(store, 6, 9);
    writeCheckpointOf(store, 9, 1);
    store.dispose();
    good(saveModel(project, "sft", weights, modelParts.files));
  });
  after(() => removeProject(project));

  const resolve = (reference: string) => good(resolveModelReference(project, reference));
  const messageOf = (value: unknown): string => {
    assert.ok(isProblem(value));
    return value.message;
  };

  it("resolveModelReference() finds models/NAME and any folder, relative or not", () => {
    const folder = join(project, "models", "sft");
    for (const reference of ["models/sft", "./models/sft", folder])
      assert.deepEqual(resolve(reference), { reference, folder, run: null, checkpoint: null });
  });

  it("resolveModelReference() finds a run's checkpoints by number, best and last", () => {
    const id = run.manifest.id;
    for (const [which, checkpoint] of [
      ["@3", 3],
      ["@best", 6],
      ["@last", 9],
      ["", 6],
    ] as const)
      // prettier-ignore
      for (const reference of [`${id}${which}`, `runs/${id}${which}`])
        assert.deepEqual(resolve(reference), {
          reference,
          folder: checkpointFolder(run.paths, checkpoint),
          run: id,
          checkpoint,
        });
  });

  it("resolveModelReference() of a run alone is the model it left behind, once there is one", () => {
    const finished = newFakeRun(project);
    const id = finished.manifest.id;
    assert.match(
      messageOf(resolveModelReference(project, id)),
      /does not have a checkpoint: it has none yet\.$/,
    );
    const store = good(RunStore.open(finished.paths.folder));
    writeCheckpointOf(store, 3, 5);
    writeCheckpointOf(store, 6, 4);
    store.saveModel(weights, modelParts);
    store.dispose();
    assert.deepEqual(resolve(id), { reference: id, folder: finished.paths.model, run: id, checkpoint: 3 });
    assert.equal(resolve(`${id}@last`).folder, checkpointFolder(finished.paths, 6));
  });

  it("a reference that leads nowhere says what there is", () => {
    const id = run.manifest.id;
    for (const [reference, message] of [
      [`${id}@4`, `The run ${id} does not have the checkpoint "4": it has 3, 6, 9.`],
      [`${id}@first`, `The run ${id} does not have the checkpoint "first": it has 3, 6, 9.`],
      ["sft", 'There is no model "sft": give models/NAME, a run id, RUN@N, RUN@best, RUN@last or a folder; did you mean models/sft?'], // prettier-ignore
      ["models/none", 'There is no model "models/none": give models/NAME, a run id, RUN@N, RUN@best, RUN@last or a folder.'], // prettier-ignore
      ["runs", `${join(project, "runs")} is no model folder: model.safetensors is missing.`],
    ])
      assert.equal(messageOf(resolveModelReference(project, reference)), message);
    const other = "ppo-20200101T000000Z-0000";
    assert.match(
      messageOf(resolveModelReference(project, other)),
      /^There is no run .*; the latest one is ppo-/,
    );
    assert.match(messageOf(findRun(project, "../models")), /^There is no run/);
    assert.equal(good(findRun(project, id)).manifest.id, id);
  });

  it("describeParent() and parentFolder() hold a parent to the weights the run began with", () => {
    good(saveModel(project, "parent", weights, modelParts.files));
    const parent = good(describeParent(project, "initial", "models/parent"));
    const folder = join(project, "models", "parent");
    assert.deepEqual(parent, {
      role: "initial",
      reference: "models/parent",
      folder: "models/parent",
      run: null,
      checkpoint: null,
      sha256: good(modelHash(folder)),
    });
    const manifest = { ...run.manifest, parents: [parent] };
    assert.equal(good(parentFolder(project, manifest, "initial")), folder);
    assert.match(messageOf(parentFolder(project, manifest, "reference")), /has no parent "reference"\.$/);
    good(saveModel(project, "parent", { w: { shape: [2], data: Float32Array.of(1, 0) } }, modelParts.files));
    const altered = parentFolder(project, manifest, "initial") as Problem;
    assert.equal(altered.problem, "altered");
    assert.match(
      altered.message,
      /^The initial of ppo-.* has changed since the run began: put the original back/,
    );
  });

  it("saveModel() and loadModel() round-trip, and an altered file is named", () => {
    const folder = good(
      saveModel(project, "모델 1", weights, { ...modelParts.files, "tokenizer.json": Buffer.from("{}") }),
    );
    const model = good(loadModel(folder));
    assert.deepEqual(model.weights, weights);
    assert.ok(Object.is(model.weights.w.data[1], -0));
    assert.equal(Buffer.from(model.tokenizer ?? []).toString(), "{}");
    assert.equal(good(loadModel(join(project, "models", "sft"))).tokenizer, null);
    const path = join(folder, "config.json");
    writeFileSync(path, `${readFileSync(path, "utf8")} `);
    assert.equal(messageOf(loadModel(folder)), `${path} was altered or is damaged (its SHA-256 differs).`);
  });

  it("saveModel() refuses names that are no plain folder names", () => {
    for (const name of ["../x", "a/b", ".hidden", "", "con"])
      assert.match(messageOf(saveModel(project, name, weights, {})), /cannot be a model's name: use letters/);
  });

  it("findProject() looks upwards and says how to make one", () => {
    const deep = join(project, "a", "b");
    mkdirSync(deep, { recursive: true });
    assert.equal(good(findProject(deep)), project);
    assert.match(
      messageOf(findProject(join(project, ".."))),
      /^There is no rlhf\.json in .* or above it: create a project with "rlhf new DIR"/,
    );
  });

  it("projectRelative() has forward slashes inside the project and is absolute elsewhere", () => {
    assert.equal(projectRelative(project, join(project, "models", "sft")), "models/sft");
    const outside = join(project, "..", "elsewhere");
    assert.equal(projectRelative(project, outside), outside);
    assert.equal(projectRelative(project, join(project, "..x")), "..x");
  });

  it("readProjectConfig() reads past a byte order mark", () => {
    const path = join(project, "rlhf.json");
    writeFileSync(path, `\ufeff${readFileSync(path, "utf8")}`);
    assert.deepEqual(JSON.parse(good(readProjectConfig(project))), { formatVersion: 1 });
  });
});
