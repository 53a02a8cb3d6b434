import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseGpt2Config } from "../formats/gpt2Config";
import { isProblem } from "../protocol/problem";
import type { Stage } from "../protocol/runFormat";
import { bestCheckpoint, listCheckpoints } from "../runs/checkpoints";
import { listRunIds, readMarks, readRun } from "../runs/runFolder";
import { modelFiles, modelsFolder, runsFolder } from "../runs/runPaths";
import { readText } from "../runs/sealedFolder";

/** What a model is wanted for: to answer prompts, or to score answers as a reward model does. */
export type ModelUse = "answer" | "score" | "any";

/** A model of a project that can be named. */
export interface ModelChoice {
  /** models/NAME, RUN or RUN@N. */
  readonly reference: string;
  /** The stage that made it; null for models/NAME. */
  readonly stage: Stage | null;
  /** The name a person gave its run. */
  readonly name: string | null;
  /** The iteration of a checkpoint; null for what a run left behind at its end, and for models/NAME. */
  readonly checkpoint: number | null;
  readonly isBest: boolean;
  readonly createdAt: string | null;
}

/** The models of a project for a use: those of models/, then the runs', newest first, each with its checkpoints. */
export function modelChoices(project: string, use: ModelUse): readonly ModelChoice[] {
  return [
    ...namedModels(project, use),
    ...listRunIds(project).flatMap((id) => modelsOfRun(project, id, use)),
  ];
}

function namedModels(project: string, use: ModelUse): readonly ModelChoice[] {
  const folder = modelsFolder(project);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith(".") && fits(join(folder, name), use))
    .sort()
    .map((name) => ({
      reference: `models/${name}`,
      stage: null,
      name: null,
      checkpoint: null,
      isBest: false,
      createdAt: null,
    }));
}

/** Whether a folder is a model of the kind; its config.json says which kind it is. */
function fits(folder: string, use: ModelUse): boolean {
  if (!existsSync(join(folder, modelFiles.weights))) return false;
  const path = join(folder, modelFiles.config);
  const text = readText(path);
  const config = isProblem(text) ? text : parseGpt2Config(text, path);
  if (isProblem(config)) return false;
  return use === "any" || (config.head === "output") === (use === "answer");
}

function modelsOfRun(project: string, id: string, use: ModelUse): readonly ModelChoice[] {
  const run = readRun(join(runsFolder(project), id));
  if (isProblem(run)) return [];
  const { paths, manifest } = run;
  const { stage, createdAt } = manifest;
  const isScorer = stage === "rm";
  if (stage === "evaluate" || (use !== "any" && isScorer !== (use === "score"))) return [];
  const marks = readMarks(paths);
  const common = { stage, createdAt, name: isProblem(marks) ? null : marks.name };
  const best = bestCheckpoint(paths);
  const checkpoints = [...listCheckpoints(paths)].reverse().map((checkpoint) => ({
    ...common,
    reference: `${id}@${checkpoint}`,
    checkpoint,
    isBest: checkpoint === best,
  }));
  const isDone = existsSync(join(paths.model, modelFiles.weights));
  const last = { ...common, reference: id, checkpoint: null, isBest: false };
  return [...(isDone ? [last] : []), ...checkpoints];
}
