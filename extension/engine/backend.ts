import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { RunConfig } from "../protocol/runConfig";
import { setStepRunner } from "./compiledStep";
import { ops, setOps } from "./ops";
import { referenceOps } from "./referenceOps";
import { selfTestDifference, selfTestStep, type SelfTestFigures } from "./selfTest";
import { useTensorflow } from "./tensorflow/useTensorflow";
import { useWasm } from "./wasm/useWasm";

// tfjs then prints nothing: no greeting, no line for each kernel that a second copy of it (the native package's) registers again.
tf.enableProdMode();

/** The backends there are; `auto` is a choice among them, which is made before anything is loaded. */
export type BackendName = Exclude<RunConfig["backend"], "auto">;
export const backendNames = ["wasm", "cpu", "tensorflow"] as const satisfies readonly BackendName[];

/** What runs, for a run's manifest and for `rlhf doctor`. */
export interface BackendInfo {
  readonly name: BackendName;
  readonly device: string;
  readonly threads: number;
  readonly usesGpu: boolean;
}

export type BackendResult =
  | { readonly ok: true; readonly info: BackendInfo; readonly selfTest: number }
  | { readonly ok: false; readonly problem: string };

/** The self-test's losses and gradients may differ from the reference's by this much, relative to the largest entry. */
const selfTestTolerance = 1e-4;

/**
 * Makes a backend the one that runs, once its self-test (a tiny training step) agrees with the `cpu` reference; `threads` is for `wasm`
 * and `tensorflow` (0 = as many as there are processors, at most four). Never throws: a backend that does not work is a normal state, and its reason is a
 * sentence. After a failure `cpu` runs.
 */
export async function useBackend(
  name: BackendName,
  options: { readonly threads: number },
): Promise<BackendResult> {
  try {
    await useCpu();
    const expected = await selfTestStep(ops());
    const info = await start(name, options.threads);
    const result = checked(info, await selfTestStep(ops()), expected);
    if (!result.ok) await useCpu();
    return result;
  } catch (error) {
    await useCpu();
    return { ok: false, problem: `the backend ${name} does not work here: ${messageOf(error)}` };
  }
}

async function start(name: BackendName, threads: number): Promise<BackendInfo> {
  switch (name) {
    case "cpu":
      return { name, device: "one processor core, JavaScript", threads: 1, usesGpu: false };
    case "wasm": {
      const running = await useWasm(threads);
      const device = `${running === 1 ? "1 thread" : `${running} threads`} of WebAssembly SIMD`;
      return { name, device, threads: running, usesGpu: false };
    }
    case "tensorflow": {
      const { version, usesGpu, threads: running } = await useTensorflow(threads);
      const device = `TensorFlow ${version} on ${usesGpu ? "the GPU" : "the processor"}`;
      return { name, device, threads: running, usesGpu };
    }
  }
}

async function useCpu(): Promise<void> {
  setOps(referenceOps);
  setStepRunner();
  if (!tf.engine().registryFactory.cpu) tf.registerBackend("cpu", () => new MathBackendCPU());
  await tf.setBackend("cpu");
}

export function checked(info: BackendInfo, found: SelfTestFigures, expected: SelfTestFigures): BackendResult {
  const selfTest = selfTestDifference(found, expected);
  if (selfTest <= selfTestTolerance) return { ok: true, info, selfTest };
  return {
    ok: false,
    problem: `the backend ${info.name} failed its self-test: a tiny step differs from the reference by ${selfTest.toPrecision(2)}`,
  };
}

/** An error's first line: what follows is a stack of files that says nothing to a user. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0].trim();
}
