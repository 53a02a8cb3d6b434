import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createOptimizer, disposeOptimizer, type Optimizer } from "../../extension/engine/optimizer";
import { createParameters, readParameters, writeParameters } from "../../extension/engine/parameters";
import { initialHead } from "../../extension/model/heads";
import { gptShared } from "../../extension/model/network";
import { headValues, responseLogprobs } from "../../extension/model/score";
import { responsePositions } from "../../extension/model/sequences";
import type { PpoConfig } from "../../extension/protocol/runConfig";
import type { EpisodeRecord } from "../../extension/protocol/trainerEvents";
import { drain, letterEnd, letterPpo, letterSequences } from "../../extension/selfcheck/smallPpo";
import { languageModelStep, evenWeights } from "../../extension/trainer/languageModel";
import { trainPpo } from "../../extension/trainer/ppo";
import { ppoUpdate, type Learners } from "../../extension/trainer/ppoUpdate";
import { sampleRollout } from "../../extension/trainer/rollout";
import { expectClose } from "../support/expectClose";
import { expectParity } from "../support/expectParity";
import { busyPpo, runPpo } from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";

/** A temperature that is not 1, so that a log-prob which forgets it is another. */
const plain: PpoConfig = { ...busyPpo, entropyCoef: 0, ptxCoef: 0.3, maxGradNorm: 0, temperature: 0.8 };
type Pretraining = Parameters<typeof ppoUpdate>[4];
const still = { step: 1, learningRate: 0, valueLearningRate: 0 };

/** A policy with a value head, its optimizer and a rollout; advantages alternate, returns are 1. */
async function sharedLearner() {
  const parts = await letterPpo(11);
  const head = createParameters(initialHead(16, "linear", "value", "zeros"));
  const model = { ...parts.policyModel, parameters: { ...parts.policyModel.parameters, ...head } };
  const policy = gptShared(model);
  const optimizer = createOptimizer(policy.parameters, { ...plain, weightDecay: 0 });
  const learners: Learners = { type: "shared", policy, policyOptimizer: optimizer };
  const prompts = letterSequences(12, 4).map(({ prompt }, i) => ({ id: `p${i}`, text: "", tokens: prompt }));
  const models = { policy, referencePolicy: parts.referencePolicy, value: policy, endToken: letterEnd };
  const rollout = await sampleRollout(models, prompts, plain, 3, "rollout");
  const members = rollout.episodes.map((_, i) => i);
  const estimates = {
    advantages: rollout.responseMask.map((m, i) => m * (i % 2 === 0 ? 1 : -0.5)),
    returns: rollout.responseMask,
  };
  return { model, policy, optimizer, learners, rollout, members, estimates };
}

const bufferOf = async (buffer: Optimizer["buffer"]): Promise<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.entries(await readParameters(buffer)).map(([name, { data }]) => [name, data.slice()]),
  );

/** a + factor·b, array by array; what only one of them has counts alone. */
function combined(
  a: Readonly<Record<string, Float32Array>>,
  factor: number,
  b: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> {
  const entries = Object.entries(a).map(([name, data]) => {
    return [name, data.map((x, i) => x + factor * (b[name]?.[i] ?? 0))] as const;
  });
  return Object.fromEntries(entries);
}

function expectBuffers(
  found: Readonly<Record<string, Float32Array>>,
  expected: Readonly<Record<string, Float32Array>>,
): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  for (const [name, data] of Object.entries(expected)) expectParity(found[name], data, 2e-5, name);
}

const normOf = (buffer: Readonly<Record<string, Float32Array>>): number =>
  Math.sqrt(Object.values(buffer).reduce((sum, data) => sum + data.reduce((a, x) => a + x * x, 0), 0));

describe("invariants of PPO", () => {
  before(() => useTestBackend());
  after(() => useTestBackend("cpu"));

  it("ppoUpdate() with pretraining has the gradient ∇PPO + γ·∇LM, in one buffer, and logs the ratio of their norms", async () => {
    const { model, optimizer, learners, rollout, members, estimates } = await sharedLearner();
    const sequences = letterSequences(6, 8);
    const update = (ptx: Pretraining) =>
      ppoUpdate(learners, rollout, estimates, members, ptx, null, { config: plain, ...still });
    const alone = await update(null);
    const ofPpo = await bufferOf(optimizer.buffer);
    assert.ok(Number.isNaN(alone.ptxLoss) && Number.isNaN(alone.ptxGradNormRatio));

    const trunk = Object.fromEntries(
      Object.entries(model.parameters).filter(([name]) => !name.startsWith("value.")),
    );
    const trunkOptimizer = createOptimizer(trunk, { ...plain, weightDecay: 0 });
    const settings = { step: 1, learningRate: 0, dropout: 0, seed: 0 };
    const language = await languageModelStep(model, trunkOptimizer, evenWeights(sequences), settings);
    const ofLanguage = await bufferOf(trunkOptimizer.buffer);
    disposeOptimizer(trunkOptimizer);

    const together = await update({ model, sequences });
    expectBuffers(await bufferOf(optimizer.buffer), combined(ofPpo, 0.3, ofLanguage));
    expectClose(together.ptxLoss, language.loss, 1e-5);
    expectClose(together.ptxGradNormRatio, (0.3 * normOf(ofLanguage)) / normOf(ofPpo), 1e-4);
    expectClose(together.policyGradNorm, normOf(combined(ofPpo, 0.3, ofLanguage)), 1e-4);
    disposeOptimizer(optimizer);
  });

  it("ppoUpdate() with pretraining in parts has the gradient of the whole, to 1e-5, and says the same of it", async () => {
    const { model, optimizer, learners, rollout, members, estimates } = await sharedLearner();
    const sequences = letterSequences(7, 8);
    const update = async (changes: Partial<PpoConfig>) => {
      const config = { ...plain, ...changes };
      const ptx = { model, sequences };
      const stats = await ppoUpdate(learners, rollout, estimates, members, ptx, null, { config, ...still });
      return { stats, gradient: await bufferOf(optimizer.buffer) };
    };
    const whole = await update({});
    const tensors = tf.memory().numTensors;
    // Twelve episodes in parts of 4 or 6; 7 sequences in parts of 2, of 4, and of 5.
    for (const [microbatch, ptxPerEpisode] of [
      [4, 0.5],
      [4, 1],
      [6, 0.75],
    ]) {
      const parts = await update({ microbatch, ptxPerEpisode });
      for (const [name, data] of Object.entries(whole.gradient))
        expectParity(parts.gradient[name], data, 1e-5, name);
      for (const name of ["ptxLoss", "ptxGradNormRatio", "policyGradNorm"] as const)
        expectClose(parts.stats[name], whole.stats[name], 1e-5, name);
    }
    assert.equal(tf.memory().numTensors, tensors, "a buffer of parts was left behind");
    disposeOptimizer(optimizer);
  });

  it("ppoUpdate() on one trunk weighs the value's gradient with valueCoef and the entropy's with −entropyCoef", async () => {
    const { optimizer, learners, rollout, members, estimates } = await sharedLearner();
    const gradient = async (changes: Partial<PpoConfig>) => {
      await ppoUpdate(learners, rollout, estimates, members, null, null, { config: { ...plain, ...changes }, ...still }); // prettier-ignore
      return bufferOf(optimizer.buffer);
    };
    const policyOnly = await gradient({ valueCoef: 0 });
    const withValue = await gradient({ valueCoef: 1 });
    const value = combined(withValue, -1, policyOnly);
    expectBuffers(await gradient({ valueCoef: 0.25 }), combined(policyOnly, 0.25, value));
    // By hand: V = 0 everywhere, so that ∂/∂bias of ½·mean (V − R)² is −mean R = −1.
    expectClose(value["value.bias"], [-1], 1e-5);
    const withEntropy = await gradient({ valueCoef: 0, entropyCoef: 1 });
    const bonus = combined(withEntropy, -1, policyOnly);
    assert.ok(normOf(bonus) > 1e-3);
    expectBuffers(await gradient({ valueCoef: 0, entropyCoef: 0.5 }), combined(policyOnly, 0.5, bonus));
    disposeOptimizer(optimizer);
  });

  it("ppoUpdate() makes likelier what has a positive advantage, and values what the returns say", async () => {
    const { policy, optimizer, learners, rollout, members, estimates } = await sharedLearner();
    const sequences = rollout.episodes.map((episode) => episode.sequence);
    const weighted = async (): Promise<number> => {
      const { logprobs } = await responseLogprobs(policy, sequences, plain.temperature);
      const advantage = (b: number, t: number): number => estimates.advantages[b * rollout.columns + t];
      return logprobs.reduce((sum, row, b) => sum + row.reduce((a, x, t) => a + x * advantage(b, t), 0), 0);
    };
    const error = async (): Promise<number> => {
      const values = await headValues(policy, sequences, responsePositions);
      return values.reduce((sum, row) => sum + row.reduce((a, v) => a + (v - 1) * (v - 1), 0), 0);
    };
    const [likelihood, squares] = [await weighted(), await error()];
    const settings = { config: { ...plain, valueCoef: 1 }, ...still, learningRate: 1e-3 };
    await ppoUpdate(learners, rollout, estimates, members, null, null, settings);
    assert.ok((await weighted()) > likelihood, "policy");
    assert.ok((await error()) < squares, "value");
    disposeOptimizer(optimizer);
  });

  it("ppoUpdate() raises the entropy where nothing else has a gradient and the bonus is on", async () => {
    const { policy, optimizer, learners, rollout, members, estimates } = await sharedLearner();
    const sequences = rollout.episodes.map((episode) => episode.sequence);
    const entropy = async (): Promise<number> => {
      const { entropies } = await responseLogprobs(policy, sequences, plain.temperature);
      return entropies.reduce((sum, row) => sum + row.reduce((a, x) => a + x, 0), 0);
    };
    const before = await entropy();
    const nothing = { ...estimates, advantages: estimates.advantages.map(() => 0) };
    const config = { ...plain, valueCoef: 0, entropyCoef: 1 };
    await ppoUpdate(learners, rollout, nothing, members, null, null, {
      config,
      ...still,
      learningRate: 1e-3,
    });
    assert.ok((await entropy()) > before + 1e-3, `${before} -> ${await entropy()}`);
    disposeOptimizer(optimizer);
  });

  it("the first minibatch has ratio 1, no clip and no divergence, and its loss is −mean Â", async () => {
    const { optimizer, learners, rollout, members, estimates } = await sharedLearner();
    const stats = await ppoUpdate(learners, rollout, estimates, members, null, null, {
      config: plain,
      ...still,
    });
    assert.ok(stats.ratioDeviation <= 1e-5 && stats.clipFraction === 0, JSON.stringify(stats));
    assert.ok(Math.abs(stats.k1) <= 1e-6 && Math.abs(stats.k3) <= 1e-8, JSON.stringify(stats));
    const tokens = rollout.responseMask.reduce((a, b) => a + b, 0);
    expectClose(stats.policyLoss, -estimates.advantages.reduce((a, b) => a + b, 0) / tokens, 1e-5);
    // By hand: V = 0, R = 1, and no value has moved.
    expectClose(stats.valueLoss, 0.5, 1e-5);
    assert.equal(stats.valueClipFraction, 0);
    disposeOptimizer(optimizer);
  });

  it("ppoUpdate() clips a value that has moved around what it was at the rollout", async () => {
    const { model, optimizer, learners, rollout, members, estimates } = await sharedLearner();
    const bias = { "value.bias": model.parameters["value.bias"] };
    writeParameters(bias, { "value.bias": { shape: [1], data: Float32Array.of(0.5) } });
    // By hand: V_old = 0, V = ½, R = 1: (½ − 1)² = 0.25, and clipped at 0.1 (0.1 − 1)² = 0.81, the larger.
    const stats = await ppoUpdate(learners, rollout, estimates, members, null, null, {
      config: plain,
      ...still,
    });
    assert.equal(plain.clipRangeValue, 0.1);
    expectClose([stats.valueLoss, stats.valueClipFraction], [0.405, 1], 1e-5);
    disposeOptimizer(optimizer);
  });

  it("sampleRollout() measures what it sampled: log-probs, reference, entropies and values of each token at its place", async () => {
    const { policy, optimizer, rollout } = await sharedLearner();
    const sequences = rollout.episodes.map((episode) => episode.sequence);
    const { logprobs, entropies } = await responseLogprobs(policy, sequences, plain.temperature);
    rollout.episodes.forEach(({ sequence, endReached }, b) => {
      const length = sequence.response.length;
      const row = (data: Float32Array): Float32Array =>
        data.subarray(b * rollout.columns, (b + 1) * rollout.columns);
      const padded = (data: ArrayLike<number>): number[] =>
        Array.from({ length: rollout.columns }, (_, t) => data[t] ?? 0);
      expectClose(row(rollout.responseMask), padded(new Array(length).fill(1)), 0);
      expectClose(row(rollout.logprobs), padded(logprobs[b]), 1e-5);
      expectClose(row(rollout.referenceLogprobs), padded(logprobs[b]), 1e-5); // the same weights
      expectClose(row(rollout.entropies), padded(entropies[b]), 1e-5);
      assert.equal(endReached, sequence.response.at(-1) === letterEnd);
      assert.ok(length === plain.responseTokens || endReached);
      assert.equal(sequence.response.slice(0, -1).includes(letterEnd), false);
    });
    assert.ok(rollout.cachedDifference <= 1e-4);
    disposeOptimizer(optimizer);
  });

  it("trainPpo() logs episodes whose numbers follow from one another", async () => {
    const settings = { ...busyPpo, whitenAdvantages: false, gamma: 0.9, lambda: 0.8, loggedEpisodes: 16, klCoef: 0.2, klController: "constant" } as const; // prettier-ignore
    const { events, states } = await runPpo(settings);
    const divisor = Number(states.get(0)?.numbers.scoreDivisor);
    assert.ok(divisor > 0 && divisor !== 1);
    const episodes = events.flatMap((event) => (event.type === "iteration" ? event.episodes : []));
    assert.equal(episodes.length, 4 * 16);
    for (const episode of episodes) expectConsistent(episode, divisor, settings);
    assert.ok(episodes.some(({ ratiosAfter }) => ratiosAfter.some((ratio) => Math.abs(ratio - 1) > 1e-3)));
    assert.ok(
      episodes.some(({ endReached }) => endReached) && episodes.some(({ endReached }) => !endReached),
    );
  });

  it("trainPpo() goes on with a KL coefficient that was changed by hand, adaptive or not", async () => {
    for (const klController of ["constant", "adaptive"] as const) {
      const begin = { ...busyPpo, klCoef: 0.2, klController, klTarget: 5, klHorizon: 1e3 };
      const settings = (iteration: number): PpoConfig => (iteration < 2 ? begin : { ...begin, klCoef: 0.7 });
      const { events } = await drain(trainPpo(await letterPpo(11, { settings }, begin)));
      const used = events.flatMap((event) =>
        event.type === "iteration" ? [event.values["objective/klCoef"]] : [],
      );
      const moved = klController === "adaptive";
      assert.equal(used[0], 0.2);
      assert.equal(used[1], 0.2);
      assert.equal(used[2], 0.7);
      assert.equal(used[3] !== 0.7 && Math.abs(Number(used[3]) - 0.7) < 0.02, moved);
    }
  });

  it("trainPpo() whitens advantages over the batch, and rewards keep their mean, without false alarms", async () => {
    const { events } = await runPpo({ ...busyPpo, whitenRewards: true, loggedEpisodes: 16 });
    assert.deepEqual(
      events.filter(({ type }) => type === "warning"),
      [],
    );
    for (const event of events) {
      if (event.type !== "iteration") continue;
      const of = (name: "advantages" | "rewards"): number[] =>
        event.episodes.flatMap((episode) => episode[name]);
      const variance = (xs: readonly number[]): number => {
        const mean = xs.reduce((a, b) => a + b, 0) / xs.length;
        return xs.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / xs.length;
      };
      const advantages = of("advantages");
      expectClose(advantages.reduce((a, b) => a + b, 0) / advantages.length, 0, 1e-5);
      expectClose(variance(advantages), 1, 1e-4);
      expectClose(variance(of("rewards")), 1, 1e-4);
    }
  });

  it("trainPpo() draws exactly the configured number of prompts and pretraining sequences", async () => {
    const { states } = await runPpo({ ...busyPpo, ppoEpochs: 1, ptxPerEpisode: 0.75 });
    // 4 prompts for the scale, then 16 episodes in each of 4 iterations, and 12 sequences for each of 3 updates; epochs of 64.
    const drawn = (cursor: unknown): number => {
      const { epoch, position } = cursor as { epoch: number; position: number };
      return 64 * epoch + position;
    };
    const { prompts, pretraining, step } = states.get(3)?.numbers ?? {};
    assert.deepEqual([drawn(prompts), drawn(pretraining), step], [4 + 4 * 16, 36, 6]);
  });

  it("trainPpo() moves β by the controller, from the iteration's own KL, and by nothing in iteration 0", async () => {
    const { events } = await runPpo({ ...busyPpo, klTarget: 0.05, klHorizon: 100, klCoef: 0.1 });
    const lines = events.flatMap((event) => (event.type === "iteration" ? [event.values] : []));
    let expected = 0.1;
    lines.forEach((values, iteration) => {
      expectClose(values["objective/klCoef"], expected, 1e-6, `β of iteration ${iteration}`);
      const error = Math.max(-0.2, Math.min(0.2, values["objective/klPolicyReference"] / 0.05 - 1));
      if (iteration > 0) expected *= 1 + (error * 16) / 100;
    });
    assert.notEqual(expected, 0.1);
  });

  it("trainPpo() ends an iteration's updates early when the policy has moved too far", async () => {
    const steps = async (targetKl: number): Promise<number> => {
      const { states } = await runPpo({ ...busyPpo, targetKl });
      return Number(states.get(3)?.numbers.step);
    };
    assert.equal(await steps(0), 3 * 4);
    assert.equal(await steps(1e6), 3 * 4);
    assert.ok((await steps(1e-9)) < 3 * 4);
  });
});

/** Rewards, KL, advantages and returns of a logged episode, from its log-probs, score and values. */
function expectConsistent(episode: EpisodeRecord, divisor: number, config: PpoConfig): void {
  const { logprobs, referenceLogprobs, values } = episode;
  const length = episode.responseTokens.length;
  for (const list of [
    logprobs,
    referenceLogprobs,
    values,
    episode.rewards,
    episode.advantages,
    episode.returns,
    episode.entropies,
    episode.ratiosAfter,
    episode.alternatives,
  ])
    // prettier-ignore
    assert.equal(list.length, length);
  const differences = logprobs.map((logprob, t) => logprob - referenceLogprobs[t]);
  expectClose(
    episode.kl,
    differences.reduce((a, b) => a + b, 0),
    1e-5,
    "kl",
  );
  const score = episode.score / divisor - (episode.endReached ? 0 : config.missingEndPenalty);
  const rewards = differences.map((d, t) => (t === length - 1 ? score : 0) - config.klCoef * d);
  expectClose(episode.rewards, rewards, 1e-4, "rewards");
  let advantage = 0;
  for (let t = length - 1; t >= 0; t--) {
    const delta = rewards[t] + config.gamma * (values[t + 1] ?? 0) - values[t];
    advantage = delta + config.gamma * config.lambda * advantage;
    expectClose(episode.advantages[t], advantage, 1e-4, "advantage");
    expectClose(episode.returns[t], advantage + values[t], 1e-4, "return");
    const likeliest = episode.alternatives[t].policy;
    assert.deepEqual(
      likeliest,
      [...likeliest].sort((a, b) => b[1] - a[1]),
    );
    const own = likeliest.find(([token]) => token === episode.responseTokens[t]);
    if (own) expectClose(own[1], logprobs[t], 1e-4, "alternative");
  }
}
