import { choice, integer, number, text } from "./configField";
import { bookkeeping, optimizer, ours, positive, rate, share } from "./sharedFields";

// The supervised stages: pretraining, SFT and the reward model.

export const pretrainFields = {
  steps: integer(2000, positive, { doc: "Optimizer steps.", unit: "steps", paper: "not stated (GPT-3)" }),
  batch: integer(32, positive, {
    doc: "Sequences per optimizer step.",
    unit: "sequences",
    paper: "GPT-3's",
  }),
  microbatch: integer(
    0,
    { min: 0, max: 1e6 },
    {
      doc: "Sequences per forward pass, to save memory: the same result in parts; 0 takes the whole batch.",
      unit: "sequences",
      paper: ours,
    },
  ),
  sequenceTokens: integer(96, positive, {
    doc: "Length of a pretraining sequence; at most the model's context.",
    unit: "tokens",
    paper: "2048 (GPT-3)",
  }),
  learningRate: number(2e-3, rate, { doc: "Peak learning rate.", paper: "2e-4 for 1.3B (GPT-3)" }),
  warmupSteps: integer(
    50,
    { min: 0, max: 1e9 },
    { doc: "Steps of linear warm-up.", unit: "steps", paper: "375 M tokens (GPT-3)" },
  ),
  finalLearningRateShare: number(0.1, share, {
    doc: "Cosine decay ends at this share of the peak.",
    paper: "0.1 (GPT-3)",
  }),
  weightDecay: number(0.1, share, { doc: "Decoupled weight decay on matrices.", paper: "0.1 (GPT-3)" }),
  dropout: number(0, { min: 0, max: 0.9 }, { doc: "Residual dropout.", paper: "none stated" }),
  ...optimizer,
  ...bookkeeping,
} as const;

export const sftFields = {
  variant: choice("ppoInit", ["baseline", "ppoInit"], {
    doc: "baseline: many epochs on demonstrations alone, what PPO is compared with. ppoInit: few epochs with pretraining text mixed in; PPO starts here and measures KL against it.",
    paper: "two different models (App. C.1 and C.3)",
  }),
  epochs: integer(5, positive, {
    doc: "Passes over the demonstrations of the baseline variant.",
    paper: "16 (App. C.1)",
  }),
  ppoInitEpochs: integer(4, positive, {
    doc: "Passes over the demonstrations of the ppoInit variant.",
    paper: "2 (App. C.3)",
  }),
  pretrainingShare: number(
    0.3,
    { min: 0, max: 0.9 },
    { doc: "Share of pretraining sequences mixed in by the ppoInit variant.", paper: "10 % (App. C.3)" },
  ),
  batch: integer(32, positive, {
    doc: "Demonstrations per optimizer step.",
    unit: "sequences",
    paper: "32 (App. C.1)",
  }),
  microbatch: integer(
    0,
    { min: 0, max: 1e6 },
    {
      doc: "Sequences per forward pass, to save memory: the same result in parts; 0 takes the whole batch.",
      unit: "sequences",
      paper: ours,
    },
  ),
  learningRate: number(2e-3, rate, {
    doc: "Peak learning rate; no warm-up.",
    paper: "9.65e-6 for 1.3B (App. C.1)",
  }),
  finalLearningRateShare: number(0.1, share, {
    doc: "Cosine decay ends at this share of the peak.",
    paper: "0.1 (App. C.1)",
  }),
  weightDecay: number(0, share, {
    doc: "Decoupled weight decay on matrices.",
    paper: "not stated; our choice",
  }),
  dropout: number(0, { min: 0, max: 0.9 }, { doc: "Residual dropout.", paper: "0.2 (App. C.1)" }),
  selection: choice("validationLoss", ["rewardModel", "validationLoss", "last"], {
    doc: "How the best checkpoint is chosen.",
    paper: "reward-model score on validation (App. C.1)",
  }),
  selectionRewardModel: text("", {
    doc: "Model reference of the reward model for selection = rewardModel.",
    paper: "6B RM (App. C.1)",
  }),
  ...optimizer,
  ...bookkeeping,
} as const;

export const rewardModelFields = {
  axis: text("overall", {
    doc: "Which rankings it learns from: overall, instruction or preference. Those on other axes are left out.",
    paper: "overall (App. B)",
  }),
  epochs: integer(1, positive, {
    doc: "Passes over the rankings; more overfit at once.",
    paper: "1 (App. C.2)",
  }),
  promptsPerBatch: integer(16, positive, {
    doc: "Prompts per optimizer step, each with all its K responses.",
    unit: "prompts",
    paper: "64 (App. C.2)",
  }),
  microbatch: integer(
    0,
    { min: 0, max: 1e6 },
    {
      doc: "Prompts per forward pass, each with all its responses, to save memory: the same result in parts; 0 takes the whole batch.",
      unit: "prompts",
      paper: ours,
    },
  ),
  learningRate: number(7e-4, rate, { doc: "Peak learning rate.", paper: "9e-6 for 6B (App. C.2)" }),
  finalLearningRateShare: number(0.1, share, {
    doc: "Cosine decay ends at this share of the peak.",
    paper: "0.1 (App. C.2)",
  }),
  weightDecay: number(0, share, {
    doc: "Decoupled weight decay on matrices.",
    paper: "not stated; our choice",
  }),
  dropout: number(0, { min: 0, max: 0.9 }, { doc: "Residual dropout.", paper: "not stated; our choice" }),
  ties: choice("drop", ["drop", "soft"], {
    doc: "drop: tied pairs give no comparison. soft: a tied pair has target ½.",
    paper: "ties dropped (App. C.2)",
  }),
  head: choice("linear", ["linear", "mlp"], {
    doc: "linear: one projection to a scalar. mlp: one hidden layer before it.",
    paper: "one projection layer (§3.5)",
  }),
  ...optimizer,
  ...bookkeeping,
} as const;
