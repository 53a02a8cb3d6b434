import { gae } from "../algorithms/gae";
import { nextKlCoef } from "../algorithms/klController";
import { penalizeKl } from "../algorithms/klPenalty";
import { createRng } from "../algorithms/rng";
import { warmupConstantLearningRate } from "../algorithms/schedules";
import { scaleToUnitVariance, whiten } from "../algorithms/whiten";
import type { Source } from "../data/source";
import { createOptimizer, disposeOptimizer, type Optimizer } from "../engine/optimizer";
import { createParameters, disposeParameters, readParameters } from "../engine/parameters";
import type { Parameters } from "../engine/gradients";
import type { GptModel } from "../model/gpt";
import type { PolicyNetwork, ScalarNetwork, SharedNetwork } from "../model/network";
import type { Sequence } from "../model/sequences";
import type { PpoConfig } from "../protocol/runConfig";
import type { TrainerEvent, TrainerState } from "../protocol/trainerEvents";
import { episodeRecords, chooseLogged } from "./ppoEpisodes";
import { namingOutOfMemory } from "./outOfMemory";
import { ppoMetrics, tripwires } from "./ppoMetrics";
import { ppoUpdate, type Learners, type UpdateStats } from "./ppoUpdate";
import { measureScale, scaledScores, type ScoreEpisodes, type ScoreScale } from "./ppoScores";
import { sampleRollout, type Rollout, type TokenPrompt } from "./rollout";
import { groupOf, momentsOf, snapshot } from "./state";

/**
 * Proximal policy optimization from a reward model, with or without the pretraining mix.
 *
 *   maximise E_{x~D, y~π}[ r(x,y) − β·log(π(y|x)/π_ref(y|x)) ] + γ·E_{x~pretraining}[ log π(x) ]        (eq. 2)
 *
 * In every iteration:
 * 1. Sample a response y ~ π(·|x) for each prompt of a batch; measure log π, log π_ref and V.
 * 2. Score it: r(x,y), scaled, a penalty where end-of-text is missing.
 * 3. Reward per token: −β·(log π − log π_ref), plus the score at the last token.
 * 4. Advantages and returns by GAE; advantages whitened over the batch.
 * 5. Minibatches, shuffled, ppoEpochs times: one optimizer step each on the clipped losses, pretraining gradients accumulated into the
 *    same buffer; then the moving average of the policy.
 * 6. Move β where the controller is adaptive.
 * 7. Report.
 *
 * Source: Ouyang et al. 2022, §3.5 and App. C.4; Schulman et al. 2017; Stiennon et al. 2020, App. C.
 * Deviations: learning rates, β and γ for small models and another loss normalisation (the paper's is not stated: γ multiplies the mean loss
 * per token here); scores are divided by their spread on answers of the starting policy, so that β keeps its meaning; values are
 * clipped as in common implementations. Iteration 0 measures the starting policy without an update.
 */
export interface PpoParts {
  readonly policy: PolicyNetwork;
  readonly referencePolicy: PolicyNetwork;
  /** A value model of its own, or null for a policy with a value head on its trunk. */
  readonly value: ScalarNetwork | null;
  readonly score: ScoreEpisodes;
  /** A score that is measured and never rewarded; null for none. */
  readonly heldOutScore: ScoreEpisodes | null;
  readonly prompts: Source<TokenPrompt>;
  /** The policy as a model that continues text, with the pretraining sequences; null where there are none. */
  readonly pretraining: { readonly model: GptModel; readonly sequences: Source<Sequence> } | null;
  readonly endToken: number;
  readonly settings: (iteration: number) => PpoConfig;
  readonly seed: number;
  readonly clock: () => number;
  readonly resume: TrainerState | null;
}

export async function* trainPpo(parts: PpoParts): AsyncGenerator<TrainerEvent> {
  const { prompts, pretraining, settings, seed, clock, resume } = parts;
  const learners = createLearners(parts);
  const value = learners.type === "separate" ? learners.value : learners.policy;
  const models = {
    policy: parts.policy,
    referencePolicy: parts.referencePolicy,
    value,
    endToken: parts.endToken,
  };
  const average = await createAverage(parts);
  const reference = await checksum(parts.referencePolicy.parameters);
  let klCoef = resume ? Number(resume.numbers.klCoef) : settings(1).klCoef;
  let step = resume ? Number(resume.numbers.step) : 0;
  let scale: ScoreScale = { divisor: resume ? Number(resume.numbers.scoreDivisor) : 1 };
  const state = (iteration: number) => (): Promise<TrainerState> =>
    snapshot(iteration, groupsOf(learners, average), optimizersOf(learners), {
      klCoef,
      step,
      scoreDivisor: scale.divisor,
      prompts: prompts.state(),
      pretraining: pretraining?.sequences.state() ?? null,
    });
  try {
    const begin = resume ? resume.iteration + 1 : 0;
    for (let iteration = begin; iteration <= settings(iteration).iterations; iteration++) {
      const config = settings(iteration);
      const iterations = config.iterations;
      // The adaptive controller goes on from a coefficient that was changed by hand.
      const changed = iteration > 0 && config.klCoef !== settings(iteration - 1).klCoef;
      if (changed || config.klController === "constant") klCoef = config.klCoef;
      const times = { start: clock(), sampled: 0, scored: 0, updated: 0 };
      if (iteration === 0)
        scale = await measureScale(models.policy, prompts, parts.score, config, parts.endToken, seed);

      const rollout = await sampleRollout(
        models,
        prompts.take(config.episodes),
        config,
        seed,
        `rollout ${iteration}`,
      ); // 1
      times.sampled = clock();
      const raw = await parts.score(rollout.episodes);
      const scores = scaledScores(raw, rollout.episodes, scale, config); // 2
      const heldOutScores = parts.heldOutScore && (await parts.heldOutScore(rollout.episodes));
      times.scored = clock();
      const { columns, responseMask, logprobs, referenceLogprobs } = rollout;
      const shape = { responseMask, rows: rollout.episodes.length, columns };
      const { rewards: plain, klPerSequence } = penalizeKl({
        ...shape,
        logprobs,
        referenceLogprobs,
        scores,
        klCoef,
      }); // 3
      const rewards = config.whitenRewards ? scaleToUnitVariance(plain, responseMask) : plain;
      const { gamma, lambda } = config;
      const { advantages: unscaled, returns } = gae({
        ...shape,
        rewards,
        values: rollout.values,
        gamma,
        lambda,
      }); // 4
      const advantages = config.whitenAdvantages ? whiten(unscaled, responseMask) : unscaled;

      const logged = chooseLogged(
        scores,
        config.loggedEpisodes,
        createRng(seed).split(`logged ${iteration}`),
      );
      const measured = { rollout, rewards, advantages, returns, scores: raw, klPerSequence };
      const complete = await episodeRecords(models, measured, logged, iteration, config.temperature);
      const updates: UpdateStats[] = [];
      if (iteration > 0) {
        const learningRates = ratesAt(iteration - 1, config);
        const batches = minibatches(rollout, config, createRng(seed).split(`minibatches ${iteration}`)); // 5
        for (const [i, members] of batches.entries()) {
          step++;
          const sequences =
            config.ptxCoef > 0 && pretraining
              ? pretraining.sequences.take(Math.round(members.length * config.ptxPerEpisode))
              : [];
          const ptx = pretraining ? { model: pretraining.model, sequences } : null;
          const size = { step, batch: members.length, microbatch: config.microbatch };
          const update = await namingOutOfMemory(
            { ...size, setting: "ppo.microbatch", unit: "episodes" },
            () =>
              ppoUpdate(learners, rollout, { advantages, returns }, members, ptx, average, {
                config,
                step: size.step,
                ...learningRates,
              }),
          );
          updates.push(update);
          if (
            !Number.isFinite(
              update.policyLoss + update.valueLoss + update.policyGradNorm + update.valueGradNorm,
            )
          ) {
            const message = `the loss became not a number at optimizer step ${step}: lower the learning rate or raise the KL coefficient, and resume from the last checkpoint`;
            yield { type: "failed", iteration, message };
            return;
          }
          yield {
            type: "progress",
            done: (iteration - 1) * batches.length + i + 1,
            total: iterations * batches.length,
            phase: "training",
          };
          if (config.targetKl > 0 && update.k3 > config.targetKl) break;
        }
      }
      times.updated = clock();
      const meanKl = klPerSequence.reduce((a: number, b: number) => a + b, 0) / klPerSequence.length;
      const usedKlCoef = klCoef;
      if (iteration > 0 && config.klController === "adaptive")
        klCoef = nextKlCoef({
          klCoef,
          observedKl: meanKl,
          target: config.klTarget,
          horizon: config.klHorizon,
          episodes: config.episodes,
        }); // 6

      const checks = { referenceChanged: (await checksum(parts.referencePolicy.parameters)) !== reference };
      const values = ppoMetrics({
        ...measured,
        plainRewards: plain,
        heldOutScores,
        scaled: scores,
        updates,
        klCoef: usedKlCoef,
        scoreDivisor: scale.divisor,
        rates: ratesAt(iteration - 1, config),
        times,
        checks,
      }); // 7
      for (const message of tripwires(values, iteration)) yield { type: "warning", iteration, message };
      const episodes = await complete();
      const candidate = iteration % config.checkpointEvery === 0 || iteration === iterations;
      const withinBound = config.maxKl === 0 || meanKl <= config.maxKl;
      const selection = candidate && withinBound ? values["objective/rewardPerSequence"] : null;
      yield {
        type: "iteration",
        iteration,
        iterations,
        values,
        episodes,
        selection,
        state: state(iteration),
      };
    }
  } finally {
    disposeOptimizer(learners.policyOptimizer);
    if (learners.type === "separate") disposeOptimizer(learners.valueOptimizer);
    if (average) disposeParameters(average);
  }
}

/** Episode numbers in minibatches: `ppoEpochs` passes, each in a fresh order. */
function minibatches(rollout: Rollout, config: PpoConfig, rng: ReturnType<typeof createRng>): number[][] {
  const numbers = rollout.episodes.map((_, b) => b);
  return Array.from({ length: config.ppoEpochs }, () => rng.shuffle(numbers)).flatMap((order) =>
    Array.from({ length: Math.ceil(order.length / config.minibatch) }, (_, i) =>
      order.slice(i * config.minibatch, (i + 1) * config.minibatch),
    ),
  );
}

/** Learning rates of the update with this number, from 0: a tenth of the peak at first, then rising to it. */
function ratesAt(
  update: number,
  config: PpoConfig,
): { readonly learningRate: number; readonly valueLearningRate: number } {
  const schedule = {
    iteration: Math.max(0, update),
    warmupIterations: config.warmupIterations,
    startShare: 0.1,
  };
  return {
    learningRate: warmupConstantLearningRate({ ...schedule, peak: config.learningRate }),
    valueLearningRate: config.valueLearningRate,
  };
}

function createLearners({ policy, value, settings, resume }: PpoParts): Learners {
  const config = { ...settings(1), weightDecay: 0 };
  const policyOptimizer = createOptimizer(
    policy.parameters,
    config,
    resume ? momentsOf(resume, "policy") : undefined,
  );
  if (value === null) return { type: "shared", policy: policy as SharedNetwork, policyOptimizer };
  const valueOptimizer = createOptimizer(
    value.parameters,
    config,
    resume ? momentsOf(resume, "value") : undefined,
  );
  return { type: "separate", policy, policyOptimizer, value, valueOptimizer };
}

/** The moving average of the policy, begun from the policy itself; null when it is off. */
async function createAverage({ policy, settings, resume }: PpoParts): Promise<Parameters | null> {
  if (settings(1).emaDecay === 0) return null;
  return createParameters(resume ? groupOf(resume, "policyEma") : await readParameters(policy.parameters));
}

function groupsOf(learners: Learners, average: Parameters | null): Record<string, Parameters> {
  const { policy } = learners;
  return {
    policy: policy.parameters,
    ...(average ? { policyEma: average } : {}),
    ...(learners.type === "separate" ? { value: learners.value.parameters } : {}),
  };
}

function optimizersOf(learners: Learners): Record<string, Optimizer> {
  const { policyOptimizer: policy } = learners;
  return learners.type === "separate" ? { policy, value: learners.valueOptimizer } : { policy };
}

/** A number that changes when any weight does: the bits of all weights, hashed (FNV-1a). */
async function checksum(parameters: Parameters): Promise<number> {
  let hash = 0x811c9dc5;
  for (const { data } of Object.values(await readParameters(parameters)))
    for (const word of new Uint32Array(data.buffer, data.byteOffset, data.length))
      hash = Math.imul(hash ^ word, 0x01000193);
  return hash >>> 0;
}
