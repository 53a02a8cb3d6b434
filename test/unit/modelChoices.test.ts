import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gpt2ConfigJson } from "../../extension/formats/gpt2Config";
import { modelChoices, type ModelUse } from "../../extension/host/modelChoices";
import { createRun } from "../../extension/runs/runFolder";
import { checkpointFolder, type RunPaths } from "../../extension/runs/runPaths";
import { removeProject, temporaryProject } from "../support/fakeRuns";

const shape = { layers: 1, width: 8, heads: 1, context: 8, vocabulary: 300, tiedHead: true };

describe("modelChoices", () => {
  let project: string;
  beforeEach(() => (project = temporaryProject()));
  afterEach(() => removeProject(project));

  const model = (folder: string, head: "output" | "linear"): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "model.safetensors"), "");
    writeFileSync(join(folder, "config.json"), gpt2ConfigJson(shape, head, 256));
  };
  const run = (stage: "sft" | "rm" | "evaluate", seconds: number): { id: string; paths: RunPaths } => {
    const { manifest, paths } = createRun(project, {
      ...{ stage, config: {}, seed: 1, parents: [], inputs: [], codeVersion: "test" },
      ...{ backend: "none", device: "none", utcMilliseconds: Date.UTC(2026, 0, 1, 0, 0, seconds), random: 1 },
    });
    return { id: manifest.id, paths };
  };
  const references = (use: ModelUse): string[] =>
    modelChoices(project, use).map(({ reference }) => reference);

  it("knows models that answer from those that score, newest runs first, with their checkpoints", () => {
    assert.deepEqual(references("any"), []);
    model(join(project, "models/base"), "output");
    model(join(project, "models/judge"), "linear");
    mkdirSync(join(project, "models/half"), { recursive: true });
    const sft = run("sft", 1);
    const rm = run("rm", 2);
    run("evaluate", 3);
    model(sft.paths.model, "output");
    model(checkpointFolder(sft.paths, 10), "output");
    model(checkpointFolder(rm.paths, 4), "linear");
    model(checkpointFolder(rm.paths, 8), "linear");
    assert.deepEqual(references("answer"), ["models/base", sft.id, `${sft.id}@10`]);
    assert.deepEqual(references("score"), ["models/judge", `${rm.id}@8`, `${rm.id}@4`]);
    assert.equal(references("any").length, 6);
  });
});
