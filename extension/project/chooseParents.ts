import { existsSync } from "node:fs";
import { join } from "node:path";
import { Problem, isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { needsRewardModel } from "../protocol/rewardTerms";
import type { RunParent, Stage } from "../protocol/runFormat";
import { latestRun, latestStart } from "../runs/finishedRuns";
import { describeParent, findRun, resolveModelReference } from "../runs/modelReference";
import { modelFiles } from "../runs/runPaths";

/** Roles of the models a run starts from or measures against. */
export type ParentRole = "initial" | "reference" | "rewardModel" | "policy" | "sft";

/** Model references that a person gave, by role; what is not given is looked up. */
export type GivenModels = Readonly<Partial<Record<ParentRole, string>>>;

/**
 * The parents of a new run of a stage:
 *
 *   pretrain  none
 *   sft       initial: the base model; rewardModel where the checkpoint is chosen by one
 *   rm        initial: the latest SFT model
 *   ppo       initial and reference: the latest SFT model, of variant ppoInit if there is one; rewardModel where scores come from one
 *   evaluate  policy: the latest PPO model; sft: the latest SFT baseline; rewardModel: the latest, where there is one
 */
export function chooseParents(
  project: string,
  config: RunConfig,
  stage: Stage,
  given: GivenModels,
): readonly RunParent[] | Problem {
  const base = () => baseModel(project, config);
  const sft = () => latestStart(project);
  const roles: [ParentRole, string | Problem | null][] = [];
  const need = (role: ParentRole, found: string | Problem | null, advice: string): void => {
    const missing = new Problem(
      "missing",
      `There is no ${role} model for the stage ${stage} yet: ${advice}.`,
    );
    roles.push([role, given[role] ?? found ?? missing]);
  };
  const adviceSft = "train one with rlhf sft, or name one with --model";
  switch (stage) {
    case "pretrain":
      break;
    case "sft":
      need("initial", base(), "train one with rlhf pretrain, or name one with --model");
      if (config.sft.selection === "rewardModel")
        need("rewardModel", config.sft.selectionRewardModel, "name one in sft.selectionRewardModel");
      break;
    case "rm":
      need("initial", sft(), adviceSft);
      break;
    case "ppo": {
      const start = given.initial ?? sft();
      need("initial", start, adviceSft);
      roles.push(["reference", given.reference ?? roles[0][1]]);
      if (needsRewardModel(config))
        need(
          "rewardModel",
          latestRun(project, "rm"),
          "train one with rlhf rm, or name one with --reward-model",
        );
      break;
    }
    case "evaluate":
      need("policy", latestRun(project, "ppo") ?? sft(), "train one with rlhf ppo, or name one with --model");
      optional(roles, "sft", given.sft ?? latestRun(project, "sft", "baseline") ?? sft());
      optional(roles, "reference", given.reference ?? referenceOf(project, roles[0][1]));
      optional(roles, "rewardModel", given.rewardModel ?? latestRun(project, "rm"));
      break;
    case "dpo":
      return new Problem("unsupported", "The stage dpo is not part of this version.");
  }
  const parents: RunParent[] = [];
  for (const [role, reference] of roles) {
    if (isProblem(reference)) return reference;
    if (reference === null) continue;
    const parent = describeParent(project, role, reference);
    if (isProblem(parent)) return parent;
    parents.push(parent);
  }
  return parents;
}

/** models/NAME of the config, else the model of the latest pretraining run. */
function baseModel(project: string, config: RunConfig): string | null {
  const named = `models/${config.model.name}`;
  return existsSync(join(project, named, modelFiles.weights)) ? named : latestRun(project, "pretrain");
}

function optional(
  roles: [ParentRole, string | Problem | null][],
  role: ParentRole,
  reference: string | null,
): void {
  if (reference !== null && reference !== "none") roles.push([role, reference]);
}

/** What a PPO run measured its KL against; null for other models. */
function referenceOf(project: string, policy: string | Problem | null): string | null {
  if (typeof policy !== "string") return null;
  const model = resolveModelReference(project, policy);
  if (isProblem(model) || model.run === null) return null;
  const run = findRun(project, model.run);
  return isProblem(run)
    ? null
    : (run.manifest.parents.find(({ role }) => role === "reference")?.folder ?? null);
}
