import * as tf from "@tensorflow/tfjs-core";
import { arrayKernels } from "./arrayKernels";
import { elementwiseKernels } from "./elementwiseKernels";
import { fallback } from "./fallbacks";

/**
 * JavaScript kernels whose last bits depend on the JavaScript engine (Math.exp and its kin), and those that draw. They are left out: what
 * would need one fails at once, instead of making a run that no other machine can repeat.
 */
const inexact = new Set([
  ...["Acos", "Acosh", "Asin", "Asinh", "Atan", "Atan2", "Atanh", "Cos", "Cosh", "Elu", "EluGrad", "Erf"],
  ...["Expm1", "FFT", "IFFT", "LRN", "LRNGrad", "Multinomial", "Pow", "Selu", "Sin", "Sinh", "Tan"],
]);

/** Registers tfjs's kernels for our backend: ours where there is one, else tfjs's JavaScript one, which works on views of the same memory. */
export function registerKernels(backendName: string): void {
  const own = { ...elementwiseKernels, ...arrayKernels };
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend("cpu")) {
    if (inexact.has(kernelName)) continue;
    const javascript = fallback(kernelName, kernelFunc);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: own[kernelName]?.(javascript) ?? javascript,
    });
  }
}
