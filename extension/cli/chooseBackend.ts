import { createRequire } from "node:module";
import type { BackendName } from "../engine/backend";
import { findAddon } from "../engine/tensorflow/nativeSetup";
import type { RunConfig } from "../protocol/runConfig";
import { tryBackend, type TrialEnd } from "./nativeTrial";
import type { Output } from "./output";
import type { TrialWork } from "./trialWork";

/** What `auto` takes, and why, as the end of a sentence. */
export interface BackendChoice {
  readonly backend: BackendName;
  readonly reason: string;
}

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
  if (missing !== null) return choiceOf(work, { ok: false, reason: missing }, null);
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
  return choiceOf(work, tensorflow, wasm);
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

/** `wasm` is null where it need not be timed. */
export function choiceOf(work: TrialWork | null, tensorflow: TrialEnd, wasm: TrialEnd | null): BackendChoice {
  if (!tensorflow.ok) return { backend: "wasm", reason: `tensorflow cannot be used: ${tensorflow.reason}` };
  if (tensorflow.usesGpu) return { backend: "tensorflow", reason: `it has a GPU here` };
  if (wasm !== null && !wasm.ok)
    return { backend: "tensorflow", reason: `wasm cannot do this work: ${wasm.reason}` };
  if (work === null || tensorflow.milliseconds === null || wasm === null || wasm.milliseconds === null)
    return { backend: "wasm", reason: `tensorflow has no GPU here, and there was nothing to time` };
  const [a, b] = [wasm.milliseconds, tensorflow.milliseconds];
  const faster = b < a ? "tensorflow" : "wasm";
  const [here, there] = [Math.min(a, b), Math.max(a, b)].map(duration);
  const other = faster === "wasm" ? "tensorflow" : "wasm";
  return { backend: faster, reason: `${workName(work)} takes ${here}, and ${there} on ${other}` };
}

function workName({ train, sample }: TrialWork): string {
  if (sample === null) return `a training step`;
  return train === null ? `sampling` : `sampling and training in an iteration`;
}

/** Three digits. */
function duration(milliseconds: number): string {
  const digits = (value: number): string => String(Number(value.toPrecision(3)));
  return milliseconds < 1000 ? `${digits(milliseconds)} ms` : `${digits(milliseconds / 1000)} s`;
}
