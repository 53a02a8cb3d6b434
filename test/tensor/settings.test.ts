import assert from "node:assert/strict";
import { configFields } from "../../extension/protocol/resolveConfig";
import type { FieldValue } from "../../extension/protocol/fieldValue";
import {
  busyPpo,
  fingerprint,
  runPpo,
  runPretrain,
  runRewardModel,
  runSft,
  smallPretrain,
  smallRewardModel,
  smallSft,
} from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";

type Values = Readonly<Record<string, FieldValue>>;

/** A trainer, and for each of its settings another value than the one it ran with. */
interface Trial {
  readonly block: string;
  readonly run: (changes: Values) => Promise<string>;
  readonly changes: Values;
  /** Settings that the trainer itself never looks at, and who does. */
  readonly elsewhere: Readonly<Record<string, string>>;
}

const adam: Values = { adamBeta1: 0.5, adamBeta2: 0.5, adamEpsilon: 0.01, maxGradNorm: 0.01 };
const driver = "the driver keeps checkpoints";

const trials: readonly Trial[] = [
  {
    block: "pretrain",
    run: async (changes) => fingerprint(await runPretrain({ ...smallPretrain, ...changes })),
    changes: {
      ...adam,
      ...{
        steps: 5,
        batch: 5,
        microbatch: 3,
        learningRate: 1e-3,
        warmupSteps: 1,
        finalLearningRateShare: 0.5,
      },
      ...{ weightDecay: 0.5, dropout: 0.2, stepsPerIteration: 3, checkpointEvery: 1 },
    },
    elsewhere: { sequenceTokens: "the stage packs the text", keepCheckpoints: driver },
  },
  {
    block: "sft",
    run: async (changes) => fingerprint(await runSft({ ...smallSft, ...changes })),
    changes: {
      ...adam,
      ...{
        variant: "baseline",
        ppoInitEpochs: 1,
        pretrainingShare: 0.5,
        batch: 4,
        microbatch: 3,
        learningRate: 1e-3,
      },
      ...{
        finalLearningRateShare: 0.5,
        weightDecay: 0.5,
        dropout: 0.1,
        stepsPerIteration: 3,
        checkpointEvery: 1,
      },
      ...{ selection: "rewardModel" },
    },
    elsewhere: {
      epochs: "the other variant, below",
      selectionRewardModel: "whoever prepares the run names its parent",
      keepCheckpoints: driver,
    },
  },
  {
    block: "sft",
    run: async (changes) =>
      fingerprint(await runSft({ ...smallSft, variant: "baseline", epochs: 3, ...changes })),
    changes: { epochs: 2, selection: "last" },
    elsewhere: {},
  },
  {
    block: "rm",
    run: async (changes) => fingerprint(await runRewardModel({ ...smallRewardModel, ...changes })),
    changes: {
      ...adam,
      ...{
        epochs: 2,
        promptsPerBatch: 5,
        microbatch: 3,
        learningRate: 1e-3,
        finalLearningRateShare: 0.5,
        weightDecay: 0.5,
      },
      ...{ dropout: 0.2, stepsPerIteration: 3, checkpointEvery: 1 },
    },
    elsewhere: {
      axis: "whoever prepares the run reads the rankings",
      ties: "the stage makes the pairs",
      head: "the stage makes the head",
      keepCheckpoints: driver,
    },
  },
  {
    block: "ppo",
    run: async (changes) => fingerprint(await runPpo({ ...busyPpo, ...changes })),
    changes: {
      ...adam,
      ...{ iterations: 2, episodes: 8, minibatch: 4, microbatch: 4, ppoEpochs: 1, responseTokens: 6 },
      ...{ temperature: 0.8, learningRate: 1e-2, valueLearningRate: 1e-2, warmupIterations: 2, klCoef: 0.2 },
      ...{ klController: "constant", klTarget: 0.01, klHorizon: 100, gamma: 0.9, lambda: 0.5 },
      ...{ clipRange: 0.3, clipRangeValue: 0.01, whitenAdvantages: false, whitenRewards: true },
      ...{ entropyCoef: 0, emaDecay: 0.5, ptxCoef: 0.6, ptxPerEpisode: 1, missingEndPenalty: 0.5 },
      ...{ rewardScale: "total", rewardScalePrompts: 8, targetKl: 1e-6, maxKl: 1e-6, loggedEpisodes: 2 },
      ...{ checkpointEvery: 1 },
    },
    elsewhere: {
      valueCoef: "the shared trunk, below",
      valueModel: "the stage opens the networks",
      ptxSequenceTokens: "the stage packs the text",
      rewards: "the stage makes the scorer",
      heldOutScore: "the stage makes the scorer; test/process/heldOutReward.test.ts",
      keepCheckpoints: driver,
    },
  },
  {
    block: "ppo",
    run: async (changes) => fingerprint(await runPpo({ ...busyPpo, ...changes }, true)),
    changes: { valueCoef: 0.1, clipRangeValue: 0.01, entropyCoef: 0 },
    elsewhere: {},
  },
];

describe("settings", () => {
  before(() => useTestBackend());
  after(() => useTestBackend("cpu"));

  it("every setting of a trainer is in a trial, or its reader elsewhere is named", () => {
    const named = new Set(
      trials.flatMap(({ block, changes, elsewhere }) =>
        [...Object.keys(changes), ...Object.keys(elsewhere)].map((key) => `${block}.${key}`),
      ),
    );
    const blocks = new Set(trials.map(({ block }) => block));
    const missing = [...configFields.keys()].filter(
      (path) => blocks.has(path.split(".")[0]) && !named.has(path),
    );
    assert.deepEqual(missing, []);
    for (const path of named) assert.ok(configFields.has(path), `${path} is no setting`);
  });

  for (const [i, { block, run, changes, elsewhere }] of trials.entries())
    it(`every setting of ${block} that its trainer reads changes a run (${i + 1})`, async function () {
      this.timeout(300_000);
      const usual = await run({});
      assert.equal(await run({}), usual, "two runs alike differ");
      const without: string[] = [];
      for (const [key, value] of Object.entries(changes))
        if ((await run({ [key]: value })) === usual) without.push(key);
      assert.deepEqual(without, [], "settings without effect");
      for (const key of Object.keys(elsewhere)) {
        const field = configFields.get(`${block}.${key}`);
        const other = field?.type === "integer" || field?.type === "number" ? field.min : "other";
        assert.equal(await run({ [key]: other }), usual, `${key} is read by the trainer after all`);
      }
    });
});
