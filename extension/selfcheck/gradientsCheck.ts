import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { createRng } from "../algorithms/rng";
import { paddedSize } from "../engine/compiledStep";
import { lossAndGradients, type Parameters } from "../engine/gradients";
import { ops, setOps } from "../engine/ops";
import { disposeParameters } from "../engine/parameters";
import { referenceOps } from "../engine/referenceOps";
import { weightedLoss, languageModelInputs, evenWeights } from "../trainer/languageModel";
import type { CheckOptions, CheckResult } from "./checks";
import { letterModel, letterSequences } from "./smallPpo";

/**
 * Gradients of a small GPT's loss with the backend's operations: against the plain composition, entry by entry, and against central
 * differences along random directions.
 */
export async function gradientsCheck({ seed }: CheckOptions): Promise<CheckResult> {
  const model = letterModel(seed);
  const batch = evenWeights(letterSequences(4, seed));
  const inputs = languageModelInputs(model, batch, { dropout: 0, seed: 0 });
  const lossOf = (): Tensor => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, { data, shape }]) => [
        name,
        tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"),
      ]),
    );
    return weightedLoss(model, tensors, paddedSize(batch.sequences.length)).loss;
  };
  const gradientsOf = async (): Promise<Record<string, Float32Array>> => {
    const gradients = tf.tidy(() => ({
      ...lossAndGradients(model.parameters, () => ({ loss: lossOf(), stats: {} })).gradients,
    }));
    const values = await Promise.all(
      Object.entries(gradients).map(async ([name, g]) => [name, Float32Array.from(await g.data())] as const),
    );
    tf.dispose(gradients);
    return Object.fromEntries(values);
  };
  const fast = ops();
  const found = await gradientsOf();
  setOps(referenceOps);
  const expected = await gradientsOf();
  setOps(fast);
  const composition = Math.max(
    ...Object.keys(expected).map((name) => relativeDifference(found[name], expected[name])),
  );
  const differences = await directionalDifference(model.parameters, found, () => lossOf(), seed);
  disposeParameters(model.parameters);
  return { passed: composition <= 1e-4 && differences <= 2e-2, figures: { composition, differences } };
}

function relativeDifference(a: Float32Array, b: Float32Array): number {
  const scale = Math.max(1e-6, ...b.map(Math.abs));
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]))) / scale;
}

/** |(L(w + εd) − L(w − εd))/2ε − ∇L·d| relative to |∇L·d|, the worst of a few directions d. */
async function directionalDifference(
  parameters: Parameters,
  gradients: Record<string, Float32Array>,
  lossOf: () => Tensor,
  seed: number,
): Promise<number> {
  const rng = createRng(seed).split("directions");
  let worst = 0;
  for (let trial = 0; trial < 3; trial++) {
    // Along the gradient itself, disturbed: large enough to stand out of 32-bit rounding.
    const direction = Object.fromEntries(
      Object.entries(gradients).map(([name, g]) => [name, g.map((x) => x * (0.5 + rng.uniform()))]),
    );
    let [slope, norm] = [0, 0];
    for (const [name, d] of Object.entries(direction))
      d.forEach((x, i) => {
        slope += x * gradients[name][i];
        norm += x * x;
      });
    const epsilon = 0.02 / Math.sqrt(norm);
    const shifted = async (sign: number): Promise<number> => {
      for (const [name, d] of Object.entries(direction)) move(parameters[name], d, sign * epsilon);
      const loss = tf.tidy(lossOf);
      const value = (await loss.data())[0];
      loss.dispose();
      for (const [name, d] of Object.entries(direction)) move(parameters[name], d, -sign * epsilon);
      return value;
    };
    const estimate = ((await shifted(1)) - (await shifted(-1))) / (2 * epsilon);
    worst = Math.max(worst, Math.abs(estimate - slope) / Math.abs(slope));
  }
  return worst;
}

function move(variable: tf.Variable, direction: Float32Array, by: number): void {
  tf.tidy(() => variable.assign(tf.add(variable, tf.mul(tf.tensor(direction, variable.shape), by))));
}
