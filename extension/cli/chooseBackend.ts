import { createRequire } from "node:module";
import type { BackendName } from "../engine/backend";
import { choiceOf, type BackendChoice, type TimedWork, type TrialEnd } from "../engine/backendChoice";
import { findAddon } from "../engine/tensorflow/nativeSetup";
import type { RunConfig } from "../protocol/runConfig";
import { tryBackend } from "./nativeTrial";
import type { Output } from "./output";
import type { TrialWork } from "./trialWork";

/** Why TensorFlow cannot be loaded, told without trying; null where it may be. */
export function whyNoTensorflow(): string | null {
  try {
    findAddon(createRequire(__filename));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Trials of this process, by what was tried: the stages of a pipeline often have the same. */
const made = new Map<string, Promise<TrialEnd>>();

/**
 * What `auto` means for some work: `tensorflow` where it has a GPU, else the faster of `wasm` and `tensorflow` in a short trial; `wasm` at once
 * where TensorFlow is not set up. Where the work is not known, nothing is timed.
 */
export async function chooseBackend(
  work: TrialWork | null,
  threads: number,
  output: Output,
): Promise<BackendChoice> {
  const missing = whyNoTensorflow();
  if (missing !== null) return choiceOf(kindOf(work), { ok: false, reason: missing }, null);
  const trial = (backend: BackendName): Promise<TrialEnd> => {
    const key = JSON.stringify([backend, threads, work]);
    const end = made.get(key) ?? tryBackend({ backend, work, threads });
    made.set(key, end);
    return end;
  };
  const what = "trying the backends";
  output.progress(what, 0, 2, "tensorflow");
  const tensorflow = await trial("tensorflow");
  output.progress(what, 1, 2, "wasm");
  const decided = !tensorflow.ok || tensorflow.usesGpu || tensorflow.milliseconds === null;
  const wasm = decided ? null : await trial("wasm");
  output.progress(what, 2, 2);
  return choiceOf(kindOf(work), tensorflow, wasm);
}

let settled: Promise<BackendChoice> | null = null;

/** The backend of this process, where `auto` was asked for settled once: models that work together lie on one. */
export async function backendForUse(
  asked: RunConfig["backend"],
  work: TrialWork | null,
  threads: number,
  output: Output,
): Promise<BackendName> {
  if (asked !== "auto") return asked;
  settled ??= chooseBackend(work, threads, output);
  return (await settled).backend;
}

function kindOf(work: TrialWork | null): TimedWork | null {
  if (work === null) return null;
  if (work.sample === null) return "step";
  return work.train === null ? "sampling" : "iteration";
}
