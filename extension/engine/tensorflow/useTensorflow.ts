import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { setStepRunner, type StepRunner } from "../compiledStep";
import { setOps } from "../ops";
import type { Addon } from "./addon";
import { graphRunner } from "./graphSteps";
import { referenceOps } from "../referenceOps";
import type { TransformerOps } from "../transformerOps";
import { createRecorder } from "./recorder";
import { backendName, tensorflowOps } from "./tensorflowOps";
import { threadCount } from "../threadCount";
import { kernelsVersion } from "./kernelOps";
import { environmentFor, hasNvidia, usesXla } from "./environment";
import { loadKernels, loadMessages } from "./kernels";
import { findAddon } from "./nativeSetup";

const packageName = "@tensorflow/tfjs-node-gpu";

export interface RunningTensorflow {
  readonly version: string;
  readonly usesGpu: boolean;
  /** Of the processor; the library keeps those it was loaded with. */
  readonly threads: number;
}

/**
 * Makes TensorFlow's native library the backend that runs: kernels and backend of the optional package `@tensorflow/tfjs-node-gpu` on the
 * addon that `rlhf setup-native` made, or on the package's own. Put together here and not by the package's index, which knows one place
 * for its addon and would load its saving and image formats too. Threads: 0 = as many as `wasm` takes. Throws a sentence where something is missing, which is a normal state.
 */
export async function useTensorflow(wantedThreads: number): Promise<RunningTensorflow> {
  const require = createRequire(__filename);
  if (tf.engine().findBackendFactory(backendName) === null) {
    const { addon: addonFile, device } = findAddon(require);
    const threads = threadCount(wantedThreads, availableParallelism());
    for (const [name, value] of Object.entries(environmentFor(device, threads, process.env, hasNvidia())))
      process.env[name] = value;
    addRemovedFunctions(require);
    const addon = require(addonFile) as Addon;
    const { NodeJSKernelBackend } = loadKernels();
    const recorder = createRecorder(addon);
    const backend = new NodeJSKernelBackend(recorder.addon, packageName);
    if (device === "gpu" && !backend.isUsingGpuDevice)
      throw new Error(`it was set up for a GPU, and TensorFlow ${addon.TF_Version} finds none`);
    tf.registerBackend(backendName, () => backend);
    const usesGpu = backend.isUsingGpuDevice;
    const xla = usesXla(addon.TF_Version, usesGpu, process.env.RLHF_XLA);
    operations = tensorflowOps(backend, recorder, {
      loops: xla && addon.addFunction !== undefined,
      kernels: !usesGpu && addon.kernelsVersion === kernelsVersion && process.env.RLHF_KERNELS !== "0",
    });
    running = { version: addon.TF_Version, usesGpu, threads };
    if (addon.addFunction) {
      const options = {
        xla,
        /** Asked before each step, so that a test can have some steps checked and count the calls of others. */
        get checkAlways() {
          return process.env.RLHF_CHECK_STEPS === "1";
        },
      };
      graphs = graphRunner(recorder, backend, loadMessages(), options);
    }
  }
  await tf.setBackend(backendName);
  setOps(operations);
  setStepRunner(graphs);
  return running;
}

let graphs: StepRunner | undefined;
let operations: TransformerOps = referenceOps;
let running: RunningTensorflow = { version: "", usesGpu: false, threads: 0 };

/** Functions that the package calls: Node 23 took them away, and Node 22 prints a warning when they are called. */
function addRemovedFunctions(require: NodeJS.Require): void {
  const module = require("node:util") as { isNullOrUndefined?: unknown; isArray?: unknown };
  module.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  module.isArray = Array.isArray;
}
