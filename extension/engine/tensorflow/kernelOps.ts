import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { referenceOps } from "../referenceOps";
import type { LinearOptions, TransformerOps } from "../transformerOps";
import type { OpAttribute } from "./addon";
import type { OpBackend } from "./tensorflowOps";
import type { Recorder } from "./recorder";
import { withGradient } from "./withGradient";

/** What of `TransformerOps` the addon has kernels of its own for, on processors (`native/addon/operations.cc`). */
export type KernelOps = Pick<
  TransformerOps,
  "linear" | "layerNorm" | "causalAttention" | "tokenLogprobs" | "adamUpdate" | "sumOfSquares"
> & {
  /** out[r] = Σ of the d[n] with rows[n] = r. d [N, C], rows int32 [N] -> [count, C]. */
  readonly sumIntoRows: (d: Tensor, rows: Tensor, count: number) => Tensor;
  /** a + b of one shape. */
  readonly add: (a: Tensor, b: Tensor) => Tensor;
};

/** The operations that are called here, as the addon counts them: one that was built before has others. */
export const kernelsVersion = 2;

/** Operations of the addon's, which a recording holds by their names. XLA knows none of them: a graph that has one is run by TensorFlow itself. */
export const isKernel = (operation: string): boolean => operation.startsWith("Rlhf");

export function kernelOps(backend: OpBackend, recorder: Recorder): KernelOps {
  const { addon } = recorder;
  const flag = (name: string, value: boolean): OpAttribute => ({ name, type: addon.TF_ATTR_BOOL, value });
  const float = (name: string, value: number): OpAttribute => ({ name, type: addon.TF_ATTR_FLOAT, value });
  const int = (name: string, value: number): OpAttribute => ({ name, type: addon.TF_ATTR_INT, value });
  const call = (
    name: string,
    inputs: readonly Tensor[],
    outputs: number,
    attributes: readonly OpAttribute[] = [],
  ): Tensor[] => {
    // Parts that run at the same time have a thread each, until the other has ended.
    const alone = flag("alone", recorder.isApart());
    return backend.executeMultipleOutputs(`Rlhf${name}`, [alone, ...attributes], inputs, outputs);
  };
  const product = (a: Tensor, b: Tensor, turnedA: boolean, turnedB: boolean): Tensor =>
    call("Product", [a, b], 1, [flag("turned_a", turnedA), flag("turned_b", turnedB)])[0];

  return {
    linear(x, weight, bias, { activation, transposed = false }: LinearOptions = {}) {
      const backward = (dy: Tensor, [input, matrix]: readonly Tensor[]): Tensor[] => [
        product(dy, matrix, false, !transposed),
        transposed ? product(dy, input, true, false) : product(input, dy, true, false),
      ];
      const isGelu = activation === "gelu";
      if (bias === null && isGelu) return referenceOps.linear(x, weight, bias, { activation, transposed });
      if (bias === null)
        return withGradient(
          [x, weight],
          () => ({ out: product(x, weight, false, transposed), saved: [x, weight] }),
          backward,
        );
      return withGradient(
        [x, weight, bias],
        () => {
          const settings = [flag("turned_b", transposed), flag("gelu", isGelu)];
          const [sum, activated] = call("Linear", [x, weight, bias], 2, settings);
          return isGelu ? { out: activated, saved: [x, weight, sum] } : { out: sum, saved: [x, weight] };
        },
        (dy, saved) => {
          const [d, dBias] = isGelu
            ? call("GeluBackward", [dy, saved[2]], 2)
            : [dy, ...call("ColumnSums", [dy], 1)];
          return [...backward(d, saved), dBias];
        },
      );
    },

    layerNorm(x, gain, bias) {
      return withGradient(
        [x, gain, bias],
        () => {
          const [out, statistics] = call("LayerNorm", [x, gain, bias], 2);
          return { out, saved: [x, gain, statistics] };
        },
        (dy, [input, scale, statistics]) => call("LayerNormBackward", [dy, input, scale, statistics], 3),
      );
    },

    causalAttention(qkv, batch, heads) {
      const sizes = [int("batch", batch), int("heads", heads)];
      return withGradient(
        [qkv],
        () => {
          const [out, sums] = call("Attention", [qkv], 2, sizes);
          return { out, saved: [qkv, out, sums] };
        },
        (dy, saved) => call("AttentionBackward", [dy, ...saved], 1, sizes),
      );
    },

    tokenLogprobs(logits, targets, temperature) {
      const setting = [float("temperature", temperature)];
      return withGradient(
        [logits],
        () => {
          const [out, sums] = call("TokenLogprobs", [logits, targets], 2, setting);
          return { out, saved: [logits, targets, sums] };
        },
        (dy, saved) => call("TokenLogprobsBackward", [dy, ...saved], 1, setting),
      );
    },

    adamUpdate(weights, { m, v }, step, { beta1, beta2, epsilon }) {
      const settings = [
        ...[
          float("beta1", beta1),
          float("rest1", 1 - beta1),
          float("beta2", beta2),
          float("rest2", 1 - beta2),
        ],
        ...[float("epsilon", epsilon), int("N", weights.length)],
      ];
      tf.tidy(() => {
        const variables = [...weights.map(({ weight }) => weight), m, v];
        const decays = tf.tensor1d(weights.map(({ decay }) => decay));
        const inputs = [...variables, ...weights.map(({ gradient }) => gradient), step, decays];
        const after = call("Adam", inputs, variables.length, settings);
        variables.forEach((variable, i) => variable.assign(after[i]));
      });
    },

    sumOfSquares: (tensors) => call("SumOfSquares", tensors, 1, [int("N", tensors.length)])[0],

    sumIntoRows: (d, rows, count) => call("SumIntoRows", [d, rows], 1, [int("count", count)])[0],

    add: (a, b) => call("Add", [a, b], 1)[0],
  };
}
