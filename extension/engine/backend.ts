import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { RunConfig } from "../protocol/runConfig";
import { setOps } from "./ops";
import { referenceOps } from "./referenceOps";
import { selfTestDifference, selfTestStep, type SelfTestFigures } from "./selfTest";

export type BackendName = RunConfig["backend"];

/** What runs, for a run's manifest and for `rlhf doctor`. */
export interface BackendInfo {
  readonly name: BackendName;
  readonly device: string;
  readonly threads: number;
}

export type BackendResult =
  | { readonly ok: true; readonly info: BackendInfo; readonly selfTest: number }
  | { readonly ok: false; readonly problem: string };

/** The self-test's losses and gradients may differ from the reference's by this much, relative to the largest entry. */
const selfTestTolerance = 1e-4;

/**
 * Makes a backend the one that runs, once its self-test (a tiny training step) agrees with the `cpu` reference.
 * Never throws: a backend that does not work is a normal state, and its reason is a sentence.
 */
export async function useBackend(
  name: BackendName,
  _options: { readonly threads: number },
): Promise<BackendResult> {
  try {
    await useCpu();
    await selfTestStep(referenceOps);
    if (name === "cpu")
      return { ok: true, info: { name, device: "one processor core, JavaScript", threads: 1 }, selfTest: 0 };
    return { ok: false, problem: `the backend ${name} is not built in yet` };
  } catch (error) {
    return { ok: false, problem: `the backend ${name} does not work here: ${messageOf(error)}` };
  }
}

async function useCpu(): Promise<void> {
  setOps(referenceOps);
  if (!tf.engine().registryFactory.cpu) tf.registerBackend("cpu", () => new MathBackendCPU());
  await tf.setBackend("cpu");
  Object.assign(tf.backend(), { firstUse: false }); // else its first write prints a greeting
}

export function checked(info: BackendInfo, found: SelfTestFigures, expected: SelfTestFigures): BackendResult {
  const selfTest = selfTestDifference(found, expected);
  if (selfTest <= selfTestTolerance) return { ok: true, info, selfTest };
  return {
    ok: false,
    problem: `the backend ${info.name} failed its self-test: a tiny step differs from the reference by ${selfTest.toPrecision(2)}`,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
