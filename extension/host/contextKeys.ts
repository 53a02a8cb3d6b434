import type { Stage } from "../protocol/runFormat";
import type { BatchProgress } from "./labelProgress";
import { isBroken, type BrokenRun, type RunEntry } from "./runEntry";

const resumable: readonly string[] = ["stopped", "interrupted", "failed", "paused"];

/** The context keys that menus and welcome views look at, from the runs and batches of all open projects. */
export function contextKeys(
  entries: readonly (RunEntry | BrokenRun)[],
  batches: readonly BatchProgress[],
): Readonly<Record<string, boolean>> {
  const runs = entries.filter((entry): entry is RunEntry => !isBroken(entry));
  const some = (...states: readonly string[]): boolean =>
    runs.some(({ status }) => states.includes(status.state));
  return {
    "rlhf.hasRuns": runs.length > 0,
    "rlhf.hasBatches": batches.length > 0,
    "rlhf.running": some("running"),
    "rlhf.paused": some("paused"),
    "rlhf.queued": some("queued"),
    "rlhf.resumable": some(...resumable),
  };
}

/** What somebody who follows the walkthrough has done, by the context keys of its steps. */
export function walkthroughKeys(
  hasProject: boolean,
  entries: readonly (RunEntry | BrokenRun)[],
  batches: readonly BatchProgress[],
): Readonly<Record<string, boolean>> {
  const did = (stage: Stage): boolean =>
    entries.some(
      (entry) => !isBroken(entry) && entry.run.manifest.stage === stage && entry.status.state === "finished",
    );
  return {
    "rlhf.did.project": hasProject,
    "rlhf.did.sft": did("sft"),
    "rlhf.did.rm": did("rm"),
    "rlhf.did.ppo": did("ppo"),
    "rlhf.did.evaluate": did("evaluate"),
    "rlhf.did.rank": batches.some(({ labelers }) => labelers.some(({ submitted }) => submitted > 0)),
  };
}
