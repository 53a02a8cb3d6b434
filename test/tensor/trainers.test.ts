import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng } from "../../extension/algorithms/rng";
import { shuffledSource } from "../../extension/data/source";
import { createOptimizer, disposeOptimizer, updateEma } from "../../extension/engine/optimizer";
import { ops, setOps } from "../../extension/engine/ops";
import { createParameters, disposeParameters, readParameters } from "../../extension/engine/parameters";
import { gptPolicy, gptShared } from "../../extension/model/network";
import { initialHead } from "../../extension/model/heads";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { meanLoss } from "../../extension/trainer/languageModel";
import { trainPpo } from "../../extension/trainer/ppo";
import { pretrain } from "../../extension/trainer/pretrain";
import {
  centreOnDemonstrations,
  rewardModelStep,
  scoreFeatures,
  scoreSequences,
  trainRewardModel,
  type RankedSequences,
} from "../../extension/trainer/rewardModel";
import { sft } from "../../extension/trainer/sft";
import {
  bitsOf,
  copyOf,
  drain,
  letterModel,
  letterPpo,
  letterSequences,
  metricLines,
  smallPpo,
} from "../../extension/selfcheck/smallPpo";
import { expectClose } from "../support/expectClose";
import { fingerprint, runRewardModel, smallRewardModel } from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";

const config = defaultConfig();
const still = { seed: 5, clock: () => 0, resume: null };

function rankings(count: number): RankedSequences[] {
  const texts = letterSequences(count * 4, 9);
  return Array.from({ length: count }, (_, i) => {
    const prompt = texts[4 * i].prompt;
    const sequences = texts.slice(4 * i, 4 * i + 4).map(({ response }) => ({ prompt, response }));
    const order = [0, 1, 2, 3].sort(
      (a, b) => sequences[b].response.length - sequences[a].response.length || a - b,
    );
    const pairs = order.flatMap((winner, place) =>
      order.slice(place + 1).map((loser) => ({ winner, loser, target: 1 })),
    );
    return { id: `r${i}`, sequences, pairs };
  });
}

describe("trainers", () => {
  before(() => useTestBackend());

  it("pretrain() learns the alphabet and leaves no tensor behind", async () => {
    const sequences = letterSequences(200, 1);
    const model = letterModel(3);
    const before = await meanLoss(model, sequences);
    const held = tf.memory().numTensors;
    const settings = {
      ...config.pretrain,
      steps: 60,
      batch: 16,
      learningRate: 1e-2,
      warmupSteps: 5,
      stepsPerIteration: 20,
      checkpointEvery: 1,
    };
    const live = new Set<number>();
    const events = pretrain({
      ...still,
      model,
      sequences: shuffledSource(sequences, 1, "s"),
      validation: sequences.slice(0, 20),
      settings: () => settings,
    });
    for await (const event of events) if (event.type === "progress") live.add(tf.memory().numTensors);
    assert.equal(live.size, 1, "the number of live tensors moves between steps");
    assert.equal(tf.memory().numTensors, held);
    const after = await meanLoss(model, sequences);
    assert.ok(after < before - 1, `loss ${before} -> ${after}`);
    disposeParameters(model.parameters);
  });

  it("sft() resumes to the same bits with dropout and the pretraining mix", async () => {
    const demonstrations = letterSequences(64, 2);
    const settings = {
      ...config.sft,
      batch: 8,
      dropout: 0.2,
      pretrainingShare: 0.25,
      stepsPerIteration: 4,
      checkpointEvery: 2,
    };
    const open = (resume: Parameters<typeof sft>[0]["resume"], weights: ReturnType<typeof letterModel>) =>
      sft({
        ...still,
        model: weights,
        demonstrations: shuffledSource(demonstrations, 5, "d", resume?.numbers.demonstrations),
        pretraining: shuffledSource(letterSequences(50, 8), 5, "p", resume?.numbers.pretraining),
        validation: demonstrations.slice(0, 8),
        pretrainingValidation: demonstrations.slice(8, 16),
        meanScore: null,
        settings: () => settings,
        resume,
      });
    const whole = await drain(open(null, letterModel(3)));
    const middle = whole.states.get(2);
    assert.ok(middle);
    const again = letterModel(4);
    for (const [name, variable] of Object.entries(again.parameters)) {
      const { data, shape } = middle.tensors[`policy/${name}`];
      tf.tidy(() => variable.assign(tf.tensor(data, [...shape])));
    }
    const rest = await drain(open(middle, again));
    assert.deepEqual(metricLines(rest.events), metricLines(whole.events).slice(3));
    const last = Math.max(...whole.states.keys());
    assert.deepEqual(bitsOf(rest.states.get(last)!), bitsOf(whole.states.get(last)!));
  });

  it("trainRewardModel() learns to prefer longer runs, and centres on the demonstrations", async () => {
    const items = rankings(96);
    const model = letterModel(3, true);
    const demonstrations = letterSequences(32, 4);
    const settings = {
      ...config.rm,
      promptsPerBatch: 8,
      epochs: 4,
      learningRate: 1e-2,
      stepsPerIteration: 10,
      checkpointEvery: 1,
    };
    const { events } = await drain(
      trainRewardModel({
        ...still,
        model,
        rankings: shuffledSource(items, 1, "r"),
        validation: items.slice(0, 32),
        demonstrations,
        noiseCeiling: NaN,
        settings: () => settings,
      }),
    );
    const last = events[events.length - 1];
    assert.ok(last.type === "iteration" && last.values["accuracy/validation"] > 0.9, JSON.stringify(last));
    const mean =
      (await scoreSequences(model, demonstrations)).reduce((a, b) => a + b, 0) / demonstrations.length;
    assert.ok(Math.abs(mean) < 1e-4, `mean score ${mean}`);
  });

  it("trainRewardModel() measures held-out labelers' comparisons and is otherwise the same run", async () => {
    const without = await runRewardModel();
    const { events, states } = await runRewardModel(smallRewardModel, 6);
    const heldOut = /^accuracy\/heldOutLabelers/;
    const rest = events.map((event) => {
      if (event.type !== "iteration") return event;
      const values = Object.fromEntries(Object.entries(event.values).filter(([name]) => !heldOut.test(name)));
      assert.ok(!("accuracy/validation" in values) || Object.keys(event.values).some((n) => heldOut.test(n)));
      return { ...event, values };
    });
    assert.equal(fingerprint({ events: rest, states }), fingerprint(without));
  });

  it("centreOnDemonstrations() leaves every difference of scores as it was", async () => {
    const model = letterModel(7, true);
    const texts = letterSequences(12, 3);
    const before = await scoreSequences(model, texts);
    await centreOnDemonstrations(model, texts.slice(0, 5));
    const after = await scoreSequences(model, texts);
    before.forEach((score, i) => assert.ok(Math.abs(score - before[0] - (after[i] - after[0])) < 1e-5));
  });

  it("scoreFeatures() are what the head projects to the score, of a linear head and of one with a hidden layer", async () => {
    const texts = letterSequences(12, 3);
    for (const kind of ["linear", "mlp"] as const) {
      const trunk = letterModel(7);
      const head = createParameters(initialHead(trunk.shape.width, kind, "score", createRng(2)));
      const model = { ...trunk, parameters: { ...trunk.parameters, ...head } };
      const scores = await scoreSequences(model, texts);
      const features = await scoreFeatures(model, texts);
      const { "score.weight": weight, "score.bias": bias } = await readParameters(head);
      for (const [i, row] of features.entries()) {
        assert.equal(row.length, trunk.shape.width);
        expectClose(
          row.reduce((sum, x, t) => sum + x * weight.data[t], bias.data[0]),
          scores[i],
          1e-5,
        );
      }
      disposeParameters(model.parameters);
    }
  });

  it("rewardModelStep() sends K responses of a prompt through the model, not C(K,2) pairs, and only last tokens through the last block's end", async () => {
    const model = letterModel(3, true);
    const optimizer = createOptimizer(model.parameters, { ...config.rm });
    const plain = ops();
    let rows = 0;
    setOps({
      ...plain,
      layerNorm: (x, gain, bias) => ((rows += x.shape[0]), plain.layerNorm(x, gain, bias)),
    });
    try {
      const item = rankings(1)[0];
      await rewardModelStep(model, optimizer, [item], { step: 1, learningRate: 0, dropout: 0, seed: 0 });
      const longest = Math.max(...item.sequences.map((s) => s.prompt.length + s.response.length));
      const padded = Math.ceil(longest / 8) * 8;
      assert.equal(item.pairs.length, 6);
      assert.equal(rows, 4 * padded + 2 * 4); // four responses: all of them through ln_1, the last tokens through ln_2 and ln_f
    } finally {
      setOps(plain);
      disposeOptimizer(optimizer);
    }
  });

  it("trainPpo() starts at the reference, keeps its invariants, changes the policy and nothing else", async () => {
    const parts = await letterPpo(11);
    const before = await readParameters({
      ...parts.referencePolicy.parameters,
      ...parts.rewardModel.parameters,
    });
    const start = await readParameters(parts.policy.parameters);
    const { events } = await drain(trainPpo(parts));
    const lines = events.flatMap((event) => (event.type === "iteration" ? [event] : []));
    assert.equal(lines.length, 5);
    assert.equal(lines[0].values["objective/klPolicyReference"], 0);
    for (const { values } of lines) {
      assert.ok(values["check/firstRatioDeviation"] <= 1e-6, `ratio ${values["check/firstRatioDeviation"]}`);
      assert.ok(
        values["check/cachedLogprobDifference"] <= 1e-5,
        `cache ${values["check/cachedLogprobDifference"]}`,
      );
      assert.ok(values["check/rewardSumDeviation"] <= 1e-5);
    }
    assert.equal(lines[1].values["policy/learningRate"], smallPpo.learningRate * 0.1);
    assert.equal(lines[3].values["policy/learningRate"], smallPpo.learningRate);
    assert.ok(lines[4].values["ptx/gradNormRatio"] > 0);
    assert.deepEqual(
      events.filter((event) => event.type === "warning"),
      [],
    );
    assert.deepEqual(
      await readParameters({ ...parts.referencePolicy.parameters, ...parts.rewardModel.parameters }),
      before,
    );
    assert.notDeepEqual(await readParameters(parts.policy.parameters), start);
    const episode = lines[4].episodes[0];
    assert.equal(lines[4].episodes.length, 4);
    assert.equal(episode.alternatives.length, episode.responseTokens.length);
    assert.equal(episode.alternatives[0].policy.length, 5);
  });

  it("trainPpo() resumes to the same bits with ptx, EMA and the adaptive controller, on separate and shared value models", async () => {
    for (const shared of [false, true]) {
      const open = async (resume: Parameters<typeof trainPpo>[0]["resume"]) => {
        const parts = await letterPpo(11, { resume });
        if (!shared) return parts;
        const model = {
          ...parts.policyModel,
          parameters: {
            ...parts.policyModel.parameters,
            ...createParameters(initialHead(16, "linear", "value", "zeros")),
          },
        };
        return {
          ...parts,
          policy: gptShared(model),
          value: null,
          pretraining: parts.pretraining && { ...parts.pretraining, model },
        };
      };
      const restore = async (
        parts: Awaited<ReturnType<typeof open>>,
        state: NonNullable<(typeof parts)["resume"]>,
      ) => {
        const groups = {
          policy: parts.policy.parameters,
          ...(parts.value ? { value: parts.value.parameters } : {}),
        };
        for (const [group, parameters] of Object.entries(groups))
          for (const [name, variable] of Object.entries(parameters)) {
            const { data, shape } = state.tensors[`${group}/${name}`];
            tf.tidy(() => variable.assign(tf.tensor(data, [...shape])));
          }
      };
      const whole = await drain(trainPpo(await open(null)));
      const middle = whole.states.get(2)!;
      const parts = await open(middle);
      await restore(parts, middle);
      const rest = await drain(trainPpo(parts));
      assert.deepEqual(metricLines(rest.events), metricLines(whole.events).slice(3));
      assert.deepEqual(bitsOf(rest.states.get(4)!), bitsOf(whole.states.get(4)!));
    }
  });

  it("trainPpo() gives the same run for the same seed, and another for another", async () => {
    const lines = async (seed: number) => metricLines((await drain(trainPpo(await letterPpo(seed)))).events);
    const first = await lines(21);
    assert.deepEqual(await lines(21), first);
    assert.notDeepEqual(await lines(22), first);
  });

  it("trainPpo() in microbatches takes the same steps as in whole minibatches", async () => {
    const run = async (microbatch: number) =>
      (await drain(trainPpo(await letterPpo(11, {}, { ...smallPpo, microbatch })))).states.get(4)!;
    const [whole, parted] = [await run(0), await run(2)];
    for (const [name, { data }] of Object.entries(whole.tensors).filter(([name]) =>
      name.startsWith("policy/"),
    ))
      data.forEach((x, i) => assert.ok(Math.abs(x - parted.tensors[name].data[i]) < 2e-4, name));
  });

  it("trainPpo() stops with a sentence when the loss is not a number", async () => {
    const parts = await letterPpo(11, {
      heldOutScore: null,
      score: async (episodes) => new Float32Array(episodes.length).fill(NaN),
    });
    const { events } = await drain(trainPpo(parts));
    const last = events[events.length - 1];
    assert.ok(last.type === "failed" && /not a number/.test(last.message), JSON.stringify(last));
  });

  it("updateEma() equals the closed form after n steps", async () => {
    const weights = createParameters({ w: { shape: [2], data: Float32Array.of(1, -2) } });
    const average = createParameters({ w: { shape: [2], data: Float32Array.of(1, -2) } });
    let expected = [1, -2];
    for (let n = 1; n <= 50; n++) {
      tf.tidy(() => weights.w.assign(tf.tensor1d([n, n * n])));
      updateEma(average, weights, 0.992);
      expected = [expected[0] * 0.992 + 0.008 * n, expected[1] * 0.992 + 0.008 * n * n];
    }
    const { w } = await readParameters(average);
    w.data.forEach((x, i) => assert.ok(Math.abs(x - expected[i]) < 1e-4 * Math.abs(expected[i])));
    disposeParameters(weights);
    disposeParameters(average);
  });

  it("copies of a model share nothing", async () => {
    const model = letterModel(1);
    const copy = await copyOf(model);
    tf.tidy(() => copy.parameters["ln_f.bias"].assign(tf.ones([16])));
    assert.equal((await readParameters(model.parameters))["ln_f.bias"].data[0], 0);
    assert.equal(gptPolicy(model).vocabulary, 27);
  });
});
