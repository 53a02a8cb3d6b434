import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import type { KernelBackend } from "@tensorflow/tfjs-core";
import { setStepRunner, type StepRunner } from "../compiledStep";
import { setOps } from "../ops";
import type { Addon } from "./addon";
import { graphRunner, type NativeBackend } from "./graphSteps";
import { referenceOps } from "../referenceOps";
import type { TransformerOps } from "../transformerOps";
import type { Messages } from "./messages";
import { createRecorder } from "./recorder";
import { tensorflowOps, type OpBackend } from "./tensorflowOps";
import { findAddon, type FoundAddon } from "./nativeSetup";

const packageName = "@tensorflow/tfjs-node-gpu";
const backendName = "tensorflow";

interface BackendModule {
  readonly NodeJSKernelBackend: new (
    addon: Addon,
    packageName: string,
  ) => KernelBackend & NativeBackend & OpBackend & { readonly isUsingGpuDevice: boolean };
}

export interface RunningTensorflow {
  readonly version: string;
  readonly usesGpu: boolean;
}

/**
 * Makes TensorFlow's native library the backend that runs: kernels and backend of the optional package `@tensorflow/tfjs-node-gpu` on the
 * addon that `rlhf setup-native` made, or on the package's own. Put together here and not by the package's index, which knows one place
 * for its addon and would load its saving and image formats too. Throws a sentence where something is missing, which is a normal state.
 */
export async function useTensorflow(): Promise<RunningTensorflow> {
  const require = createRequire(__filename);
  if (tf.engine().findBackendFactory(backendName) === null) {
    const { addon: addonFile, device } = findAddon(require);
    setEnvironment(device);
    addRemovedFunctions(require);
    const addon = require(addonFile) as Addon;
    const { NodeJSKernelBackend } = require(`${packageName}/dist/nodejs_kernel_backend`) as BackendModule;
    require(`${packageName}/dist/register_all_kernels`);
    const recorder = createRecorder(addon);
    const backend = new NodeJSKernelBackend(recorder.addon, packageName);
    if (device === "gpu" && !backend.isUsingGpuDevice)
      throw new Error(`it was set up for a GPU, and TensorFlow ${addon.TF_Version} finds none`);
    tf.registerBackend(backendName, () => backend);
    const xla = process.env.RLHF_XLA !== "0";
    operations = tensorflowOps(backend, recorder, { loops: xla && addon.addFunction !== undefined });
    running = { version: addon.TF_Version, usesGpu: backend.isUsingGpuDevice };
    if (addon.addFunction) {
      const messages = require(`${packageName}/dist/proto/api_pb`) as Messages;
      const options = {
        xla,
        /** Asked before each step, so that a test can have some steps checked and count the calls of others. */
        get checkAlways() {
          return process.env.RLHF_CHECK_STEPS === "1";
        },
      };
      graphs = graphRunner(recorder, backend, messages, options, listener);
    }
  }
  await tf.setBackend(backendName);
  setOps(operations);
  setStepRunner(graphs);
  return running;
}

const listener = {
  compiling: (name: string) => process.env.RLHF_SAY && console.error("compiling", name),
  compiled: (name: string, seconds: number) =>
    process.env.RLHF_SAY && console.error("compiled", name, seconds),
  refused: (name: string, reason: string) => {
    console.error("refused", name, reason);
    heard?.(name, reason);
  },
};
let heard: ((name: string, reason: string) => void) | null = null;

/** Says to one listener, besides, which steps run operation by operation because their graphs could not be trusted, and why. */
export function onRefusedStep(listener: typeof heard): void {
  heard = listener;
}

let graphs: StepRunner | undefined;
let operations: TransformerOps = referenceOps;
let running: RunningTensorflow = { version: "", usesGpu: false };

/**
 * What TensorFlow reads when it is loaded, unless the user has set it: errors alone on stderr, and graphics memory as it is needed instead of
 * all of it. Node hands process.env to the C library, so that nothing need be set before the process starts.
 */
function setEnvironment(device: FoundAddon["device"]): void {
  if (device === "cpu") process.env.CUDA_VISIBLE_DEVICES = "-1";
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
}

/** Node 23 took functions away that the package calls. */
function addRemovedFunctions(require: NodeJS.Require): void {
  const module = require("node:util") as { isNullOrUndefined?: unknown; isArray?: unknown };
  module.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  module.isArray ??= Array.isArray;
}
