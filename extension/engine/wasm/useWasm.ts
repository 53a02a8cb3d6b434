import * as tf from "@tensorflow/tfjs-core";
import { setOps } from "../ops";
import { KernelMemory } from "./kernelMemory";
import { registerKernels } from "./registerKernels";
import { WasmBackend } from "./wasmBackend";
import { wasmOps } from "./wasmOps";

const backendName = "rlhf-wasm";

/** Makes our backend the one that runs, with so many threads (0 = as many as there are processors, at most four). Returns their number. */
export async function useWasm(threads: number): Promise<number> {
  if (tf.engine().findBackendFactory(backendName) === null) {
    const backend = new WasmBackend(new KernelMemory());
    tf.registerBackend(backendName, () => backend);
    registerKernels(backendName);
  }
  const backend = tf.findBackend(backendName) as WasmBackend;
  await backend.memoryOfKernels.setThreads(threads);
  await tf.setBackend(backendName);
  setOps(wasmOps(backend));
  return backend.memoryOfKernels.threads;
}
