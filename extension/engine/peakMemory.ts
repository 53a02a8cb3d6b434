import * as tf from "@tensorflow/tfjs-core";
import { WasmBackend } from "./wasm/wasmBackend";

/** The most bytes of tensors that `run` had alive at once, beyond those alive before it; null where the backend that runs is not `wasm`. */
export async function peakMemory(run: () => Promise<void>): Promise<number | null> {
  const backend = tf.backend();
  if (!(backend instanceof WasmBackend)) return null;
  const { allocator } = backend.memoryOfKernels;
  const before = allocator.used;
  allocator.resetPeak();
  await run();
  return allocator.peak - before;
}
