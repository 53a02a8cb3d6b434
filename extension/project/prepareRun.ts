import { toJsonLines } from "../data/records";
import { trainTokenizer } from "../tokenizer/trainTokenizer";
import { tokenizerJson } from "../tokenizer/tokenizerJson";
import { Problem, isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { Stage } from "../protocol/runFormat";
import type { NewRun } from "../runs/runFolder";
import { inputFiles, type InputFile } from "../runs/runPaths";
import { chooseParents, type GivenModels } from "./chooseParents";
import {
  comparisonSplits,
  demonstrationSplits,
  heldOutPrompts,
  pretrainingSplits,
  promptSplits,
} from "./trainingData";

export interface RunRequest extends Pick<
  NewRun,
  "codeVersion" | "backend" | "device" | "utcMilliseconds" | "random"
> {
  readonly project: string;
  readonly config: RunConfig;
  readonly stage: Stage;
  readonly models: GivenModels;
  /** Label batches that count; all of them unless told. */
  readonly batches?: readonly string[];
}

/** All that a new run will see, and what was done to the data, in sentences. */
export interface CompiledRun {
  readonly run: NewRun;
  readonly notes: readonly string[];
}

type Inputs = Readonly<Partial<Record<InputFile, readonly object[] | string>>>;
interface Compiled {
  readonly inputs: Inputs;
  readonly notes: readonly string[];
}

/**
 * Compiles what a run of a stage will see (cleaned, split records and its parents' hashes), so that later edits of the project change
 * nothing about it. `createRun` writes it.
 */
export function compileRun(request: RunRequest): CompiledRun | Problem {
  const { project, config, stage, models, batches, ...rest } = request;
  const parents = chooseParents(project, config, stage, models);
  if (isProblem(parents)) return parents;
  const compiled = compileInputs(project, config, stage, batches);
  if (isProblem(compiled)) return compiled;
  const inputs = Object.entries(compiled.inputs).map(([name, content]) => ({
    name: inputFiles[name as InputFile],
    source: "compiled",
    bytes: new TextEncoder().encode(typeof content === "string" ? content : toJsonLines(content)),
  }));
  return {
    run: { ...rest, stage, config: { ...config }, seed: config.seed, parents, inputs },
    notes: compiled.notes,
  };
}

function compileInputs(
  project: string,
  config: RunConfig,
  stage: Stage,
  batches: readonly string[] | undefined,
): Compiled | Problem {
  switch (stage) {
    case "pretrain":
      return compilePretrain(project, config);
    case "sft":
      return compileSft(project, config);
    case "rm":
      return compileRewardModel(project, config, batches);
    case "ppo":
      return compilePpo(project, config);
    case "evaluate":
      return compileEvaluate(project, config);
    case "dpo":
      return new Problem("unsupported", "The stage dpo is not part of this version.");
  }
}

function compilePretrain(project: string, config: RunConfig): Compiled | Problem {
  const documents = pretrainingSplits(project, config);
  if (isProblem(documents)) return documents;
  if (documents.train.length === 0) return nothing("pretraining text", config.data.pretraining);
  const tokenizer = trainTokenizer(
    documents.train.map(({ text }) => text),
    config.tokenizer.vocabularySize,
  );
  return {
    inputs: {
      tokenizer: tokenizerJson(tokenizer),
      pretraining: documents.train,
      validationPretraining: documents.validation,
    },
    notes: [
      `${documents.train.length} documents for training, ${documents.validation.length} for validation`,
    ],
  };
}

function compileSft(project: string, config: RunConfig): Compiled | Problem {
  const demonstrations = demonstrationSplits(project, config);
  if (isProblem(demonstrations)) return demonstrations;
  if (demonstrations.train.length === 0) return nothing("demonstrations", config.data.demonstrations);
  const pretraining = pretrainingSplits(project, config);
  if (isProblem(pretraining)) return pretraining;
  const { train, validation } = demonstrations;
  return {
    inputs: {
      demonstrations: train,
      validationDemonstrations: validation,
      ...(config.sft.variant === "ppoInit" ? { pretraining: pretraining.train } : {}),
      validationPretraining: pretraining.validation,
    },
    notes: [`${train.length} demonstrations for training, ${validation.length} for validation`],
  };
}

function compileRewardModel(
  project: string,
  config: RunConfig,
  batches: readonly string[] | undefined,
): Compiled | Problem {
  const comparisons = comparisonSplits(project, config, batches);
  if (isProblem(comparisons)) return comparisons;
  if (comparisons.train.length === 0)
    return new Problem(
      "missing",
      `There are no comparisons on the axis "${config.rm.axis}" (rm.axis) to train on: rank responses (rlhf generate --batch NAME, then label), or import some with rlhf import FILE --kind comparisons.`,
    );
  const demonstrations = demonstrationSplits(project, config);
  if (isProblem(demonstrations)) return demonstrations;
  return {
    inputs: {
      comparisons: comparisons.train,
      validationComparisons: comparisons.validation,
      ...(comparisons.heldOut.length > 0 && { heldOutComparisons: comparisons.heldOut }),
      demonstrations: demonstrations.train,
    },
    notes: comparisons.notes,
  };
}

function compilePpo(project: string, config: RunConfig): Compiled | Problem {
  const prompts = promptSplits(project, config);
  if (isProblem(prompts)) return prompts;
  if (prompts.train.length === 0) return nothing("prompts", config.data.prompts);
  const pretraining = pretrainingSplits(project, config);
  if (isProblem(pretraining)) return pretraining;
  if (config.ppo.ptxCoef > 0 && pretraining.train.length === 0)
    return nothing("pretraining text for ppo.ptxCoef above 0", config.data.pretraining);
  return {
    inputs: {
      prompts: prompts.train,
      // Always with the run where there is any, because ptxCoef may be raised while it goes on.
      ...(pretraining.train.length > 0 ? { pretraining: pretraining.train } : {}),
      validationPretraining: pretraining.validation,
    },
    notes: prompts.notes,
  };
}

function compileEvaluate(project: string, config: RunConfig): Compiled | Problem {
  const prompts = heldOutPrompts(project, config);
  if (isProblem(prompts)) return prompts;
  if (prompts.length === 0) return nothing("test prompts", [...config.data.testPrompts, "data.testShare"]);
  const demonstrations = demonstrationSplits(project, config);
  if (isProblem(demonstrations)) return demonstrations;
  const pretraining = pretrainingSplits(project, config);
  if (isProblem(pretraining)) return pretraining;
  return {
    inputs: {
      prompts,
      ...(config.evaluate.fewShot > 0 ? { demonstrations: demonstrations.train } : {}),
      validationPretraining: pretraining.validation,
    },
    notes: [`${prompts.length} test prompts`],
  };
}

function nothing(what: string, where: readonly string[]): Problem {
  return new Problem(
    "missing",
    `There is no ${what} in ${where.join(", ")}: add some, or import it with rlhf import FILE.`,
  );
}
