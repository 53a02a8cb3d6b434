import { join } from "node:path";

/** Every file name of a project and its runs, in one place. */
export interface RunPaths {
  readonly folder: string;
  readonly manifest: string;
  readonly inputs: string;
  readonly status: string;
  readonly marks: string;
  readonly lock: string;
  readonly endpoint: string;
  readonly metrics: string;
  readonly rollouts: string;
  readonly interventions: string;
  readonly checkpoints: string;
  readonly model: string;
  readonly result: string;
  readonly failure: string;
  /** Of a reward model: what it says of the labels it saw. */
  readonly inspection: string;
  readonly log: string;
}

export function runPaths(folder: string): RunPaths {
  return {
    folder,
    manifest: join(folder, "run.json"),
    inputs: join(folder, "inputs"),
    status: join(folder, "status.json"),
    marks: join(folder, "marks.json"),
    lock: join(folder, "lock"),
    endpoint: join(folder, "endpoint.json"),
    metrics: join(folder, "metrics.jsonl"),
    rollouts: join(folder, "rollouts"),
    interventions: join(folder, "interventions.jsonl"),
    checkpoints: join(folder, "checkpoints"),
    model: join(folder, "model"),
    result: join(folder, "result.json"),
    failure: join(folder, "failure.json"),
    inspection: join(folder, "inspection.json"),
    log: join(folder, "trainer.log"),
  };
}

export const projectFile = "rlhf.json";
export const runsFolder = (project: string) => join(project, "runs");
export const modelsFolder = (project: string) => join(project, "models");
/** The tokenizer of models/NAME. */
export const tokenizerFile = (project: string, name: string) =>
  join(modelsFolder(project), name, modelFiles.tokenizer);

/** Files of a checkpoint folder beside the tensors. */
export const checkpointFiles = { state: "state.json", offsets: "offsets.json", sums: "sha256" } as const;
/** Files of a model folder, as in Hugging Face's layout. */
export const modelFiles = {
  weights: "model.safetensors",
  config: "config.json",
  tokenizer: "tokenizer.json",
} as const;

/** Names of the files in a run's inputs/: what was compiled from the project's data when the run began. */
export const inputFiles = {
  tokenizer: "tokenizer.json",
  prompts: "prompts.jsonl",
  demonstrations: "demonstrations.jsonl",
  validationDemonstrations: "demonstrations.validation.jsonl",
  comparisons: "comparisons.jsonl",
  validationComparisons: "comparisons.validation.jsonl",
  heldOutComparisons: "comparisons.heldOut.jsonl",
  pretraining: "pretraining.jsonl",
  validationPretraining: "pretraining.validation.jsonl",
} as const;
export type InputFile = keyof typeof inputFiles;

/** Iteration numbers in names have six digits, more where they must, so that they sort. */
export const iterationName = (iteration: number) => String(iteration).padStart(6, "0");
export const iterationOfName = (name: string) => (/^\d{6,15}$/.test(name) ? Number(name) : null);

export const rolloutFile = (paths: RunPaths, iteration: number) =>
  join(paths.rollouts, `${iterationName(iteration)}.jsonl`);
export const checkpointFolder = (paths: RunPaths, iteration: number) =>
  join(paths.checkpoints, iterationName(iteration));
