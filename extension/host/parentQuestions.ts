import { parseJson } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import { needsHeldOutReward, needsRewardModel } from "../protocol/rewardTerms";
import type { Stage } from "../protocol/runFormat";
import type { RunConfig } from "../protocol/runConfig";
import { finishedRuns, startRuns } from "../runs/finishedRuns";
import { readProjectConfig } from "../runs/project";
import { projectFile } from "../runs/runPaths";

/** A parent of a new run that there is a choice of: the command line's option for it, and the runs, the one it takes by itself first. */
export interface ParentQuestion {
  readonly option: "--model" | "--reward-model" | "--held-out-reward";
  readonly runs: readonly string[];
}

/** The runs that a question offers after what was answered before it: a reward model that is rewarded cannot be held out. */
export function offeredRuns(
  { option, runs }: ParentQuestion,
  answers: Readonly<Partial<Record<ParentQuestion["option"], string>>>,
): readonly string[] {
  return option === "--held-out-reward" ? runs.filter((id) => id !== answers["--reward-model"]) : runs;
}

/** What a person is to be asked before a run of a stage is prepared: nothing where each parent is clear. */
export function parentQuestions(project: string, stage: Stage): readonly ParentQuestion[] {
  const questions: ParentQuestion[] = [];
  const ask = (option: ParentQuestion["option"], runs: readonly string[], choices = runs.length): void => {
    if (choices > 1) questions.push({ option, runs });
  };
  if (stage === "rm" || stage === "ppo") ask("--model", startRuns(project));
  const config = stage === "ppo" ? configOf(project) : null;
  if (config === null) return questions;
  const [isRewarding, isMeasuring] = [needsRewardModel(config), needsHeldOutReward(config)];
  const rewardModels = isRewarding || isMeasuring ? finishedRuns(project, "rm") : [];
  if (isRewarding) ask("--reward-model", rewardModels);
  if (isMeasuring) ask("--held-out-reward", rewardModels, rewardModels.length - (isRewarding ? 1 : 0));
  return questions;
}

/** The project's settings; null where rlhf.json cannot be used, which the command line will say. */
function configOf(project: string): RunConfig | null {
  const text = readProjectConfig(project);
  const parsed = isProblem(text) ? text : parseJson(text, projectFile);
  if (isProblem(parsed)) return null;
  const resolved = resolveConfig(parsed.json);
  return resolved.type === "config" ? resolved.config : null;
}
