import { mean } from "../algorithms/statistics";
import { shuffledSource } from "../data/source";
import { ppoMemory, type ModelSize } from "../engine/memoryEstimate";
import { disposeParameters } from "../engine/parameters";
import { gptPolicy, gptScalar, gptShared, type PolicyNetwork } from "../model/network";
import { defaultConfig } from "../protocol/resolveConfig";
import type { PpoConfig } from "../protocol/runConfig";
import type { MetricValues } from "../protocol/trainerEvents";
import { trainPpo } from "../trainer/ppo";
import { scoreSequences } from "../trainer/rewardModel";
import { timed, type BenchSize, type BenchTask, type Figures } from "./benchTasks";
import { benchModel, randomTokens } from "./benchWeights";

const promptTokens = 16;

/** 64 prompts of 16 tokens, responses of 48, four epochs of minibatches of 16: what TRL's PPOTrainer was measured with. Nothing is logged. */
const settings: PpoConfig = {
  ...defaultConfig().ppo,
  ...{ iterations: 1_000_000, episodes: 64, minibatch: 16, ppoEpochs: 4, responseTokens: 48 },
  ...{ warmupIterations: 0, emaDecay: 0, missingEndPenalty: 0, rewardScale: "none", loggedEpisodes: 0 },
};

/** The check's iterations have one minibatch each, so that the order of episodes, which each side draws for itself, does not count. */
const checkSettings: PpoConfig = { ...settings, episodes: 8, minibatch: 8 };
const checkIterations = 2;

/**
 * One iteration of the product's own PPO trainer with four models, or with three where policy and value share a trunk. `rollout` is
 * sampling alone; `scoring` is log-probs of policy and reference, values and the reward model's scores.
 */
export function ppoTask(size: BenchSize, shared: boolean): BenchTask {
  const suffix = shared ? ", shared value model" : "";
  const figure = (label: string) => ({ label: `${label}${suffix}`, unit: "s" as const });
  const scalar: ModelSize = { ...size.shape, head: "linear" };
  let run: PpoRun | null = null;
  return {
    figures: {
      iteration: figure("PPO iteration"),
      rollout: figure("  rollout"),
      scoring: figure("  scoring"),
      update: figure("  update"),
    },
    estimate: ppoMemory({
      policy: { ...size.shape, head: "output" },
      value: shared ? null : scalar,
      others: [{ ...size.shape, head: "output" }, scalar],
      ...{ average: false, rows: settings.episodes, promptTokens, responseTokens: settings.responseTokens },
      ...{ episodes: settings.minibatch, loggedEpisodes: 0, pretraining: null, pretrainingInParts: false },
    }),
    forPeers: {
      task: "ppo",
      shared,
      shape: { ...size.shape },
      config: { ...settings },
      prompts: randomTokens("ppo", settings.episodes, promptTokens, size.shape),
    },
    async check() {
      const checked = startPpo(size, shared, checkSettings);
      const iterations: Iteration[] = [];
      await checked.next(); // Iteration 0 only measures.
      for (let i = 0; i < checkIterations; i++) iterations.push(await checked.next());
      await checked.stop();
      const given = {
        rollouts: iterations.map(({ rollout: { prompts, responses } }) => ({ prompts, responses })),
      };
      const torch = iterations.flatMap(({ values }, i) =>
        Object.entries(agreeing).map(([name, metric]) => [`${name}${i + 1}`, values[metric]] as const),
      );
      return {
        given,
        results: {
          torch: Object.fromEntries(torch),
          ...(shared ? {} : { trl: trlAgrees(iterations[0]) }),
        },
      };
    },
    async run() {
      run ??= await begin(size, shared);
      return (await run.next()).seconds;
    },
    async dispose() {
      await run?.stop();
    },
  };
}

/** PyTorch's names of what both sides must find in each of the check's iterations. */
const agreeing = {
  score: "objective/score",
  kl: "objective/klPolicyReference",
  entropy: "policy/entropy",
  policyLoss: "policy/loss",
  valueLoss: "value/loss",
  policyGradNorm: "policy/gradNorm",
  valueGradNorm: "value/gradNorm",
  k3: "policy/approxKlK3",
  clipFraction: "policy/clipFraction",
} as const;

/**
 * TRL draws from a generator of its own and updates in details of its own (trl_peer.py lists them). What it must find is what the starting
 * weights say of our first rollout, and how much work an iteration is: optimizer steps, and tokens sampled.
 */
function trlAgrees({ values, rollout }: Iteration): Figures {
  const { episodes, minibatch, ppoEpochs, responseTokens } = settings;
  return {
    logprob: mean(rollout.logprobs.flat()),
    entropy: values["policy/entropy"],
    value: values["value/mean"],
    score: values["objective/score"],
    steps: ppoEpochs * (episodes / minibatch),
    tokens: episodes * responseTokens,
  };
}

type Rollout = {
  readonly prompts: readonly (readonly number[])[];
  readonly responses: readonly (readonly number[])[];
  /** Of the responses' tokens, nats. */
  readonly logprobs: readonly (readonly number[])[];
};

/** Where an iteration's seconds went, its metrics and what it sampled. */
interface Iteration {
  readonly seconds: Figures;
  readonly values: MetricValues;
  readonly rollout: Rollout;
}

interface PpoRun {
  /** The trainer's next iteration. */
  readonly next: () => Promise<Iteration>;
  readonly stop: () => Promise<void>;
}

async function begin(size: BenchSize, shared: boolean): Promise<PpoRun> {
  const run = startPpo(size, shared, settings);
  await run.next(); // Iteration 0 only measures.
  return run;
}

function startPpo(size: BenchSize, shared: boolean, config: PpoConfig): PpoRun {
  const policy = benchModel(size.shape, "policy", shared ? "value" : null);
  const reference = benchModel(size.shape, "policy");
  const rewardModel = benchModel(size.shape, "reward", "score");
  const value = shared ? null : benchModel(size.shape, "reward", "score");
  const prompts = randomTokens("ppo", config.episodes, promptTokens, size.shape);
  let sampling = 0;
  let rollout: Rollout = { prompts: [], responses: [], logprobs: [] };
  const network = shared ? gptShared(policy) : gptPolicy(policy);
  const generate: PolicyNetwork["generate"] = async (...call) => {
    const start = performance.now();
    const generated = await network.generate(...call);
    sampling = (performance.now() - start) / 1000;
    rollout = {
      prompts: call[0],
      responses: generated.map(({ tokens }) => tokens),
      logprobs: generated.map(({ logprobs }) => logprobs),
    };
    return generated;
  };
  const trainer = trainPpo({
    policy: { ...network, generate },
    referencePolicy: gptPolicy(reference),
    value: value && gptScalar(value),
    heldOutScore: null,
    score: (episodes) =>
      scoreSequences(
        rewardModel,
        episodes.map(({ sequence }) => sequence),
      ),
    prompts: shuffledSource(
      prompts.map((tokens, i) => ({ id: `p${i}`, text: "", tokens })),
      1,
      "prompts",
    ),
    pretraining: null,
    endToken: -1, // No token ends a response, so that both sides do the same work.
    settings: () => config,
    seed: 1,
    clock: () => performance.now() / 1000,
    resume: null,
  });
  return {
    async next() {
      let values: MetricValues = {};
      const milliseconds = await timed(async () => void (values = await nextIteration(trainer)));
      const measuring = values["time/rolloutSeconds"] - sampling;
      const seconds = {
        iteration: milliseconds / 1000,
        rollout: sampling,
        scoring: measuring + values["time/scoringSeconds"],
        update: values["time/updateSeconds"],
      };
      return { seconds, values, rollout };
    },
    async stop() {
      await trainer.return(undefined);
      for (const model of [policy, reference, rewardModel, value])
        if (model) disposeParameters(model.parameters);
    },
  };
}

async function nextIteration(trainer: ReturnType<typeof trainPpo>): Promise<MetricValues> {
  for (;;) {
    const { value, done } = await trainer.next();
    if (done === true) throw new Error("the trainer ended before its time");
    if (value.type === "iteration") return value.values;
    if (value.type !== "progress") throw new Error(`the PPO trainer says: ${value.message}`);
  }
}
