import type { BackendName } from "./backend";

/** What `auto` takes, and why, as the end of a sentence. */
export interface BackendChoice {
  readonly backend: BackendName;
  readonly reason: string;
}

/** How a trial ended: what the backend runs on and how long the work took (null where none was timed), or the end of a sentence that says why not. */
export type TrialEnd =
  | {
      readonly ok: true;
      readonly device: string;
      readonly threads: number;
      /** How far the self-test is off the reference. */
      readonly selfTest: number;
      readonly usesGpu: boolean;
      readonly milliseconds: number | null;
    }
  | { readonly ok: false; readonly reason: string };

/** What trials time. */
export type TimedWork = "step" | "iteration" | "sampling";
const workNames: Readonly<Record<TimedWork, string>> = {
  step: "a training step",
  iteration: "sampling and training in an iteration",
  sampling: "sampling an answer to each prompt",
};

/** `wasm` is null where it need not be timed. */
export function choiceOf(work: TimedWork | null, tensorflow: TrialEnd, wasm: TrialEnd | null): BackendChoice {
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
  return { backend: faster, reason: `${workNames[work]} takes ${here}, and ${there} on ${other}` };
}

/** Three digits. */
function duration(milliseconds: number): string {
  const digits = (value: number): string => String(Number(value.toPrecision(3)));
  return milliseconds < 1000 ? `${digits(milliseconds)} ms` : `${digits(milliseconds / 1000)} s`;
}
