import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { lossAndGradients } from "./gradients";
import { createParameters, disposeParameters } from "./parameters";
import type { TransformerOps } from "./transformerOps";

/** Loss and gradients of one tiny training step: all the operations a transformer needs, on made-up numbers. */
export interface SelfTestFigures {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

const [batch, length, width, heads, vocabulary] = [2, 5, 8, 2, 7];

/** Runs the tiny step on the current tfjs backend with these operations. */
export async function selfTestStep(ops: TransformerOps): Promise<SelfTestFigures> {
  const parameters = createParameters({
    table: wave([vocabulary, width], 1),
    gain: wave([width], 2),
    bias: wave([width], 3),
    qkv: wave([width, 3 * width], 4),
    inner: wave([width, 4 * width], 5),
    innerBias: wave([4 * width], 6),
    outer: wave([4 * width, width], 7),
  });
  const result = tf.tidy(() => {
    const ids = tf.tensor1d(
      Array.from({ length: batch * length }, (_, i) => (i * 3) % vocabulary),
      "int32",
    );
    const { loss, gradients } = lossAndGradients(parameters, () => {
      let x: Tensor = ops.embedding(ids, parameters.table);
      const normed = ops.layerNorm(x, parameters.gain, parameters.bias);
      x = tf.add(x, ops.causalAttention(ops.linear(normed, parameters.qkv, null), batch, heads));
      const inner = ops.linear(x, parameters.inner, parameters.innerBias, { activation: "gelu" });
      x = tf.add(x, ops.linear(inner, parameters.outer, null));
      const logits = ops.linear(ops.gatherRows(x, ids), parameters.table, null, { transposed: true });
      const surprise = tf.neg(tf.mean(ops.tokenLogprobs(logits, ids, 0.7)));
      return { loss: tf.add(surprise, tf.mean(ops.entropy(logits, 1))), stats: {} };
    });
    return { loss, ...gradients };
  });
  const values = Object.fromEntries(
    await Promise.all(
      Object.entries(result).map(
        async ([name, tensor]) => [name, Float32Array.from(await tensor.data())] as const,
      ),
    ),
  );
  tf.dispose(result);
  disposeParameters(parameters);
  const { loss, ...gradients } = values;
  return { loss: loss[0], gradients };
}

/** The largest difference between two runs of the step, relative to the largest entry of each array. */
export function selfTestDifference(a: SelfTestFigures, b: SelfTestFigures): number {
  const relative = (x: Float32Array, y: Float32Array): number => {
    const scale = Math.max(1e-6, ...y.map(Math.abs));
    return Math.max(
      ...x.map((value, i) => (Number.isFinite(value) ? Math.abs(value - y[i]) / scale : Infinity)),
    );
  };
  return Math.max(
    Math.abs(a.loss - b.loss) / Math.max(1e-6, Math.abs(b.loss)),
    ...Object.keys(b.gradients).map((name) =>
      relative(a.gradients[name] ?? new Float32Array([Infinity]), b.gradients[name]),
    ),
  );
}

/** Made-up weights without a generator: a sawtooth in [−0.5, 0.5). */
function wave(shape: readonly number[], salt: number) {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    shape,
    data: Float32Array.from({ length: size }, (_, i) => (((i + 1) * 37 * salt) % 101) / 101 - 0.5),
  };
}
