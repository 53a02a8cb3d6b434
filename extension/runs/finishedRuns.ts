import { join } from "node:path";
import { isObject } from "../protocol/codec";
import { isProblem } from "../protocol/problem";
import type { Stage } from "../protocol/runFormat";
import { listRunIds, readRun, readStatus, type Run } from "./runFolder";
import { runsFolder } from "./runPaths";

type SftVariant = "baseline" | "ppoInit";

/** Ids of the finished runs of a stage, the newest first, of one SFT variant if asked for. */
export function finishedRuns(project: string, stage: Stage, variant?: SftVariant): readonly string[] {
  return listRunIds(project).filter((id) => isWanted(project, id, stage, variant));
}

/** The newest finished run of a stage, of one SFT variant if asked for. */
export function latestRun(project: string, stage: Stage, variant?: SftVariant): string | null {
  return listRunIds(project).find((id) => isWanted(project, id, stage, variant)) ?? null;
}

/** The SFT runs that a reward model or PPO may start from, the newest first: those of variant ppoInit, and all where there is none. */
export function startRuns(project: string): readonly string[] {
  const forPpo = finishedRuns(project, "sft", "ppoInit");
  return forPpo.length > 0 ? forPpo : finishedRuns(project, "sft");
}

/** The first of startRuns: what is taken where nobody says otherwise. */
export function latestStart(project: string): string | null {
  return latestRun(project, "sft", "ppoInit") ?? latestRun(project, "sft");
}

function isWanted(project: string, id: string, stage: Stage, variant: SftVariant | undefined): boolean {
  if (!id.startsWith(`${stage}-`)) return false;
  const run = readRun(join(runsFolder(project), id));
  if (isProblem(run) || !isFinished(run)) return false;
  const block = run.manifest.config[stage];
  return variant === undefined || (isObject(block) && block.variant === variant);
}

function isFinished(run: Run): boolean {
  const status = readStatus(run.paths);
  return !isProblem(status) && status.state === "finished";
}
