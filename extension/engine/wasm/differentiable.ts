import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { WasmBackend } from "./wasmBackend";

/** What a kernel has written: the result, and side results (statistics, attention weights) that only the gradient needs. */
export interface Written {
  readonly out: TensorInfo;
  readonly sides?: readonly TensorInfo[];
}

export interface Differentiable {
  /** The float arguments, which gradients flow to. */
  readonly inputs: readonly Tensor[];
  /** `recorded` says whether a gradient may be asked for: if not, side results may be left out. */
  readonly forward: (recorded: boolean) => Written;
  /** What `backward` needs beside the side results, which it gets last. */
  readonly saved: readonly Tensor[];
  /** The gradients of all inputs from that of the result, in their order. */
  readonly backward: (dy: Tensor, saved: readonly Tensor[]) => readonly TensorInfo[];
}

/**
 * Runs an operation of ours, as one with a gradient of its own where tfjs records. Side results go through `save`, not out as results,
 * because tfjs would make gradients of zeros for them.
 */
export function differentiable(backend: WasmBackend, operation: Differentiable): Tensor {
  const { inputs, forward, saved, backward } = operation;
  if (tf.engine().state.gradientDepth === 0) {
    const { out, sides } = forward(false);
    sides?.forEach((side) => backend.disposeData(side.dataId));
    return backend.adopt(out);
  }
  const recorded = tf.customGrad((...args) => {
    const save = args[inputs.length] as unknown as (tensors: Tensor[]) => void;
    const { out, sides = [] } = forward(true);
    save([...saved, ...sides.map((side) => backend.adopt(side))]);
    const gradFunc = (dy: Tensor, kept: Tensor[]): Tensor[] => {
      const gradients = backward(dy, kept).map((gradient) => backend.adopt(gradient));
      tf.dispose(kept);
      // Nobody else reads the incoming gradient once this operation has, unless it came from outside the backward pass.
      if (dy.scopeId === tf.engine().state.activeScope?.id) dy.dispose();
      return gradients;
    };
    return { value: backend.adopt(out), gradFunc };
  });
  return recorded(...inputs);
}
