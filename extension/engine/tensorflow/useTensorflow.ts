import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import type { KernelBackend } from "@tensorflow/tfjs-core";
import { setOps } from "../ops";
import { referenceOps } from "../referenceOps";
import { threadCount } from "../threadCount";
import { environmentFor, hasNvidia } from "./environment";
import { findAddon } from "./nativeSetup";

const packageName = "@tensorflow/tfjs-node-gpu";
const backendName = "tensorflow";

/** As much of the addon as we call ourselves; the package's kernels call the rest. */
interface Addon {
  readonly TF_Version: string;
}

interface BackendModule {
  readonly NodeJSKernelBackend: new (
    addon: Addon,
    packageName: string,
  ) => KernelBackend & {
    readonly isUsingGpuDevice: boolean;
  };
}

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
    const { NodeJSKernelBackend } = require(`${packageName}/dist/nodejs_kernel_backend`) as BackendModule;
    require(`${packageName}/dist/register_all_kernels`);
    const backend = new NodeJSKernelBackend(addon, packageName);
    if (device === "gpu" && !backend.isUsingGpuDevice)
      throw new Error(`it was set up for a GPU, and TensorFlow ${addon.TF_Version} finds none`);
    tf.registerBackend(backendName, () => backend);
    const usesGpu = backend.isUsingGpuDevice;
    running = { version: addon.TF_Version, usesGpu, threads };
  }
  await tf.setBackend(backendName);
  setOps(referenceOps);
  return running;
}

let running: RunningTensorflow = { version: "", usesGpu: false, threads: 0 };

/** Node 23 took functions away that the package calls. */
function addRemovedFunctions(require: NodeJS.Require): void {
  const module = require("node:util") as { isNullOrUndefined?: unknown; isArray?: unknown };
  module.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  module.isArray ??= Array.isArray;
}
