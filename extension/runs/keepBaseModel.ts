import { existsSync } from "node:fs";
import { join } from "node:path";
import { isProblem, type Problem } from "../protocol/problem";
import { modelHash } from "./checkpoints";
import { loadModel, saveModel } from "./modelFolder";
import type { RunPaths } from "./runPaths";
import { modelFiles, modelsFolder } from "./runPaths";

/**
 * A pretrained model becomes models/NAME, unless there is one of that name, which stays. Says whether models/NAME is now this run's model.
 * Throws DiskError.
 */
export function keepBaseModel(project: string, name: string, run: RunPaths): boolean | Problem {
  const there = join(modelsFolder(project), name);
  if (existsSync(join(there, modelFiles.weights))) {
    const [own, other] = [modelHash(run.model), modelHash(there)];
    return isProblem(own) ? own : own === other;
  }
  const model = loadModel(run.model);
  if (isProblem(model)) return model;
  const files = {
    [modelFiles.config]: model.config,
    ...(model.tokenizer && { [modelFiles.tokenizer]: model.tokenizer }),
  };
  const saved = saveModel(project, name, model.weights, files);
  return isProblem(saved) ? saved : true;
}
