import { existsSync } from "node:fs";
import { join } from "node:path";
import { Problem, isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { needsHeldOutReward, needsRewardModel } from "../protocol/rewardTerms";
import type { RunParent, Stage } from "../protocol/runFormat";
import { finishedRuns, latestRun, latestStart } from "../runs/finishedRuns";
import { describeParent, findRun, resolveModelReference } from "../runs/modelReference";
import { modelFiles } from "../runs/runPaths";
import { checkParents } from "./checkParents";

/** Roles of the models a run starts from or measures against. */
export type ParentRole = "initial" | "reference" | "rewardModel" | "heldOutReward" | "policy" | "sft";

/** Model references that a person gave, by role; what is not given is looked up. */
export type GivenModels = Readonly<Partial<Record<ParentRole, string>>>;

/**
 * The parents of a new run of a stage:
 *
 *   pretrain  none
 *   sft       initial: the base model; rewardModel where the checkpoint is chosen by one
 *   rm        initial: the latest SFT model
 *   ppo       initial and reference: the latest SFT model, of variant ppoInit if there is one; rewardModel where scores come from one;
 *             heldOutReward, the latest that is not rewarded, where ppo.heldOutScore asks for one
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
      if (needsHeldOutReward(config)) {
        const rewarded = roles.find(([role]) => role === "rewardModel")?.[1];
        need(
          "heldOutReward",
          finishedRuns(project, "rm").find((id) => id !== rewarded) ?? null,
          "train a second reward model with rlhf rm, or name one with --held-out-reward",
        );
      } else if (given.heldOutReward !== undefined) return unasked;
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
  return checkParents(project, parents) ?? parents;
}

/** models/NAME of the config, else the model of the latest pretraining run. */
function baseModel(project: string, config: RunConfig): string | null {
  const named = `models/${config.model.name}`;
  return existsSync(join(project, named, modelFiles.weights)) ? named : latestRun(project, "pretrain");
}

const unasked = new Problem(
  "invalidValue",
  "--held-out-reward names a model that nothing would ask: add --set ppo.heldOutScore=rewardModel.",
);

/**
 * The held-out reward model of a branch of a run, where it has another than the run, or the run had none: it only measures, so
 * a branch may begin with it. Empty where the run's own, or none, is right.
 */
export function branchScorer(
  project: string,
  parents: readonly RunParent[],
  config: RunConfig,
  reference: string | undefined,
): readonly RunParent[] | Problem {
  if (reference === undefined) {
    const isThere = parents.some(({ role }) => role === "heldOutReward");
    if (isThere || !needsHeldOutReward(config)) return [];
    return new Problem(
      "missing",
      "ppo.heldOutScore asks for a reward model, and the run that is branched has none held out: name one with --held-out-reward.",
    );
  }
  if (!needsHeldOutReward(config)) return unasked;
  const scorer = describeParent(project, "heldOutReward", reference);
  if (isProblem(scorer)) return scorer;
  const others = parents.filter(({ role }) => role !== "heldOutReward");
  return checkParents(project, [...others, scorer]) ?? [scorer];
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
