import { findSameRun } from "../project/sameRun";
import type { RunConfig } from "../protocol/runConfig";
import type { RunState } from "../protocol/runFormat";
import type { NewRun, Run } from "../runs/runFolder";
import { chooseBackend, whyNoTensorflow } from "./chooseBackend";
import type { Output } from "./output";
import { workOfRun } from "./trialWork";

/** A run as the backend makes it: its config names the one that computes, and `backendReason` why `auto` took it. */
export function onBackend(run: NewRun, backend: string, backendReason: string | null): NewRun {
  return { ...run, backend, backendReason, config: { ...run.config, backend } };
}

/** The run with its backend settled: the one that was asked for, or for `auto` the one that it takes for this run. */
export async function settleBackend(
  project: string,
  run: NewRun,
  config: RunConfig,
  output: Output,
): Promise<NewRun> {
  if (config.backend !== "auto") return onBackend(run, config.backend, null);
  const work = workOfRun(project, run.stage, config, run.parents);
  const { backend, reason } = await chooseBackend(work, config.threads, output);
  return onBackend(run, backend, reason);
}

/** A run of before that is the same: for `auto` on either backend that it may take here, so that two trials that differ begin no second run. */
export function findSame(
  project: string,
  run: NewRun,
  { backend }: RunConfig,
): { readonly run: Run; readonly state: RunState } | null {
  const possible =
    backend !== "auto" ? [backend] : whyNoTensorflow() === null ? ["tensorflow", "wasm"] : ["wasm"];
  for (const name of possible) {
    const same = findSameRun(project, onBackend(run, name, null));
    if (same !== null) return same;
  }
  return null;
}
