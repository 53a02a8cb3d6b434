import * as tf from "@tensorflow/tfjs-core";
import { setOps } from "../ops";
import { KernelMemory } from "./kernelMemory";
import { registerKernels } from "./registerKernels";
import { wasmBackendName, WasmBackend } from "./wasmBackend";
import { wasmOps } from "./wasmOps";

/** Makes our backend the one that runs, with so many threads (0 = as many as there are processors, at most four). Returns their number. */
export async function useWasm(threads: number): Promise<number> {
  if (tf.engine().findBackendFactory(wasmBackendName) === null) {
    const backend = new WasmBackend(new KernelMemory());
    tf.registerBackend(wasmBackendName, () => backend);
    registerKernels(wasmBackendName);
  }
  const backend = tf.findBackend(wasmBackendName) as WasmBackend;
  await backend.memoryOfKernels.setThreads(threads);
  await tf.setBackend(wasmBackendName);
  setOps(wasmOps(backend));
  return backend.memoryOfKernels.threads;
}
