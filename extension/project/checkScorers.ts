import { join, resolve } from "node:path";
import { parseGpt2Config } from "../formats/gpt2Config";
import { Problem, isProblem } from "../protocol/problem";
import type { RunParent } from "../protocol/runFormat";
import { readText } from "../runs/sealedFolder";
import { modelFiles } from "../runs/runPaths";

/**
 * What is wrong with the reward models among a PPO run's parents, or null: each must score, read the tokens of the policy, and the one
 * that is held out must not be the one that is rewarded. Said before anything trains; that the weights fit is checked when they are read.
 */
export function checkScorers(project: string, parents: readonly RunParent[]): Problem | null {
  const of = (role: string): RunParent | undefined => parents.find((parent) => parent.role === role);
  const [initial, rewarded, heldOut] = [of("initial"), of("rewardModel"), of("heldOutReward")];
  if (heldOut !== undefined && heldOut.sha256 === rewarded?.sha256)
    return new Problem(
      "invalidValue",
      `${heldOut.reference} is the reward model that is rewarded, so it cannot be held out: name another one with --held-out-reward.`,
    );
  for (const scorer of [rewarded, heldOut]) {
    if (initial === undefined || scorer === undefined) continue;
    const problem = checkScorer(project, scorer, initial);
    if (problem !== null) return problem;
  }
  return null;
}

function checkScorer(project: string, scorer: RunParent, initial: RunParent): Problem | null {
  const fileOf = ({ folder }: RunParent, name: string): string => join(resolve(project, folder), name);
  const file = fileOf(scorer, modelFiles.config);
  const text = readText(file);
  if (isProblem(text)) return text;
  const config = parseGpt2Config(text, file);
  if (isProblem(config)) return config;
  if (config.head === "output")
    return new Problem(
      "invalidValue",
      `${scorer.reference} is a language model, which answers and does not score: name a reward model, such as the latest run of rlhf rm.`,
    );
  const [own, policys] = [scorer, initial].map((parent) => readText(fileOf(parent, modelFiles.tokenizer)));
  if (isProblem(own) || isProblem(policys) || own === policys) return null;
  return new Problem(
    "invalidValue",
    `${scorer.reference} reads other tokens than ${initial.reference} writes: name a reward model that was trained from the same base model.`,
  );
}
