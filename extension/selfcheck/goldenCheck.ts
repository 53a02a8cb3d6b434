import * as tf from "@tensorflow/tfjs-core";
import { bestOfNKl } from "../algorithms/bestOfN";
import { gae } from "../algorithms/gae";
import { nextKlCoef } from "../algorithms/klController";
import { log } from "../algorithms/exactMath";
import { scaleToUnitVariance } from "../algorithms/whiten";
import { adamSchedule, applyGradients, createOptimizer, disposeOptimizer } from "../engine/optimizer";
import { createParameters, disposeParameters, readParameters } from "../engine/parameters";
import { pairwiseLoss } from "../losses/pairwiseLoss";
import { policyLoss } from "../losses/policyLoss";
import { valueLoss } from "../losses/valueLoss";
import type { CheckResult } from "./checks";

/** Known values of the pipeline's arithmetic, computed elsewhere, against the product's functions on the backend that runs. */
export async function goldenCheck(): Promise<CheckResult> {
  const figures: Record<string, number> = {};
  const expect = (name: string, found: ArrayLike<number>, expected: readonly number[]): void => {
    figures[name] = Math.max(
      ...expected.map((value, i) => Math.abs(found[i] - value)),
      found.length === expected.length ? 0 : Infinity,
    );
  };
  const mask = new Float32Array(4).fill(1);
  const rewards = Float32Array.of(-0.01, 0.02, -0.03, 1);
  const values = Float32Array.of(0.5, 0.4, 0.3, 0.2);
  const estimates = gae({ rewards, values, responseMask: mask, rows: 1, columns: 4, gamma: 1, lambda: 0.95 });
  expect("gae", estimates.advantages, [0.382575, 0.5185, 0.63, 0.8]);
  expect("returns", estimates.returns, [0.882575, 0.9185, 0.93, 1]);
  const nine = Float32Array.from({ length: 9 }, (_, i) => 1.2 + i / 10);
  expect(
    "whiten",
    scaleToUnitVariance(nine, new Float32Array(9).fill(1)).slice(0, 3),
    [0.0508, 0.4381, 0.8254],
  );
  expect("bestOfN", [2, 16, 256].map(bestOfNKl), [0.1931, 1.8351, 4.5491]);
  let klCoef = 0.15;
  const settings = { target: 6, horizon: 1e4, episodes: 512 };
  const moved = [0, 3, 6, 6.6, 12, 30].map(
    (observedKl) => (klCoef = nextKlCoef({ klCoef, observedKl, ...settings })),
  );
  expect("klController", moved, [0.148464, 0.146944, 0.146944, 0.147696, 0.149208, 0.150736]);
  await expectLosses(expect);
  await expectAdam(expect);
  const loose = new Set(["whiten", "bestOfN"]); // given to four decimals
  const passed = Object.entries(figures).every(
    ([name, deviation]) => deviation <= (loose.has(name) ? 6e-5 : 1e-5),
  );
  return { passed, figures };
}

type Expect = (name: string, found: ArrayLike<number>, expected: readonly number[]) => void;

async function expectLosses(expect: Expect): Promise<void> {
  const pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]; // prettier-ignore
  const ints = (data: readonly number[]) => tf.tensor1d([...data], "int32");
  const outputs = tf.tidy(() => {
    const comparisons = {
      winners: ints(pairs.map(([winner]) => winner)),
      losers: ints(pairs.map(([, loser]) => loser)),
      targets: tf.ones([6]),
      weights: tf.fill([6], 1 / 6),
    };
    const scores = tf.tensor1d([1, 0.3, 0.1, -0.5]);
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => pairwiseLoss(x, comparisons).loss as tf.Scalar)(
      scores,
    );
    const logs = (p: readonly number[]) => tf.tensor1d(p.map(log));
    const advantages = tf.tensor1d([1, -1, 2, -0.5]);
    const policy = policyLoss({
      logprobs: logs([0.3, 0.45, 0.05, 0.4]),
      oldLogprobs: logs([0.2, 0.5, 0.1, 0.4]),
      advantages,
      mask: tf.ones([4]),
      clipRange: 0.2,
    });
    const valueInputs = {
      values: tf.tensor1d([0.5, 1.1, 1.5, 0.5]),
      oldValues: tf.tensor1d([0, 1, 2, 0.5]),
      returns: tf.ones([4]),
      mask: tf.ones([4]),
      clipRangeValue: 0.2,
    };
    const { loss, clipFraction } = valueLoss(valueInputs);
    return {
      pairwise: value,
      pairwiseGradient: grad,
      policy: tf.stack([policy.loss, policy.clipFraction, policy.k1, policy.k3]),
      value: tf.stack([loss, clipFraction]),
    };
  });
  expect("pairwiseLoss", await outputs.pairwise.data(), [0.3920801]);
  expect(
    "pairwiseGradient",
    await outputs.pairwiseGradient.data(),
    [-0.133881, -0.071397, 0.064145, 0.141132],
  );
  expect("policyLoss", await outputs.policy.data(), [-0.2, 0.25, 0.098261, 0.073261]);
  expect("valueLoss", await outputs.value.data(), [0.1925, 0.5]);
  tf.dispose(outputs);
}

/** One Adam step of weight 0 with learning rate 1 and ε = 1e-5 moves by −g/(|g| + ε): the PyTorch form. */
async function expectAdam(expect: Expect): Promise<void> {
  const settings = { adamBeta1: 0.9, adamBeta2: 0.999, adamEpsilon: 1e-5, maxGradNorm: 0, weightDecay: 0 };
  const parameters = createParameters({ w: { shape: [3], data: new Float32Array(3) } });
  const optimizer = createOptimizer(parameters, settings);
  tf.tidy(() => {
    optimizer.buffer.w.assign(tf.tensor1d([1e-3, 1e-5, 1e-6]));
    applyGradients(optimizer, tf.tensor1d(adamSchedule(1, 1, settings)));
  });
  expect("adam", (await readParameters(parameters)).w.data, [-0.990099, -0.5, -0.090909]);
  disposeOptimizer(optimizer);
  disposeParameters(parameters);
}
