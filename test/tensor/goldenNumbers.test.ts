import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { klEstimates } from "../../extension/algorithms/klEstimators";
import { mean } from "../../extension/algorithms/statistics";
import { pairwiseLoss } from "../../extension/losses/pairwiseLoss";
import { policyLoss } from "../../extension/losses/policyLoss";
import { valueLoss } from "../../extension/losses/valueLoss";
import { defaultCheckOptions } from "../../extension/selfcheck/checks";
import { goldenCheck } from "../../extension/selfcheck/goldenCheck";
import { gradientsCheck } from "../../extension/selfcheck/gradientsCheck";
import { onEachBackend } from "../support/backends";
import { expectClose } from "../support/expectClose";

const floats = (...data: number[]): tf.Tensor => tf.tensor1d(data);

/** Loss and gradient by the scores of one prompt's pairs, each a winner and a loser. */
async function pairwise(scores: readonly number[], pairs: readonly (readonly [number, number])[]) {
  const { value, grad } = tf.tidy(() => {
    const comparisons = {
      winners: tf.tensor1d(
        pairs.map(([winner]) => winner),
        "int32",
      ),
      losers: tf.tensor1d(
        pairs.map(([, loser]) => loser),
        "int32",
      ),
      targets: tf.ones([pairs.length]),
      weights: tf.fill([pairs.length], 1 / pairs.length),
    };
    const loss = (x: tf.Tensor): tf.Scalar => pairwiseLoss(x, comparisons).loss as tf.Scalar;
    return tf.valueAndGrad(loss)(floats(...scores));
  });
  const [loss, gradient] = await Promise.all([value.data(), grad.data()]);
  tf.dispose([value, grad]);
  return { loss: loss[0], gradient };
}

// Source: computed independently with numpy from the equations, in float64; the losses also by hand.
onEachBackend("golden numbers", () => {
  it("pairwiseLoss() of four ranked scores is 0.3920801, its gradient sums to 0", async () => {
    const { loss, gradient } = await pairwise(
      [1, 0.3, 0.1, -0.5],
      [
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 2],
        [1, 3],
        [2, 3],
      ],
    );
    expectClose(loss, 0.3920801, 1e-6);
    expectClose(gradient, [-0.133881, -0.071397, 0.064145, 0.141132], 2e-6);
    expectClose(mean(gradient), 0, 1e-7);
  });

  it("pairwiseLoss() with the second and third tied and dropped is 0.3508684", async () => {
    const decided = [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 3],
      [2, 3],
    ] as const;
    expectClose((await pairwise([1, 0.3, 0.1, -0.5], decided)).loss, 0.3508684, 1e-6);
  });

  it("pairwiseLoss() of one pair is −log σ of its difference", async () => {
    for (const [difference, expected] of [
      [0, 0.6931472],
      [1, 0.3132617],
      [2, 0.126928],
      [-1, 1.3132617],
    ])
      expectClose((await pairwise([difference, 0], [[0, 1]])).loss, expected, 1e-6);
  });

  it("policyLoss() clips as in the table: loss −0.2, clip fraction 0.25, k1 0.098261, k2 0.081994, k3 0.073261", async () => {
    const [before, now] = [
      [0.2, 0.5, 0.1, 0.4],
      [0.3, 0.45, 0.05, 0.4],
    ].map((probabilities) => probabilities.map(Math.log));
    const found = tf.tidy(() => {
      const results = policyLoss({
        logprobs: floats(...now),
        oldLogprobs: floats(...before),
        advantages: floats(1, -1, 2, -0.5),
        mask: tf.ones([4]),
        clipRange: 0.2,
      });
      return tf.stack([results.loss, results.clipFraction, results.k1, results.k3, results.ratioDeviation]);
    });
    expectClose(await found.data(), [-0.2, 0.25, 0.098261, 0.073261, 0.5], 1e-6);
    found.dispose();
    expectClose(mean(klEstimates("k1", before, now)), 0.098261, 1e-6);
    expectClose(mean(klEstimates("k2", before, now)), 0.081994, 1e-6);
    expectClose(mean(klEstimates("k3", before, now)), 0.073261, 1e-6);
  });

  it("valueLoss() clips as in the table: loss 0.1925, clip fraction 0.5", async () => {
    const found = tf.tidy(() => {
      const results = valueLoss({
        values: floats(0.5, 1.1, 1.5, 0.5),
        oldValues: floats(0, 1, 2, 0.5),
        returns: floats(1, 1, 1, 1),
        mask: tf.ones([4]),
        clipRangeValue: 0.2,
      });
      return tf.stack([results.loss, results.clipFraction]);
    });
    expectClose(await found.data(), [0.1925, 0.5], 1e-6);
    found.dispose();
  });

  it("the product's own check finds all its golden numbers", async () => {
    const { passed, figures } = await goldenCheck();
    assert.ok(passed, JSON.stringify(figures));
  });

  it("the product's own check finds the gradients of a small GPT right", async () => {
    const { passed, figures } = await gradientsCheck({ ...defaultCheckOptions, seed: 7 });
    assert.ok(passed, JSON.stringify(figures));
  });
});
