import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";

/** tfjs kernel -> the largest tensor (entries) that its JavaScript version has handled since the last reset. */
const largest = new Map<string, number>();

/** Kernels that only rename or share data: whatever the tensor's size, they touch no number. */
const free = new Set(["Identity", "Reshape", "ExpandDims"]);

/**
 * tfjs's own JavaScript version of a kernel, with a note of the size it was used at. A large tensor in one costs more than a whole layer
 * in ours, so tests look at `fallbacks` after every kind of step.
 */
export function fallback(kernelName: string, kernel: KernelFunc): KernelFunc {
  if (free.has(kernelName)) return kernel;
  return (args) => {
    const outputs = kernel(args);
    let size = largest.get(kernelName) ?? 0;
    for (const tensor of Object.values(args.inputs)) size = Math.max(size, sizeOf(tensor));
    for (const tensor of Array.isArray(outputs) ? outputs : [outputs]) size = Math.max(size, sizeOf(tensor));
    largest.set(kernelName, size);
    return outputs;
  };
}

/** The JavaScript kernels used since `resetFallbacks` with the largest tensor of each. */
export function fallbacks(): ReadonlyMap<string, number> {
  return new Map(largest);
}

export function resetFallbacks(): void {
  largest.clear();
}

function sizeOf(tensor: TensorInfo | undefined): number {
  return tensor === undefined ? 0 : tensor.shape.reduce((a, b) => a * b, 1);
}
