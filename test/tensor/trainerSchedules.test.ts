import assert from "node:assert/strict";
import { dropoutPart } from "../../extension/engine/dropout";
import { disposeParameters, readParameters, writeParameters } from "../../extension/engine/parameters";
import { gptScalar } from "../../extension/model/network";
import { headValues } from "../../extension/model/score";
import { letterModel } from "../../extension/selfcheck/smallPpo";
import type { TrainerEvent } from "../../extension/protocol/trainerEvents";
import { scoreSequences } from "../../extension/trainer/rewardModel";
import { expectClose } from "../support/expectClose";
import { expectParity } from "../support/expectParity";
import {
  busyPpo,
  runPpo,
  runPretrain,
  runRewardModel,
  runSft,
  smallPretrain,
  smallRewardModel,
  smallSft,
} from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";

const column = (events: readonly TrainerEvent[], name: string): number[] =>
  events.flatMap((event) => (event.type === "iteration" && event.iteration > 0 ? [event.values[name]] : []));

const everyStep = { learningRate: 1, stepsPerIteration: 1, checkpointEvery: 100, weightDecay: 0 };
const rate = "optimizer/learningRate";
/** Half a cosine from 1 to 0.1 in so many steps. */
const cosine = (steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => 0.1 + 0.45 * (1 + Math.cos((Math.PI * i) / (steps - 1))));

describe("schedules of the trainers", () => {
  before(() => useTestBackend());
  after(() => useTestBackend("cpu"));

  it("sft() begins at the peak, ends at a tenth, and passes over the demonstrations as often as told", async () => {
    // 24 demonstrations; of a batch of 8 a quarter is pretraining text, so 2 epochs are 48/6 = 8 steps; the baseline takes 3·24/8 = 9.
    const mixed = await runSft({
      ...smallSft,
      ...everyStep,
      batch: 8,
      pretrainingShare: 0.25,
      ppoInitEpochs: 2,
    });
    expectClose(column(mixed.events, rate), cosine(8), 1e-6);
    const baseline = await runSft({ ...smallSft, ...everyStep, variant: "baseline", epochs: 3, batch: 8 });
    expectClose(column(baseline.events, rate), cosine(9), 1e-6);
  });

  it("pretrain() warms up first", async () => {
    const { events } = await runPretrain({ ...smallPretrain, ...everyStep, steps: 6, warmupSteps: 2 });
    expectClose(column(events, rate), [1 / 3, 2 / 3, ...cosine(4)], 1e-6);
  });

  it("trainRewardModel() takes one pass from the peak to a tenth, every response once", async () => {
    const { events } = await runRewardModel({ ...smallRewardModel, ...everyStep, promptsPerBatch: 4 });
    expectClose(column(events, rate), cosine(5), 1e-6);
    assert.deepEqual(column(events, "data/responses"), [16, 16, 16, 16, 16]);
  });

  it("trainPpo() begins at a tenth of the peak, the value model at its own constant rate", async () => {
    const { events } = await runPpo({
      ...busyPpo,
      warmupIterations: 2,
      learningRate: 0.01,
      valueLearningRate: 0.03,
    });
    expectClose(column(events, "policy/learningRate"), [0.001, 0.0055, 0.01], 1e-6);
    expectClose(column(events, "value/learningRate"), [0.03, 0.03, 0.03], 1e-6);
  });

  it("trainPpo() averages the policy after every step: decay·average + (1 − decay)·policy", async () => {
    const { states } = await runPpo({ ...busyPpo, ppoEpochs: 1, minibatch: 16, emaDecay: 0.9 });
    const begin = states.get(0);
    assert.ok(begin);
    for (const name of Object.keys(begin.tensors).filter((key) => key.startsWith("policy/"))) {
      let average = Array.from(begin.tensors[name].data);
      for (let iteration = 0; iteration <= 3; iteration++) {
        const { tensors } = states.get(iteration) ?? begin;
        if (iteration > 0) average = average.map((x, i) => 0.9 * x + 0.1 * tensors[name].data[i]);
        expectParity(tensors[name.replace("policy/", "policyEma/")].data, average, 1e-5, name);
      }
      assert.notDeepEqual(
        states.get(3)?.tensors[name].data,
        begin.tensors[name].data,
        `${name} did not move`,
      );
    }
  });

  it("scoreSequences() reads the last real token, and nothing after it", async () => {
    const model = letterModel(4, true);
    const sequences = [
      { prompt: [1, 2], response: [3, 4, 5] },
      { prompt: [1, 2], response: [3, 4, 6] },
      { prompt: [1, 2, 3], response: [4, 5] },
      { prompt: [1], response: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
    ];
    const scores = await scoreSequences(model, sequences);
    assert.ok(Math.abs(scores[0] - scores[1]) > 1e-3, "the last token does not count");
    expectClose(scores[2], scores[0], 1e-6);
    const [last] = await headValues(gptScalar(model), [sequences[0]], () => [4]);
    expectClose(scores[0], last, 1e-5);
    const bias = { "score.bias": model.parameters["score.bias"] };
    const { "score.bias": old } = await readParameters(bias);
    writeParameters(bias, { "score.bias": { ...old, data: old.data.map((x) => x + 2) } });
    expectClose(
      await scoreSequences(model, sequences),
      scores.map((score) => score + 2),
      1e-5,
    );
    disposeParameters(model.parameters);
  });

  it("dropoutPart() drops the given share and keeps the mean at 1", () => {
    const whole = { branches: 1, sequences: 10, length: 10, width: 200 };
    const factors = dropoutPart(whole, { first: 0, ...whole }, 0.2, 7);
    const dropped = factors.filter((factor) => factor === 0).length;
    // Four standard errors of a share of 0.2 among 20,000.
    expectClose(dropped / factors.length, 0.2, 4 * Math.sqrt((0.2 * 0.8) / 20_000));
    assert.deepEqual([...new Set(factors)].sort(), [0, Math.fround(1.25)]);
    assert.notDeepEqual(dropoutPart(whole, { first: 0, ...whole }, 0.2, 8), factors);
    assert.deepEqual(dropoutPart(whole, { first: 0, ...whole }, 0.2, 7), factors);
  });
});
