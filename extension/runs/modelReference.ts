import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Problem, isProblem } from "../protocol/problem";
import { isRunId, type RunManifest, type RunParent } from "../protocol/runFormat";
import { bestCheckpoint, listCheckpoints, modelHash } from "./checkpoints";
import { projectRelative } from "./project";
import { listRunIds, readRun } from "./runFolder";
import { checkpointFolder, modelFiles, modelsFolder, runPaths, runsFolder } from "./runPaths";

/** What a model reference points at: a folder in Hugging Face's layout, and the run and checkpoint it came from. */
export interface ResolvedModel {
  readonly reference: string;
  readonly folder: string;
  readonly run: string | null;
  readonly checkpoint: number | null;
}

/**
 * Finds the model of `models/NAME`, `RUN` (the model it left behind, else its best, else its last checkpoint), `RUN@N`, `RUN@best`,
 * `RUN@last`, or a folder, which may be relative to the project.
 */
export function resolveModelReference(project: string, reference: string): ResolvedModel | Problem {
  const [name, which] = splitReference(reference);
  if (isRunId(name)) return resolveRun(project, reference, name, which);
  const folder = resolve(project, reference);
  if (existsSync(join(folder, modelFiles.weights))) return { reference, folder, run: null, checkpoint: null };
  return new Problem("missing", missingSentence(project, reference, folder));
}

function splitReference(reference: string): readonly [name: string, which: string | null] {
  const at = reference.lastIndexOf("@");
  const name = (at < 0 ? reference : reference.slice(0, at)).replace(/^runs[/\\]/, "");
  return [name, at < 0 ? null : reference.slice(at + 1)];
}

function resolveRun(
  project: string,
  reference: string,
  id: string,
  which: string | null,
): ResolvedModel | Problem {
  const paths = runPaths(join(runsFolder(project), id));
  if (!existsSync(paths.manifest)) return new Problem("missing", missingRun(project, id));
  if (which === null && existsSync(join(paths.model, modelFiles.weights)))
    return { reference, folder: paths.model, run: id, checkpoint: bestCheckpoint(paths) };
  const all = listCheckpoints(paths);
  const checkpoint = chosenCheckpoint(which, all, () => bestCheckpoint(paths));
  if (checkpoint === null || !all.includes(checkpoint)) {
    const there = all.length === 0 ? "it has none yet" : `it has ${all.join(", ")}`;
    const asked = which === null ? "a checkpoint" : `the checkpoint "${which}"`;
    return new Problem("missing", `The run ${id} does not have ${asked}: ${there}.`);
  }
  return { reference, folder: checkpointFolder(paths, checkpoint), run: id, checkpoint };
}

function chosenCheckpoint(
  which: string | null,
  all: readonly number[],
  best: () => number | null,
): number | null {
  const last = all.at(-1) ?? null;
  if (which === "last") return last;
  if (which === null || which === "best") return best() ?? last;
  return /^\d+$/.test(which) ? Number(which) : null;
}

function missingRun(project: string, id: string): string {
  const latest = listRunIds(project)[0];
  const hint = latest === undefined ? "this project has no runs yet" : `the latest one is ${latest}`;
  return `There is no run ${id} in ${runsFolder(project)}; ${hint}.`;
}

function missingSentence(project: string, reference: string, folder: string): string {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) return `${folder} is no model folder: ${modelFiles.weights} is missing.`;
  const named = join(modelsFolder(project), basename(reference));
  const hint = existsSync(named) ? `; did you mean models/${basename(reference)}?` : ".";
  return `There is no model "${reference}": give models/NAME, a run id, RUN@N, RUN@best, RUN@last or a folder${hint}`;
}

/** A parent's entry in a new run's manifest. */
export function describeParent(project: string, role: string, reference: string): RunParent | Problem {
  const model = resolveModelReference(project, reference);
  if (isProblem(model)) return model;
  const sha256 = modelHash(model.folder);
  if (isProblem(sha256)) return sha256;
  const { run, checkpoint } = model;
  return { role, reference, folder: projectRelative(project, model.folder), run, checkpoint, sha256 };
}

/** The folder of a run's parent by role, provided its weights are still those the run began with. */
export function parentFolder(project: string, manifest: RunManifest, role: string): string | Problem {
  const parent = manifest.parents.find((candidate) => candidate.role === role);
  if (parent === undefined) return new Problem("missing", `The run ${manifest.id} has no parent "${role}".`);
  const folder = resolve(project, parent.folder);
  const sha256 = modelHash(folder);
  if (isProblem(sha256))
    return new Problem(sha256.problem, `The ${role} of ${manifest.id}: ${sha256.message} Put it back.`);
  if (sha256 === parent.sha256) return folder;
  const sentence = `The ${role} of ${manifest.id}, ${folder}, has changed since the run began: put the original back, or begin a new run.`;
  return new Problem("altered", sentence);
}

/** A run by id, checked to be in this project. */
export function findRun(project: string, id: string): ReturnType<typeof readRun> {
  if (isRunId(id) && existsSync(join(runsFolder(project), id))) return readRun(join(runsFolder(project), id));
  return new Problem("missing", missingRun(project, id));
}
