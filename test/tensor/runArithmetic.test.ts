import assert from "node:assert/strict";
import type { Source } from "../../extension/data/source";
import { readParameters } from "../../extension/engine/parameters";
import type { PpoConfig } from "../../extension/protocol/runConfig";
import type { EpisodeRecord, TrainerEvent } from "../../extension/protocol/trainerEvents";
import { drain, letterModel, letterPpo, letterSequences, smallPpo } from "../../extension/selfcheck/smallPpo";
import { meanLoss } from "../../extension/trainer/languageModel";
import { trainPpo } from "../../extension/trainer/ppo";
import { pretrain } from "../../extension/trainer/pretrain";
import { trainRewardModel, type RankedSequences } from "../../extension/trainer/rewardModel";
import { sft } from "../../extension/trainer/sft";
import { expectClose } from "../support/expectClose";
import { lengthRankings, smallPretrain, smallRewardModel, smallSft } from "../support/smallTrainers";
import { useTestBackend } from "../support/testBackend";

const still = { seed: 5, clock: () => 0, resume: null };

const iterationsOf = (events: readonly TrainerEvent[]) =>
  events.flatMap((event) => (event.type === "iteration" ? [event] : []));
const totalOf = (events: readonly TrainerEvent[]) => events.find((event) => event.type === "progress")?.total;

/** A source of the same items again and again that remembers how many were taken. */
function countedSource<T>(items: readonly T[], size: number, taken: number[]): Source<T> {
  const state = () => ({ epoch: 0, position: 0 });
  const take = (count: number) => (
    taken.push(count),
    Array.from({ length: count }, (_, i) => items[i % items.length])
  );
  return { size, take, state };
}

describe("the arithmetic of whole runs", () => {
  before(() => useTestBackend());

  it("pretrain() warms up and decays over all its steps, and reports the mean loss of an iteration", async () => {
    const [model, sequences] = [letterModel(3), letterSequences(4, 1)];
    const start = await meanLoss(model, sequences);
    const settings = {
      ...smallPretrain,
      ...{ steps: 6, batch: 4, dropout: 0, learningRate: 1e-9, weightDecay: 0 },
      ...{ warmupSteps: 1, finalLearningRateShare: 0.1, stepsPerIteration: 2 },
    };
    const source = countedSource(sequences, 4, []);
    const events = pretrain({
      ...still,
      model,
      sequences: source,
      validation: sequences,
      settings: () => settings,
    });
    const lines = iterationsOf((await drain(events)).events).slice(1);
    // By hand: ½, 1, then 0.1 + 0.45(1 + cos(π·k/4)).
    const rates = lines.map(({ values }) => values["optimizer/learningRate"] / 1e-9);
    expectClose(rates, [1, 0.55, 0.1], 1e-6);
    for (const { values } of lines) expectClose(values["loss/train"], start, 1e-4);
  });

  it("pretrain() corrects Adam's bias for the step it is at: the first moves every weight by the learning rate", async () => {
    const [model, sequences] = [letterModel(3), letterSequences(4, 1)];
    const before = await readParameters(model.parameters);
    const settings = {
      ...smallPretrain,
      ...{ steps: 1, dropout: 0, learningRate: 1e-3, weightDecay: 0, warmupSteps: 0, adamEpsilon: 1e-12 },
    };
    const source = countedSource(sequences, 4, []);
    await drain(
      pretrain({ ...still, model, sequences: source, validation: sequences, settings: () => settings }),
    );
    const after = await readParameters(model.parameters);
    const moved = after["ln_f.bias"].data.map((x, i) => Math.abs(x - before["ln_f.bias"].data[i]));
    expectClose(moved, new Array<number>(16).fill(1e-3), 1e-6);
  });

  it("sft() mixes pretraining text with its share, takes its own epochs and never warms up", async () => {
    const demonstrations = letterSequences(8, 2);
    const run = async (variant: "ppoInit" | "baseline", selection: "rewardModel" | "validationLoss") => {
      const model = letterModel(3);
      const [taken, mixed]: number[][] = [[], []];
      const settings = {
        ...smallSft,
        ...{ variant, selection, batch: 8, pretrainingShare: 0.25, ppoInitEpochs: 3, epochs: 2 },
        ...{
          learningRate: 1e-9,
          finalLearningRateShare: 0.1,
          dropout: 0,
          weightDecay: 0,
          stepsPerIteration: 1,
        },
      };
      const text = letterSequences(8, 8, 6);
      const start = (await meanLoss(model, demonstrations.slice(0, 6))) * 0.75;
      const share = (await meanLoss(model, text.slice(0, 2))) * 0.25;
      const { events } = await drain(
        sft({
          ...still,
          model,
          demonstrations: countedSource(demonstrations, 24, taken),
          pretraining: countedSource(text, 24, mixed),
          validation: demonstrations,
          pretrainingValidation: demonstrations,
          meanScore: () => Promise.resolve(7),
          settings: () => settings,
        }),
      );
      return { lines: iterationsOf(events), taken, mixed, loss: start + share };
    };
    const init = await run("ppoInit", "validationLoss");
    assert.deepEqual(init.taken, new Array<number>(12).fill(6)); // 24·3/6 steps
    assert.deepEqual(init.mixed, new Array<number>(12).fill(2));
    expectClose(init.lines[1].values["loss/train"], init.loss, 1e-4);
    expectClose(init.lines[1].values["optimizer/learningRate"] / 1e-9, 1, 1e-6);
    assert.equal(init.lines[0].selection, -init.lines[0].values["loss/validation"]);
    const baseline = await run("baseline", "rewardModel");
    assert.deepEqual(baseline.taken, new Array<number>(6).fill(8)); // 24·2/8 steps
    assert.deepEqual(baseline.mixed, []);
    assert.equal(baseline.lines[0].selection, 7);
  });

  it("trainRewardModel() takes its epochs, decays to the final share and reports the mean loss", async () => {
    const items: RankedSequences[] = lengthRankings(4);
    const settings = {
      ...smallRewardModel,
      ...{ epochs: 3, promptsPerBatch: 4, dropout: 0, learningRate: 1e-9, weightDecay: 0 },
      ...{ finalLearningRateShare: 0.1, stepsPerIteration: 2, checkpointEvery: 1 },
    };
    const { events } = await drain(
      trainRewardModel({
        ...still,
        model: letterModel(3, true),
        rankings: countedSource(items, 8, []),
        validation: items,
        demonstrations: [],
        noiseCeiling: NaN,
        settings: () => settings,
      }),
    );
    assert.equal(totalOf(events), 6); // 8·3/4
    const lines = iterationsOf(events);
    expectClose(lines[3].values["optimizer/learningRate"] / 1e-9, 0.1, 1e-6);
    for (const { values } of lines.slice(1))
      expectClose(values["loss/train"], lines[0].values["loss/validation"], 1e-4);
  });

  const ppoConfig: PpoConfig = {
    ...smallPpo,
    ...{ iterations: 3, episodes: 8, minibatch: 4, ppoEpochs: 2, loggedEpisodes: 8, checkpointEvery: 1 },
    ...{ gamma: 0.9, lambda: 0.8, missingEndPenalty: 0.5, rewardScale: "total", whitenAdvantages: false },
    ...{ klCoef: 0.2, klTarget: 1e-3, klHorizon: 100, learningRate: 5e-3, warmupIterations: 2 },
  };
  const runPpo = async (changes: Partial<PpoConfig> = {}) => {
    const { events, states } = await drain(trainPpo(await letterPpo(11, {}, { ...ppoConfig, ...changes })));
    return { events, states, lines: iterationsOf(events) };
  };
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const variance = (numbers: readonly number[]): number =>
    sum(numbers.map((x) => x * x)) / numbers.length - (sum(numbers) / numbers.length) ** 2;

  it("trainPpo() scales scores, penalises KL, and sums discounted errors to advantages", async () => {
    const { lines, states } = await runPpo();
    const divisor = Number(states.get(0)!.numbers.scoreDivisor);
    assert.ok(Math.abs(divisor - 1) > 0.05, `the scale is nearly 1: ${divisor}`);
    const check = (
      { rewards, values, advantages, returns, ...episode }: EpisodeRecord,
      beta: number,
    ): void => {
      const penalty = episode.endReached ? 0 : 0.5;
      expectClose(
        sum(rewards),
        episode.score / divisor - penalty - beta * episode.kl,
        1e-4,
        "sum of rewards",
      );
      const errors = rewards.map((reward, t) => reward + 0.9 * (values[t + 1] ?? 0) - values[t]);
      advantages.forEach((advantage, t) => {
        const later = errors.slice(t).map((error, k) => error * 0.72 ** k);
        expectClose(advantage, sum(later), 1e-4, "advantage");
        expectClose(returns[t], advantage + values[t], 1e-5, "return");
      });
    };
    for (const { episodes, values } of lines)
      for (const episode of episodes) check(episode, values["objective/klCoef"]);
  });

  it("trainPpo() whitens what it is told to", async () => {
    const white = (await runPpo({ iterations: 1, whitenAdvantages: true })).lines[1].episodes;
    const advantages = white.flatMap((episode) => [...episode.advantages]);
    expectClose([sum(advantages) / advantages.length, variance(advantages)], [0, 1], 1e-3);
    const scaled = (await runPpo({ iterations: 1, whitenRewards: true })).lines[1].episodes;
    expectClose(variance(scaled.flatMap((episode) => [...episode.rewards])), 1, 1e-3);
    const plain = (await runPpo({ iterations: 1 })).lines[1].episodes;
    assert.ok(Math.abs(variance(plain.flatMap((episode) => [...episode.rewards])) - 1) > 0.05);
  });

  it("trainPpo() moves β with the KL, takes all its minibatches, begins at a tenth of the learning rate", async () => {
    const { lines, events } = await runPpo();
    // By hand: the KL of iteration 2 is far above 0.001, so β grows by 0.2·8/100; that of iteration 1 is 0, so β falls as much.
    assert.ok(lines[2].values["objective/klPolicyReference"] > 0.01);
    const betas = lines.map(({ values }) => values["objective/klCoef"]);
    expectClose(betas, [0.2, 0.2, 0.2 * 0.984, 0.2 * 0.984 * 1.016], 1e-9);
    expectClose(
      lines.slice(1).map(({ values }) => values["policy/learningRate"] / 5e-3),
      [0.1, 0.55, 1],
      1e-9,
    );
    assert.equal(totalOf(events), 3 * 2 * 2);
    const early = (await runPpo({ iterations: 1, targetKl: 1e-9, learningRate: 1e-2 })).events;
    assert.equal(early.filter((event) => event.type === "progress").length, 2); // the first has KL 0, the second goes over
    assert.equal((await runPpo({ iterations: 1, maxKl: 5 })).lines[1].selection === null, false);
    assert.equal((await runPpo({ iterations: 3, maxKl: 1e-6 })).lines[3].selection, null);
  });

  it("trainPpo() takes its first step at a tenth of the learning rate", async () => {
    // Adam's first step, ε apart, moves every weight that has a gradient by the rate itself.
    const one = { iterations: 1, minibatch: 8, ppoEpochs: 1, adamEpsilon: 1e-12 };
    const { states } = await runPpo(one);
    const [before, after] = [0, 1].map((i) => states.get(i)!.tensors["policy/ln_f.bias"].data);
    expectClose(Math.max(...after.map((x, i) => Math.abs(x - before[i]))), 5e-4, 1e-7);
  });

  it("trainPpo() takes pretraining text in its proportion and lets no weight decay", async () => {
    const taken: number[] = [];
    const parts = await letterPpo(11, {}, { ...ppoConfig, iterations: 1, ptxPerEpisode: 0.5 });
    assert.ok(parts.pretraining);
    const sequences = countedSource(letterSequences(8, 3), 8, taken);
    await drain(trainPpo({ ...parts, pretraining: { ...parts.pretraining, sequences } }));
    assert.deepEqual(taken, [2, 2, 2, 2]);
    const frozen = { iterations: 1, learningRate: 1e-4, warmupIterations: 0, adamEpsilon: 1e6, ptxCoef: 0 };
    const { states } = await runPpo(frozen); // with such an ε Adam moves nothing: what moves would be decay
    const [before, after] = [0, 1].map((i) => states.get(i)!.tensors["policy/wte.weight"].data);
    expectClose(after, before, 1e-8);
  });
});
