import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

interface Forward {
  readonly out: Tensor;
  /** What the gradient needs. */
  readonly saved: readonly Tensor[];
}

/** An operation with its gradient written out: `backward` gives those of all inputs, in their order. */
export function withGradient(
  inputs: readonly Tensor[],
  forward: () => Forward,
  backward: (dy: Tensor, saved: readonly Tensor[]) => readonly Tensor[],
): Tensor {
  if (tf.engine().state.gradientDepth === 0) return tf.tidy(() => forward().out);
  return tf.customGrad((...given) => {
    const save = given[inputs.length] as unknown as (tensors: Tensor[]) => void;
    const { out, saved } = forward();
    save([...saved]);
    return { value: out, gradFunc: (dy: Tensor, kept: Tensor[]) => [...backward(dy, kept)] };
  })(...inputs);
}
