import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { rankingPairs } from "../../extension/algorithms/rankingPairs";
import { ops } from "../../extension/engine/ops";
import { languageModelLoss } from "../../extension/losses/languageModelLoss";
import { maskedMean } from "../../extension/losses/maskedMean";
import { pairwiseLoss, type Comparisons } from "../../extension/losses/pairwiseLoss";
import { policyLoss } from "../../extension/losses/policyLoss";
import { valueLoss } from "../../extension/losses/valueLoss";
import { comparisonInputs } from "../../extension/trainer/rewardModel";
import golden from "../golden/losses.json";
import { onEachBackend } from "../support/backends";
import { expectClose } from "../support/expectClose";
import { expectParity } from "../support/expectParity";

const tolerance = 1e-5;

/** Named results and the gradient of `loss` by one input. */
async function withGradient<N extends string>(
  point: readonly number[],
  body: (x: Tensor) => Record<N, Tensor> & { readonly loss: Tensor },
): Promise<Record<N | "loss" | "gradient", Float32Array>> {
  const results = tf.tidy(() => {
    const x = tf.tensor1d([...point]);
    const gradient = tf.grad((at: Tensor) => body(at).loss as tf.Scalar)(x);
    return { ...body(x), gradient };
  });
  const read = Object.entries<Tensor>(results).map(
    async ([name, tensor]) => [name, Float32Array.from(await tensor.data())] as const,
  );
  const values = Object.fromEntries(await Promise.all(read));
  tf.dispose(results);
  return values as Record<N | "loss" | "gradient", Float32Array>;
}

const floats = (data: readonly number[]): Tensor => tf.tensor1d([...data]);
const integers = (data: ArrayLike<number>): Tensor => tf.tensor1d(Array.from(data), "int32");

/** Rows of the rankings' responses, as the reward model's trainer makes them. */
function comparisonsOf(rankings: readonly (readonly number[][])[], ties: "drop" | "soft"): Comparisons {
  const items = rankings.map((tiers, i) => ({
    id: String(i),
    sequences: tiers.flat().map(() => ({ prompt: [], response: [] })),
    pairs: rankingPairs(
      tiers.map((tier) => tier.map(String)),
      ties,
    ).map(({ winner, loser, target }) => ({ winner: Number(winner), loser: Number(loser), target })),
  }));
  const inputs = comparisonInputs(items);
  return {
    winners: integers(inputs.winners.data),
    losers: integers(inputs.losers.data),
    targets: floats([...inputs.targets.data]),
    weights: floats([...inputs.weights.data]),
  };
}

/** Runs the same check on every case of the golden file; a failure says which case it was. */
async function everyCase(check: (golden: Case) => Promise<void>): Promise<void> {
  assert.equal(golden.cases.length, 100);
  for (const [i, example] of golden.cases.entries())
    try {
      await check(example);
    } catch (error) {
      if (error instanceof Error) error.message = `case ${i}, ${example.kind}: ${error.message}`;
      throw error;
    }
}
type Case = (typeof golden.cases)[number];

onEachBackend("losses", () => {
  it("tokenLogprobs() and languageModelLoss() agree with an independent script, gradient by the logits too", () =>
    everyCase(async ({ language, mask }) => {
      const found = await withGradient(language.logits, (x) => {
        const logits = tf.reshape(x, [mask.length, language.vocabulary]);
        const logprobs = ops().tokenLogprobs(logits, integers(language.targets), language.temperature);
        return { logprobs, loss: languageModelLoss(logprobs, floats(mask)) };
      });
      expectClose(found.logprobs, language.logprobs, tolerance, "logprobs");
      expectClose(found.loss, [language.loss], tolerance, "loss");
      expectParity(found.gradient, language.gradient, tolerance, "gradient");
    }));

  it("entropy() and maskedMean() agree with an independent script, gradient by the logits too", () =>
    everyCase(async ({ language, mask }) => {
      const found = await withGradient(language.logits, (x) => {
        const entropies = ops().entropy(
          tf.reshape(x, [mask.length, language.vocabulary]),
          language.temperature,
        );
        return { entropies, loss: maskedMean(entropies, floats(mask)) };
      });
      expectClose(found.entropies, language.entropies, tolerance, "entropies");
      expectClose(found.loss, [language.entropy], tolerance, "mean entropy");
      expectParity(found.gradient, language.entropyGradient, tolerance, "gradient");
    }));

  it("policyLoss() and its statistics agree with an independent script, gradient by the log-probs too", () =>
    everyCase(async ({ policy, mask }) => {
      const { clipRange } = policy;
      const found = await withGradient(policy.logprobs, (logprobs) =>
        policyLoss({
          logprobs,
          oldLogprobs: floats(policy.oldLogprobs),
          advantages: floats(policy.advantages),
          mask: floats(mask),
          clipRange,
        }),
      );
      for (const name of ["loss", "clipFraction", "k1", "k3", "ratioDeviation"] as const)
        expectClose(found[name], [policy[name]], tolerance, name);
      expectParity(found.gradient, policy.gradient, tolerance, "gradient");
    }));

  it("valueLoss() agrees with an independent script, clipped and not, gradient by the values too", () =>
    everyCase(async ({ value, mask }) => {
      const loss = (clipRangeValue: number) => (values: Tensor) =>
        valueLoss({
          values,
          oldValues: floats(value.oldValues),
          returns: floats(value.returns),
          mask: floats(mask),
          clipRangeValue,
        });
      const clipped = await withGradient(value.values, loss(value.clipRangeValue));
      expectClose(clipped.loss, [value.loss], tolerance, "loss");
      expectClose(clipped.clipFraction, [value.clipFraction], tolerance, "clipFraction");
      expectParity(clipped.gradient, value.gradient, tolerance, "gradient");
      const plain = await withGradient(value.values, loss(0));
      expectClose(plain.loss, [value.plainLoss], tolerance, "plain loss");
      expectClose(plain.clipFraction, [0], tolerance, "plain clipFraction");
      expectParity(plain.gradient, value.plainGradient, tolerance, "plain gradient");
    }));

  it("pairwiseLoss() agrees with an independent script for K = 2 to 9, ties dropped and soft, gradient by the scores too", () =>
    everyCase(async ({ pairwise }) => {
      for (const ties of ["drop", "soft"] as const) {
        const expected = pairwise[ties];
        const found = await withGradient(pairwise.scores, (scores) =>
          pairwiseLoss(scores, comparisonsOf(pairwise.rankings, ties)),
        );
        expectClose(found.loss, [expected.loss], tolerance, `${ties}, loss`);
        expectClose(found.accuracy, [expected.accuracy], tolerance, `${ties}, accuracy`);
        expectParity(found.gradient, expected.gradient, tolerance, `${ties}, gradient`);
      }
    }));

  it("losses of microbatches with the minibatch's count add up to the loss of the minibatch", () =>
    everyCase(async ({ policy, value, language, mask }) => {
      const count = mask.reduce((a, b) => a + b, 0);
      const part = (i: number) => (data: readonly number[]) => floats(i < 0 ? data : data.slice(i, i + 1));
      const losses = (i: number): Tensor => {
        const of = part(i);
        const shared = { mask: of(mask), count: i < 0 ? undefined : count };
        return tf.stack([
          policyLoss({
            ...shared,
            logprobs: of(policy.logprobs),
            oldLogprobs: of(policy.oldLogprobs),
            advantages: of(policy.advantages),
            clipRange: policy.clipRange,
          }).loss,
          valueLoss({
            ...shared,
            values: of(value.values),
            oldValues: of(value.oldValues),
            returns: of(value.returns),
            clipRangeValue: value.clipRangeValue,
          }).loss,
          languageModelLoss(of(language.logprobs), shared.mask, shared.count),
        ]);
      };
      const found = tf.tidy(() => tf.addN(mask.map((_, i) => losses(i))));
      expectClose(await found.data(), [policy.loss, value.loss, language.loss], tolerance);
      found.dispose();
    }));
});
