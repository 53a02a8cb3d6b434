import { choice, flag, integer, list, number } from "./configField";
import { bookkeeping, optimizer, ours, positive, rate, share } from "./sharedFields";

// PPO and PPO-ptx.

export const ppoFields = {
  iterations: integer(40, positive, {
    doc: "Rollout batches; each is followed by its updates.",
    unit: "iterations",
    paper: "about 500 (App. C.4: 256k episodes)",
  }),
  episodes: integer(128, positive, {
    doc: "Episodes per iteration.",
    unit: "episodes",
    paper: "512 (App. C.4)",
  }),
  minibatch: integer(32, positive, {
    doc: "Episodes per optimizer step; must divide the episodes.",
    unit: "episodes",
    paper: "64 (App. C.4)",
  }),
  microbatch: integer(
    0,
    { min: 0, max: 1e6 },
    {
      doc: "Episodes per forward pass, to save memory; 0 takes the whole minibatch. Must divide the minibatch. The pretraining mix is split with it.",
      unit: "episodes",
      paper: ours,
    },
  ),
  ppoEpochs: integer(
    1,
    { min: 1, max: 100 },
    { doc: "Passes over each rollout batch.", paper: "1 (App. C.4)" },
  ),
  responseTokens: integer(24, positive, {
    doc: "Longest response.",
    unit: "tokens",
    paper: "1,000 (App. A)",
  }),
  temperature: number(
    1,
    { min: 0.05, max: 5 },
    {
      doc: "Rollout temperature; the same division of the logits is in every log-prob of the run.",
      paper: "1 (App. C.4)",
    },
  ),
  learningRate: number(1.5e-4, rate, {
    doc: "Policy's learning rate.",
    paper: "swept 2.55e-6 to 2.55e-5 (App. E.9)",
  }),
  valueLearningRate: number(3e-4, rate, { doc: "Value model's learning rate.", paper: "9e-6 (App. C.4)" }),
  warmupIterations: integer(
    10,
    { min: 0, max: 1e6 },
    {
      doc: "Linear warm-up starting at a tenth of the rate, then constant.",
      unit: "iterations",
      paper: "10, from 1/10 (App. C.4)",
    },
  ),
  klCoef: number(
    0.36,
    { min: 0, max: 1e3 },
    {
      doc: "β: weight of the per-token KL penalty against the SFT policy. Its meaning depends on rewardScale.",
      paper: "0.02 (App. C.4)",
    },
  ),
  klController: choice("constant", ["constant", "adaptive"], {
    doc: "adaptive: proportional controller towards klTarget (Ziegler et al. 2019, §2.2).",
    paper: "constant",
  }),
  klTarget: number(
    1,
    { min: 1e-6, max: 1e4 },
    { doc: "Target of the adaptive controller.", unit: "nats per sequence", paper: "not used" },
  ),
  klHorizon: number(
    2000,
    { min: 1, max: 1e9 },
    { doc: "Horizon of the adaptive controller.", unit: "episodes", paper: "not used" },
  ),
  gamma: number(1, share, {
    doc: "Discount of the returns. Not the paper's γ: that is ptxCoef.",
    paper: "none, i.e. 1 (App. C.4)",
  }),
  lambda: number(0.95, share, { doc: "GAE's λ.", paper: "not stated; 0.95 by convention" }),
  clipRange: number(
    0.2,
    { min: 1e-6, max: 10 },
    { doc: "ε of the clipped policy objective.", paper: "0.2 (App. C.4)" },
  ),
  clipRangeValue: number(
    0.2,
    { min: 0, max: 100 },
    { doc: "Clip of the value's change; 0 turns it off.", paper: "not stated; 0.2 by convention" },
  ),
  valueCoef: number(
    0.5,
    { min: 0, max: 100 },
    { doc: "Weight of the value loss where policy and value share a trunk.", paper: "not stated" },
  ),
  valueModel: choice("separate", ["separate", "shared"], {
    doc: "separate: a value model of its own, begun from the reward model. shared: one trunk with two heads, nearly half the cost.",
    paper: "separate, from the RM (App. C.4)",
  }),
  whitenAdvantages: flag(true, {
    doc: "Advantages are shifted and scaled to mean 0, variance 1 within the batch.",
    paper: "not stated; common practice",
  }),
  whitenRewards: flag(false, {
    doc: "Rewards are scaled to variance 1, their mean kept.",
    paper: "not stated; off",
  }),
  entropyCoef: number(0, { min: 0, max: 10 }, { doc: "Entropy bonus; 0 is off.", paper: "not used" }),
  emaDecay: number(
    0.95,
    { min: 0, max: 0.999999 },
    {
      doc: "Decay of the averaged policy weights, which are what is evaluated and shipped; 0 turns averaging off.",
      paper: "0.992, over 4,000 updates (App. C.4)",
    },
  ),
  ptxCoef: number(
    0,
    { min: 0, max: 1e4 },
    {
      doc: "γ of the paper: weight of the pretraining loss (mean per token). Above 0 the run is PPO-ptx.",
      paper: "27.8 with an unstated normalisation (App. C.4); about 0.3 here",
    },
  ),
  ptxPerEpisode: number(
    0.5,
    { min: 0, max: 64 },
    { doc: "Pretraining sequences per episode.", unit: "sequences", paper: "8 (App. C.4)" },
  ),
  ptxSequenceTokens: integer(64, positive, {
    doc: "Length of a pretraining sequence.",
    unit: "tokens",
    paper: "not stated",
  }),
  missingEndPenalty: number(
    1.5,
    { min: 0, max: 1e3 },
    {
      doc: "Taken from the score of a response without end-of-text token, in units of the scaled score.",
      paper: "not stated; our choice",
    },
  ),
  rewardScale: choice("withinPrompt", ["withinPrompt", "total", "none"], {
    doc: "Scores are divided by their standard deviation within prompts, in total, or not at all, measured once on answers of the starting policy.",
    paper: "none beyond the bias (§3.5)",
  }),
  rewardScalePrompts: integer(
    32,
    { min: 2, max: 1e5 },
    { doc: "Prompts that measure the scale, four answers each.", unit: "prompts", paper: ours },
  ),
  rewards: list(["rewardModel"], {
    doc: 'Where scores come from, weights after a colon: rewardModel, judge (the sample\'s), sentiment, length; for example ["rewardModel:1", "length:0.1"].',
    paper: "the reward model",
  }),
  heldOutScore: list([], {
    doc: "Scores that are measured in each iteration and never rewarded, named as in ppo.rewards; rewardModel is here a second reward model, which --held-out-reward names (else the latest that is not rewarded). When they stand still while the rewarded score climbs, the policy exploits its reward.",
    paper: "not used; Gao et al. 2022 measure a gold score so",
  }),
  targetKl: number(
    0,
    { min: 0, max: 1e4 },
    {
      doc: "Ends the updates of an iteration early when the policy moved this far from the rollout policy; 0 never does.",
      unit: "nats per token",
      paper: "not used",
    },
  ),
  maxKl: number(
    0,
    { min: 0, max: 1e4 },
    {
      doc: "The best checkpoint is chosen among those with at most this KL per sequence; 0 sets no bound.",
      unit: "nats per sequence",
      paper: "not used",
    },
  ),
  loggedEpisodes: integer(
    32,
    { min: 0, max: 1e6 },
    {
      doc: "Episodes written to disk per iteration, seeded, the best and the worst always among them.",
      paper: ours,
    },
  ),
  adamBeta1: optimizer.adamBeta1,
  adamBeta2: optimizer.adamBeta2,
  adamEpsilon: number(
    1e-5,
    { min: 1e-12, max: 1 },
    {
      doc: "Added to the square root of the bias-corrected second moment.",
      paper: "not stated; 1e-5 by convention",
    },
  ),
  maxGradNorm: optimizer.maxGradNorm,
  checkpointEvery: bookkeeping.checkpointEvery,
  keepCheckpoints: bookkeeping.keepCheckpoints,
} as const;
