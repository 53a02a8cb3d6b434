import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import {
  accumulateGradients,
  adamSchedule,
  applyGradients,
  createOptimizer,
  disposeOptimizer,
  readMoments,
  updateEma,
} from "../../extension/engine/optimizer";
import type { Parameters } from "../../extension/engine/gradients";
import { createParameters, disposeParameters, readParameters } from "../../extension/engine/parameters";
import type { NamedArray } from "../../extension/protocol/trainerEvents";
import golden from "../golden/losses.json";
import { onEachBackend } from "../support/backends";
import { expectClose } from "../support/expectClose";
import { expectParity } from "../support/expectParity";

type Arrays = { readonly matrix: readonly number[]; readonly bias: readonly number[] };

/** A 2×3 matrix and two biases. */
function parametersOf({ matrix, bias }: Arrays): Parameters {
  return createParameters({
    matrix: { shape: [2, 3], data: Float32Array.from(matrix) },
    bias: { shape: [2], data: Float32Array.from(bias) },
  });
}

function expectArrays(
  { matrix, bias }: Readonly<Record<string, NamedArray>>,
  expected: Arrays,
  name: string,
): void {
  expectParity(matrix.data, expected.matrix, 1e-5, `${name} matrix`);
  expectParity(bias.data, expected.bias, 1e-5, `${name} bias`);
}

onEachBackend("optimizer", () => {
  it("applyGradients() and updateEma() agree with an independent script over four steps", async () => {
    for (const { adam } of golden.cases) {
      const parameters = parametersOf(adam.begin);
      const average = parametersOf(adam.begin);
      const optimizer = createOptimizer(parameters, adam);
      for (const [i, { learningRate, gradients, norm }] of adam.steps.entries()) {
        const found = tf.tidy(() => {
          optimizer.buffer.matrix.assign(tf.tensor2d(gradients.matrix, [2, 3]));
          optimizer.buffer.bias.assign(tf.tensor1d(gradients.bias));
          return applyGradients(optimizer, tf.tensor1d(adamSchedule(i + 1, learningRate, adam)));
        });
        updateEma(average, parameters, adam.emaDecay);
        expectClose(await found.data(), [norm], 1e-5, "norm before clipping");
        found.dispose();
      }
      expectArrays(await readParameters(parameters), adam.weights, "weights");
      const { m, v } = await readMoments(optimizer);
      expectArrays(m, adam.m, "first moment");
      expectArrays(v, adam.v, "second moment");
      expectArrays(await readParameters(average), adam.average, "average");
      disposeOptimizer(optimizer);
      disposeParameters(parameters);
      disposeParameters(average);
    }
  });

  it("createOptimizer() takes up saved moments by their names, and refuses those that do not fit", async () => {
    const parameters = parametersOf(golden.cases[0].adam.begin);
    const moments = (from: number) => ({
      bias: { shape: [2], data: Float32Array.of(from, from + 1) },
      matrix: { shape: [2, 3], data: Float32Array.from([2, 3, 4, 5, 6, 7], (x) => from + x) },
    });
    const saved = { m: moments(10), v: moments(20) };
    const settings = golden.cases[0].adam;
    const optimizer = createOptimizer(parameters, settings, saved);
    const read = await readMoments(optimizer);
    for (const name of ["m", "v"] as const)
      for (const parameter of ["bias", "matrix"] as const)
        assert.deepEqual(read[name][parameter], saved[name][parameter]);
    const { bias, matrix } = saved.v;
    for (const v of [{ bias }, { matrix, bias: { shape: [1], data: new Float32Array(1) } }])
      assert.throws(
        () => createOptimizer(parameters, settings, { m: saved.m, v }),
        /^Error: the checkpoint's moments do not fit the parameter (matrix|bias)$/,
      );
    disposeOptimizer(optimizer);
    disposeParameters(parameters);
  });

  it("applyGradients() has PyTorch's form of Adam: the known first steps at ε = 1e-5", async () => {
    // TensorFlow 1's form would give 0.759747, 0.030653 and 0.003152.
    const settings = { adamBeta1: 0.9, adamBeta2: 0.999, adamEpsilon: 1e-5, maxGradNorm: 0, weightDecay: 0 };
    const parameters = createParameters({ w: { shape: [3], data: new Float32Array(3) } });
    const optimizer = createOptimizer(parameters, settings);
    tf.tidy(() => {
      optimizer.buffer.w.assign(tf.tensor1d([1e-3, 1e-5, 1e-6]));
      applyGradients(optimizer, tf.tensor1d(adamSchedule(1, 1, settings)));
    });
    expectClose((await readParameters(parameters)).w.data, [-0.990099, -0.5, -0.090909], 1e-6);
    disposeOptimizer(optimizer);
    disposeParameters(parameters);
  });

  it("accumulateGradients() adds a second loss, scaled, to the same buffer: ∇PPO + γ·∇LM", async () => {
    // By hand: ∇(Σ x²) = 2x, ∇(Σ x³) = 3x², so the buffer is 2x + γ·3x².
    const settings = { adamBeta1: 0.9, adamBeta2: 0.95, adamEpsilon: 1e-8, maxGradNorm: 0, weightDecay: 0 };
    const parameters = createParameters({ w: { shape: [2], data: Float32Array.of(1, -2) } });
    const optimizer = createOptimizer(parameters, settings);
    const { w } = parameters;
    const square = () => ({ loss: tf.sum(tf.mul(w, w)), stats: {} });
    const cube = () => ({ loss: tf.sum(tf.mul(w, tf.mul(w, w))), stats: {} });
    const gradient = tf.tidy(() => {
      optimizer.buffer.w.assign(tf.tensor1d([NaN, 7])); // what an earlier step left must not matter
      accumulateGradients(optimizer, 1, 0, square);
      return accumulateGradients(optimizer, 0.5, 1, cube).gradients.w;
    });
    expectClose((await readParameters(optimizer.buffer)).w.data, [2 + 1.5, -4 + 6], 1e-6);
    expectClose(await gradient.data(), [3, 12], 1e-6);
    gradient.dispose();
    disposeOptimizer(optimizer);
    disposeParameters(parameters);
  });

  it("accumulateGradients() refuses a loss that does not reach a parameter", () => {
    const settings = { adamBeta1: 0.9, adamBeta2: 0.95, adamEpsilon: 1e-8, maxGradNorm: 0, weightDecay: 0 };
    const parameters = parametersOf({ matrix: [1, 2, 3, 4, 5, 6], bias: [1, 2] });
    const optimizer = createOptimizer(parameters, settings);
    const body = () => ({ loss: tf.sum(parameters.bias), stats: {} });
    assert.throws(
      () => tf.tidy(() => accumulateGradients(optimizer, 1, 0, body).loss),
      /does not reach the parameter matrix/,
    );
    disposeOptimizer(optimizer);
    disposeParameters(parameters);
  });
});
