// Compiled steps on TensorFlow as users have them: graphs with XLA, few shapes, because each takes seconds to compile.
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { compiledStep, floats, integers } from "../../extension/engine/compiledStep";
import { ops } from "../../extension/engine/ops";
import { createOptimizer, disposeOptimizer, type Optimizer } from "../../extension/engine/optimizer";
import { disposeParameters, readParameters } from "../../extension/engine/parameters";
import { generate } from "../../extension/model/generate";
import { gptPolicy, gptScalar } from "../../extension/model/network";
import { headValues, responseLogprobs } from "../../extension/model/score";
import { lastPosition, responsePositions, type Sequence } from "../../extension/model/sequences";
import { defaultConfig } from "../../extension/protocol/resolveConfig";
import { letterModel, letterPpo, letterSequences, smallPpo } from "../../extension/selfcheck/smallPpo";
import { evenWeights, languageModelStep } from "../../extension/trainer/languageModel";
import { ppoUpdate, type Learners } from "../../extension/trainer/ppoUpdate";
import { rewardModelStep } from "../../extension/trainer/rewardModel";
import { sampleRollout, type Rollout } from "../../extension/trainer/rollout";
import { expectClose } from "../support/expectClose";
import { nativeCalls } from "../support/nativeSpy";
import { failOnRefusedSteps, takeRefused } from "../support/refusedSteps";
import { useTestBackend } from "../support/testBackend";

const config = defaultConfig();

/** Sequences of one length, so that all steps have the same shapes. */
const sequences: readonly Sequence[] = letterSequences(100, 2)
  .filter(({ response }) => response.length === 6)
  .slice(0, 8);
const step = { step: 1, learningRate: 1e-3, dropout: 0.1, seed: 7 };

/** No token ends a response, so that all responses have one length. */
const noEnd = -1;

type Figures = Readonly<Record<string, ArrayLike<number>>>;

/** A training step and all it leaves, on the backend that runs. */
interface Training {
  /** Losses, statistics and gradients of the first run. */
  readonly first: () => Promise<Figures>;
  /** Native calls of a run. */
  readonly calls: number;
  readonly again: () => Promise<unknown>;
  readonly close: () => void;
}

const numbersOf = (stats: object): Figures =>
  Object.fromEntries(Object.entries(stats).map(([name, value]) => [name, [Number(value)]]));

async function gradientsOf(optimizer: Optimizer, name = "gradient"): Promise<Figures> {
  const arrays = await readParameters(optimizer.buffer);
  return Object.fromEntries(
    Object.entries(arrays).map(([key, { data }]) => [`${name} of ${key}`, data.slice()]),
  );
}

function languageModel(): Training {
  const model = letterModel(1);
  const optimizer = createOptimizer(model.parameters, { ...config.sft, adamEpsilon: 1e-5 });
  const run = () => languageModelStep(model, optimizer, evenWeights(sequences), step);
  return {
    first: async () => ({ ...numbersOf(await run()), ...(await gradientsOf(optimizer)) }),
    calls: 1,
    again: run,
    close: () => (disposeOptimizer(optimizer), disposeParameters(model.parameters)),
  };
}

function rewardModel(): Training {
  const model = letterModel(2, true);
  const optimizer = createOptimizer(model.parameters, { ...config.rm, adamEpsilon: 1e-5 });
  const items = [0, 4].map((from) => ({
    id: `r${from}`,
    sequences: sequences.slice(from, from + 4),
    pairs: [0, 1, 2].map((winner) => ({ winner, loser: winner + 1, target: winner === 1 ? 0.5 : 1 })),
  }));
  const run = () => rewardModelStep(model, optimizer, items, step);
  return {
    async first() {
      const { loss, gradNorm } = await run();
      return { ...numbersOf({ loss, gradNorm }), ...(await gradientsOf(optimizer)) };
    },
    calls: 1,
    again: run,
    close: () => (disposeOptimizer(optimizer), disposeParameters(model.parameters)),
  };
}

/** Of 8 episodes whose responses all have 6 tokens: plain numbers, sampled once and the same on every backend. */
async function recordedRollout(): Promise<Rollout> {
  const parts = await letterPpo(11);
  const prompts = sequences.map(({ prompt }, i) => ({ id: `p${i}`, text: "", tokens: prompt }));
  const models = { policy: parts.policy, referencePolicy: parts.referencePolicy, value: gptScalar(parts.rewardModel), endToken: noEnd }; // prettier-ignore
  const rollout = await sampleRollout(models, prompts, { responseTokens: 6, temperature: 0.8 }, 3, "rollout");
  for (const { parameters } of [parts.policyModel, parts.rewardModel]) disposeParameters(parameters);
  return rollout;
}

/** Policy and value model of their own, with ptx. */
async function ppo(rollout: Rollout): Promise<Training> {
  const settings = { ...smallPpo, entropyCoef: 0.01, temperature: 0.8, maxGradNorm: 1 };
  const parts = await letterPpo(13, {}, settings);
  const value = gptScalar(letterModel(14, true));
  const optimizerOf = (parameters: Optimizer["parameters"]) =>
    createOptimizer(parameters, { ...settings, weightDecay: 0.1 });
  const learners: Learners = {
    ...{ type: "separate", policy: parts.policy, policyOptimizer: optimizerOf(parts.policy.parameters) },
    ...{ value, valueOptimizer: optimizerOf(value.parameters) },
  };
  const estimates = {
    advantages: rollout.responseMask.map((m, i) => m * (i % 2 === 0 ? 1 : -0.5)),
    returns: rollout.responseMask,
  };
  const members = rollout.episodes.map((_, i) => i);
  const run = () =>
    ppoUpdate(learners, rollout, estimates, members, { model: parts.policyModel, sequences }, null, {
      config: settings,
      ...{ step: 1, learningRate: 1e-3, valueLearningRate: 1e-3 },
    });
  return {
    async first() {
      const stats = numbersOf(await run());
      return {
        ...stats,
        ...(await gradientsOf(learners.policyOptimizer, "policy gradient")),
        ...(await gradientsOf(learners.valueOptimizer, "value gradient")),
      };
    },
    // The minibatch's gradients, the pretraining gradient, the Adam steps of both.
    calls: 3,
    again: run,
    close: () => (disposeOptimizer(learners.policyOptimizer), disposeOptimizer(learners.valueOptimizer)),
  };
}

/**
 * All figures to 1e-5 of the largest entry of each. A gradient below a hundredth of the largest one counts as so large: no comparison depends on
 * the biases of the score and of the last layer norm, and what their gradients hold is rounding.
 */
function expectFigures(found: Figures, expected: Figures): void {
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  const largest = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const gradients = Object.entries(expected).filter(([name]) => name.includes("gradient of "));
  const least = 1e-2 * Math.max(...gradients.map(([, values]) => largest(values)));
  for (const [name, values] of Object.entries(expected)) {
    const scale = Math.max(largest(values), name.includes("gradient of ") ? least : 0) || 1;
    const scaled = (x: ArrayLike<number>): number[] => Array.from(x, (value) => value / scale);
    expectClose(scaled(found[name]), scaled(values), 1e-5, name);
  }
}

describe("compiled steps on tensorflow", function () {
  this.timeout(300_000);
  failOnRefusedSteps("first");
  before(() => useTestBackend());

  let rollout: Rollout;
  const trainings: Readonly<Record<string, () => Training | Promise<Training>>> = {
    "a language-model step with dropout": languageModel,
    "a reward-model step with dropout": rewardModel,
    "a PPO update with ptx and entropy bonus": () => ppo(rollout),
  };
  before(async () => {
    await useTestBackend("wasm");
    rollout = await recordedRollout();
    await useTestBackend();
  });

  for (const [name, open] of Object.entries(trainings))
    it(`${name}: losses and gradients are those of wasm to 1e-5, and each compiled step is one native call`, async () => {
      await useTestBackend("wasm");
      const ours = await open();
      const expected = await ours.first();
      ours.close();
      await useTestBackend();
      const training = await open();
      const found = await training.first();
      expectFigures(found, expected);
      const { operations } = await nativeCalls(training.again);
      assert.equal(operations.length, training.calls, operations.join(" "));
      for (const operation of operations) assert.match(operation, /^rlhf_step_\d+$/);
      training.close();
    });

  it("sampling whole responses, scoring them and their log-probs are one native call each", async () => {
    const model = letterModel(3, true);
    const prompts = sequences.map(({ prompt }) => prompt);
    const seeds = prompts.map((_, i) => i);
    const options = { responseTokens: 8, temperature: 0.9, endToken: 0 };
    const works: Readonly<Record<string, () => Promise<unknown>>> = {
      sampling: () => generate(model, prompts, seeds, options),
      "log-probs": () => responseLogprobs(gptPolicy(model), sequences, 0.9),
      scores: () => headValues(gptScalar(model), sequences, lastPosition),
      values: () => headValues(gptScalar(model), sequences, responsePositions),
    };
    for (const [name, work] of Object.entries(works)) {
      const first = await work();
      let second: unknown;
      const { operations } = await nativeCalls(async () => (second = await work()));
      assert.equal(operations.length, 1, `${name}: ${operations.join(" ")}`);
      assert.deepEqual(second, first, `${name}: the recorded run and the graph's have other bits`);
    }
    disposeParameters(model.parameters);
  });

  it("a logit of −∞ is a token of probability 0 in a graph too", async () => {
    const inputs = {
      logits: floats([-Infinity, 0, 0, -Infinity, 0, -Infinity], [2, 3]),
      targets: integers([0, 1]),
    };
    const measure = compiledStep<typeof inputs, "logprobs" | "entropies">(
      { of: {}, name: "impossible tokens" },
      ({ logits, targets }) => ({
        logprobs: ops().tokenLogprobs(logits, targets, 1),
        entropies: ops().entropy(logits, 1),
      }),
    );
    await measure(inputs);
    const { logprobs, entropies } = await measure(inputs);
    assert.deepEqual([...logprobs], [-Infinity, 0]);
    expectClose(entropies, [Math.log(2), 0], 1e-6);
  });

  it("a number that the key does not name is frozen in the graph, which the check of every run refuses", async () => {
    let factor = 1;
    const scaled = compiledStep<{ x: ReturnType<typeof floats> }, "y">(
      { of: {}, name: "a broken key" },
      ({ x }) => ({ y: tf.mul(x, factor) }),
    );
    const run = async (): Promise<readonly number[]> => [...(await scaled({ x: floats([1, -2]) })).y];
    assert.deepEqual(await run(), [1, -2]);
    factor = 3;
    assert.deepEqual(await run(), [1, -2], "the trap is gone: then the check is not needed");
    assert.deepEqual(takeRefused(), []);
    process.env.RLHF_CHECK_STEPS = "1";
    try {
      assert.deepEqual(await run(), [3, -6], "what runs operation by operation is right");
      const [{ name, reason }, ...more] = takeRefused();
      assert.deepEqual([name, more], ["a broken key", []]);
      assert.match(reason, /gives another y/);
    } finally {
      delete process.env.RLHF_CHECK_STEPS;
    }
    factor = 5;
    assert.deepEqual(await run(), [5, -10], "a refused step runs operation by operation from then on");
  });

  it("parts side by side are one native call with the step around them, and write their variables", async () => {
    const [a, b] = [1, 2].map((value) => tf.variable(tf.scalar(value)));
    const run = compiledStep<{ x: ReturnType<typeof floats> }, "y">(
      { of: {}, name: "two parts" },
      ({ x }) => {
        const two = tf.add(tf.mul(x, 0), 2); // from outside, to both
        const [first, second] = ops().sideBySide(
          () => {
            a.assign(tf.add(a, x));
            return { y: tf.mul(a, two) };
          },
          () => {
            b.assign(tf.mul(b, two));
            return { y: tf.sub(b, x) };
          },
        );
        // After both: what they wrote is read.
        return { y: tf.stack([first.y, second.y, tf.add(a, b)]) };
      },
    );
    // By hand: a = 1 + 3 = 4, b = 4; then a = 4 + 5 = 9, b = 8.
    const made = await nativeCalls(async () =>
      assert.deepEqual([...(await run({ x: floats([3], []) })).y], [8, 1, 8]),
    );
    // With kernels for processors each part is a function beside the step around them; a GPU runs one after the other.
    assert.equal(made.functionsAdded, process.env.RLHF_KERNELS === "0" ? 1 : 3);
    const results: number[][] = [];
    const { operations } = await nativeCalls(async () =>
      results.push([...(await run({ x: floats([5], []) })).y]),
    );
    assert.deepEqual(results, [[18, 3, 17]]);
    assert.deepEqual([...(await a.data()), ...(await b.data())], [9, 8]);
    assert.equal(operations.length, 1, operations.join(" "));
    tf.dispose([a, b]);
  });

  it("a step that reads a value inside runs operation by operation, and says so", async () => {
    const reading = compiledStep<{ x: ReturnType<typeof floats> }, "y">(
      { of: {}, name: "a step that reads" },
      ({ x }) => ({ y: tf.add(x, x.dataSync()[0]) }),
    );
    const tensors = tf.memory().numTensors;
    for (const first of [1, 2]) {
      const { y } = await reading({ x: floats([first, 10]) });
      assert.deepEqual([...y], [2 * first, 10 + first]);
    }
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(takeRefused(), [
      { name: "a step that reads", reason: "a step reads a tensor's values before it ends" },
    ]);
  });

  it("an error inside a step reaches the caller, and the next step runs", async () => {
    let broken = true;
    const failing = compiledStep<{ x: ReturnType<typeof floats> }, "y">(
      { of: {}, name: "failing" },
      ({ x }) => {
        if (broken) throw new Error("out of luck");
        return { y: tf.neg(x) };
      },
    );
    await assert.rejects(failing({ x: floats([1]) }), /out of luck/);
    takeRefused();
    broken = false;
    assert.deepEqual([...(await failing({ x: floats([1]) })).y], [-1]);
  });

  it("a step without memory is an error at once, and may become a graph when there is some", async () => {
    let runs = 0;
    const hungry = compiledStep<{ x: ReturnType<typeof floats> }, "y">(
      { of: {}, name: "hungry" },
      ({ x }) => {
        if (++runs === 1) throw new Error("RESOURCE_EXHAUSTED: OOM when allocating tensor");
        return { y: tf.neg(x) };
      },
    );
    await assert.rejects(hungry({ x: floats([1]) }), /RESOURCE_EXHAUSTED/);
    assert.deepEqual([runs, takeRefused()], [1, []]);
    for (const x of [1, 2]) assert.deepEqual([...(await hungry({ x: floats([x]) })).y], [-x]);
    assert.equal(runs, 2, "the second run was recorded, the third was its graph");
  });

  it("shapes beyond the cache's limit give their graphs back, and are made again when they return", async () => {
    const owner = {};
    const doubled = compiledStep<{ x: ReturnType<typeof floats> }, "y">(
      { of: owner, name: "many shapes" },
      ({ x }) => ({
        y: tf.add(tf.mul(x, 2), 1),
      }),
    );
    const run = async (size: number): Promise<void> => {
      const { y } = await doubled({ x: floats(new Float32Array(size).fill(size)) });
      assert.deepEqual([...y], new Array(size).fill(2 * size + 1));
    };
    const shapes = 80;
    const { functionsAdded, functionsRemoved } = await nativeCalls(async () => {
      for (let size = 1; size <= shapes; size++) await run(size);
    });
    assert.equal(functionsAdded, shapes);
    assert.ok(functionsAdded - functionsRemoved.length <= 64, `${functionsRemoved.length} were removed`);
    assert.equal(new Set(functionsRemoved).size, functionsRemoved.length);
    const kept = await nativeCalls(() => run(shapes));
    assert.deepEqual([kept.functionsAdded, kept.operations.length], [0, 1]);
    const again = await nativeCalls(() => run(1));
    assert.equal(again.functionsAdded, 1);
  });

  it("2,000 steps take no more memory than the first 500", async () => {
    const model = letterModel(1);
    const optimizer = createOptimizer(model.parameters, { ...config.sft });
    const batch = evenWeights(sequences);
    let [tensors, memory] = [0, 0];
    for (let i = 1; i <= 2000; i++) {
      await languageModelStep(model, optimizer, batch, { ...step, step: i, seed: i });
      if (i === 1) tensors = tf.memory().numTensors;
      if (i === 500) memory = process.memoryUsage.rss();
    }
    assert.equal(tf.memory().numTensors, tensors);
    // Weights, moments and buffer of this model are 75 kB: kept once a step they would be over 100 MB.
    const grown = (process.memoryUsage.rss() - memory) / 2 ** 20;
    assert.ok(grown < 30, `${grown.toFixed(0)} MB more`);
    disposeOptimizer(optimizer);
    disposeParameters(model.parameters);
  });
});
