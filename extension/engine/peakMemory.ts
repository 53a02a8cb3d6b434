import * as tf from "@tensorflow/tfjs-core";
import { wasmBackendName, type WasmBackend } from "./wasm/wasmBackend";

/** The most bytes of tensors that `run` had alive at once, beyond those alive before it; null where the backend that runs is not `wasm`. */
export async function peakMemory(run: () => Promise<void>): Promise<number | null> {
  if (tf.getBackend() !== wasmBackendName) {
    await run();
    return null;
  }
  const { allocator } = (tf.backend() as WasmBackend).memoryOfKernels;
  const before = allocator.used;
  allocator.resetPeak();
  await run();
  return allocator.peak - before;
}
