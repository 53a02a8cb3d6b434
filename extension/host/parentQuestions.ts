import { parseJson } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import { resolveConfig } from "../protocol/resolveConfig";
import { needsRewardModel } from "../protocol/rewardTerms";
import type { Stage } from "../protocol/runFormat";
import { finishedRuns, startRuns } from "../runs/finishedRuns";
import { readProjectConfig } from "../runs/project";
import { projectFile } from "../runs/runPaths";

/** A parent of a new run that there is a choice of: the command line's option for it, and the runs, the one it takes by itself first. */
export interface ParentQuestion {
  readonly option: "--model" | "--reward-model";
  readonly runs: readonly string[];
}

/** What a person is to be asked before a run of a stage is prepared: nothing where each parent is clear. */
export function parentQuestions(project: string, stage: Stage): readonly ParentQuestion[] {
  const questions: ParentQuestion[] = [];
  if (stage === "rm" || stage === "ppo") questions.push({ option: "--model", runs: startRuns(project) });
  if (stage === "ppo" && scoresByModel(project))
    questions.push({ option: "--reward-model", runs: finishedRuns(project, "rm") });
  return questions.filter(({ runs }) => runs.length > 1);
}

/** Whether PPO's scores come from a reward model; false also where rlhf.json cannot be used, which the command line will say. */
function scoresByModel(project: string): boolean {
  const text = readProjectConfig(project);
  const parsed = isProblem(text) ? text : parseJson(text, projectFile);
  if (isProblem(parsed)) return false;
  const resolved = resolveConfig(parsed.json);
  return resolved.type === "config" && needsRewardModel(resolved.config);
}
