import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import type { WasmBackend } from "./wasmBackend";

/** Kernels that only rename or share data: whatever the tensor's size, they touch no number. */
const free = new Set(["Identity", "Reshape", "ExpandDims"]);

/**
 * tfjs's own JavaScript version of a kernel, with a note on the backend of the size it was used at. A large tensor in one costs more than a
 * whole layer in ours, so tests look at `WasmBackend.fallbacks` after every kind of step.
 */
export function fallback(kernelName: string, kernel: KernelFunc): KernelFunc {
  if (free.has(kernelName)) return kernel;
  return (args) => {
    const outputs = kernel(args);
    const { fallbacks } = args.backend as WasmBackend;
    const tensors = [...Object.values(args.inputs), ...(Array.isArray(outputs) ? outputs : [outputs])];
    const size = tensors.reduce((most, tensor) => Math.max(most, sizeOf(tensor)), 0);
    fallbacks.set(kernelName, Math.max(size, fallbacks.get(kernelName) ?? 0));
    return outputs;
  };
}

function sizeOf(tensor: TensorInfo | undefined): number {
  return tensor === undefined ? 0 : tensor.shape.reduce((a, b) => a * b, 1);
}
