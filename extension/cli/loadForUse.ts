import type { PromptTemplate } from "../data/tokenize";
import { createParameters, disposeParameters } from "../engine/parameters";
import { useBackend } from "../engine/backend";
import type { GptModel } from "../model/gpt";
import { Problem, isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import { modelHash } from "../runs/checkpoints";
import { findRun, resolveModelReference } from "../runs/modelReference";
import type { Tokenizer } from "../tokenizer/tokenizer";
import { openModel } from "../trainer/openModel";
import { languageWeights } from "../trainer/stages/stageContext";
import { backendForUse } from "./chooseBackend";
import type { ProjectContext } from "./globalFlags";
import { sayRefusedSteps } from "./refusedSteps";
import { workOfUse } from "./trialWork";

/** A model on the backend, ready to sample or to score. */
export interface LoadedModel {
  readonly reference: string;
  /** SHA-256 of its weights. */
  readonly hash: string;
  readonly model: GptModel;
  readonly tokenizer: Tokenizer;
  /** How it read prompts: as its run laid them out; of a model that came from no run, as the project does. */
  readonly template: PromptTemplate;
  readonly dispose: () => void;
}

/** Opens a model for what it is to do: to answer prompts, or to score answers as a reward model does. */
export async function loadForUse(
  { project, config, output }: ProjectContext,
  reference: string,
  use: "answer" | "score",
): Promise<LoadedModel | Problem> {
  const found = resolveModelReference(project, reference);
  if (isProblem(found)) return found;
  const opened = openModel(found.folder);
  if (isProblem(opened)) return opened;
  const hash = modelHash(found.folder);
  if (isProblem(hash)) return hash;
  const isLanguageModel = opened.head === "output";
  if (use === "answer" && !isLanguageModel)
    return new Problem(
      "invalidValue",
      `${reference} is a reward model, which scores and does not answer: name a base, SFT or PPO model.`,
    );
  if (use === "score" && isLanguageModel)
    return new Problem(
      "invalidValue",
      `${reference} is a language model, which answers and does not score: name a reward model, such as the latest run of rlhf rm.`,
    );
  if (opened.tokenizer === null)
    return new Problem(
      "missing",
      `${found.folder} has no tokenizer.json, so it cannot read text: add the one it was trained with.`,
    );
  const name = await backendForUse(config.backend, workOfUse(config, opened.shape), config.threads, output);
  sayRefusedSteps();
  const backend = await useBackend(name, { threads: config.threads });
  if (!backend.ok) return new Problem("unsupported", `${backend.problem}: see rlhf doctor.`);
  const parameters = createParameters(isLanguageModel ? languageWeights(opened.weights) : opened.weights);
  return {
    reference,
    hash,
    model: { shape: opened.shape, parameters },
    tokenizer: opened.tokenizer,
    template: templateOf(project, found.run) ?? config.data,
    dispose: () => disposeParameters(parameters),
  };
}

/** Null for a run whose settings this version cannot read, and for none. */
function templateOf(project: string, id: string | null): PromptTemplate | null {
  const run = id === null ? null : findRun(project, id);
  if (run === null || isProblem(run)) return null;
  const resolved = resolveConfig(run.manifest.config);
  return resolved.type === "config" ? resolved.config.data : null;
}

/** Whether two ways to lay out prompts are one. */
export function isSameTemplate(a: PromptTemplate, b: PromptTemplate): boolean {
  return a.promptBefore === b.promptBefore && a.promptAfter === b.promptAfter;
}
