import { paperFlags } from "./rankingFlags";
import { choice, flag, integer, list, number, text, type BlockOf, type ValueOf } from "./configField";

/**
 * The one catalogue of settings (`rlhf.json`). Every field carries the paper's value ("Training language models to follow instructions
 * with human feedback", Ouyang et al. 2022), with the section where it stands, or says that the choice is ours.
 */
export const configFormatVersion = 1;

const positive = { min: 1, max: 1e9 };
const share = { min: 0, max: 1 };
const rate = { min: 0, max: 1 };
const ours = "our choice";

const optimizer = {
  adamBeta1: number(0.9, share, { doc: "Decay of Adam's first moment.", paper: "0.9 (App. C)" }),
  adamBeta2: number(0.95, share, { doc: "Decay of Adam's second moment.", paper: "0.95 (App. C)" }),
  adamEpsilon: number(
    1e-8,
    { min: 1e-12, max: 1 },
    {
      doc: "Added to the square root of the bias-corrected second moment (PyTorch's form of Adam, not TensorFlow 1's).",
      paper: "not stated; our choice",
    },
  ),
  maxGradNorm: number(
    1,
    { min: 0, max: 1e6 },
    {
      doc: "Gradients are scaled down to this global norm; 0 turns clipping off.",
      paper: "not stated; our choice",
    },
  ),
};

const bookkeeping = {
  stepsPerIteration: integer(10, positive, {
    doc: "Optimizer steps summarised in one line of metrics.",
    unit: "steps",
    paper: ours,
  }),
  checkpointEvery: integer(10, positive, {
    doc: "Iterations between checkpoints.",
    unit: "iterations",
    paper: ours,
  }),
  keepCheckpoints: integer(
    3,
    { min: 1, max: 1e6 },
    { doc: "How many of the latest checkpoints stay on disk, the best one apart.", paper: ours },
  ),
};

export const rootFields = {
  seed: integer(1, { min: 0, max: 2 ** 32 - 1 }, { doc: "Seed of every random draw of a run.", paper: ours }),
  backend: choice("wasm", ["wasm", "cpu", "tensorflow"], {
    doc: "Who computes: wasm (our kernels, everywhere), cpu (plain JavaScript, the slow reference) or tensorflow (native, GPU where present).",
    paper: ours,
  }),
  threads: integer(
    0,
    { min: 0, max: 64 },
    {
      doc: "Threads of the wasm backend; 0 takes the machine's processors, 4 at most. The result does not depend on it.",
      paper: ours,
    },
  ),
  memoryLimitMB: integer(
    0,
    { min: 0, max: 1e7 },
    {
      doc: "A run that needs more is refused before it starts; 0 takes what the machine and WebAssembly allow.",
      unit: "MB",
      paper: ours,
    },
  ),
} as const;

export const configBlocks = {
  model: {
    name: text("base", { doc: "Name of the base model: the folder models/NAME.", paper: ours }),
    layers: integer(4, { min: 1, max: 48 }, { doc: "Transformer blocks.", paper: "24 for 1.3B (GPT-3)" }),
    width: integer(
      128,
      { min: 8, max: 4096 },
      { doc: "Width of the residual stream.", paper: "2048 for 1.3B (GPT-3)" },
    ),
    heads: integer(
      4,
      { min: 1, max: 64 },
      { doc: "Attention heads; must divide the width.", paper: "16 for 1.3B (GPT-3)" },
    ),
    context: integer(
      128,
      { min: 8, max: 4096 },
      { doc: "Longest sequence, prompt and response together.", unit: "tokens", paper: "2048 (App. C)" },
    ),
    tiedHead: flag(true, {
      doc: "The output projection is the transposed token embedding.",
      paper: "as GPT-2",
    }),
  },
  tokenizer: {
    vocabularySize: integer(
      512,
      { min: 257, max: 65536 },
      {
        doc: "Tokens of the byte-level BPE: 256 bytes, specials and merges.",
        unit: "tokens",
        paper: "50,257 (GPT-3)",
      },
    ),
  },
  data: {
    prompts: list(["data/prompts.jsonl"], { doc: "Files of prompts.", paper: ours }),
    testPrompts: list([], {
      doc: "Files of prompts that are only ever used for the final evaluation; without any, a share of the prompts is held out.",
      paper: "prompts of customers that no training set has (§3.6)",
    }),
    demonstrations: list(["data/demonstrations.jsonl"], { doc: "Files of demonstrations.", paper: ours }),
    comparisons: list(["data/preferences.jsonl"], {
      doc: "Files of comparisons; votes of a blind A/B go to data/preferences.jsonl, or to the first file where that is not listed. Rankings in labels/ are always used.",
      paper: ours,
    }),
    pretraining: list(["data/pretraining.txt"], { doc: "Files of pretraining text.", paper: ours }),
    validationShare: number(0.1, share, {
      doc: "Share of users (or prompts, where users are unknown) held out for validation.",
      paper: "split by user ID (§3.2); share not stated",
    }),
    testShare: number(0.1, share, {
      doc: "Share of users (or prompts) held out for the final evaluation.",
      paper: "split by user ID (§3.2); share not stated",
    }),
    promptBefore: text("", {
      doc: "Text put before every prompt, part of what the model reads.",
      paper: ours,
    }),
    promptAfter: text("\n", {
      doc: "Text between a prompt and its response, part of what the model reads.",
      paper: ours,
    }),
    maxPromptTokens: integer(64, positive, {
      doc: "Longer prompts are left out.",
      unit: "tokens",
      paper: "1,000 (App. A)",
    }),
    maxPromptsPerUser: integer(200, positive, {
      doc: "More prompts of one user are left out.",
      paper: "200 (§3.2)",
    }),
    duplicatePrefix: integer(40, positive, {
      doc: "Prompts that share a prefix this long are duplicates, and all but the first are dropped.",
      unit: "characters",
      paper: "“long common prefix” (§3.2), length not stated",
    }),
    removePersonalData: flag(true, {
      doc: "Mail addresses, phone numbers and the like are masked in the training split.",
      paper: "yes (§3.2)",
    }),
  },
  labeling: {
    k: integer(4, { min: 4, max: 9 }, { doc: "Responses shown per prompt.", paper: "4 to 9 (§3.5)" }),
    temperature: number(
      1,
      { min: 0.05, max: 5 },
      { doc: "Sampling temperature of the responses to rank.", paper: "not stated; our choice" },
    ),
    promptsPerRound: integer(64, positive, {
      doc: "Prompts answered K times for each round of ranking in a pipeline.",
      unit: "prompts",
      paper: "33,207 in all (Table 6)",
    }),
    rounds: integer(
      1,
      { min: 1, max: 9 },
      {
        doc: "Rounds of ranking in a pipeline: the first on responses of the SFT model, later ones on those of an early PPO policy.",
        paper: "several, on answers of SFT and PPO models (§3.5)",
      },
    ),
    maxResponseTokens: integer(32, positive, {
      doc: "Longest response to rank.",
      unit: "tokens",
      paper: "1,000 (App. A)",
    }),
    axes: list(["overall"], {
      doc: "What the responses of an item are ranked by: overall, or instruction and preference apart, which then are never mixed.",
      paper: "one ranking, overall (App. B)",
    }),
    flags: list(paperFlags, {
      doc: "Yes-or-no questions about each response, by a name of the paper's list or in words of your own.",
      paper: "these eleven (Table 3)",
    }),
    guidelines: text("labels/guidelines.md", {
      doc: "What labelers are told, in Markdown. Each label keeps which version of it was there.",
      paper: "instructions that changed over the project (App. B)",
    }),
    heldOutLabelers: list([], {
      doc: "Labelers whose rankings train no reward model and measure it instead, beside the validation accuracy.",
      paper: "a group of its own that labeled no training data (§3.4, §4.1)",
    }),
    goldShare: number(
      0,
      { min: 0, max: 0.5 },
      {
        doc: "Items of labels/gold.jsonl, whose right ranking is known, mixed into a new batch for each prompt answered. They never train.",
        paper: "agreement with the researchers' labels, for selecting labelers (App. B.1)",
      },
    ),
    repeatShare: number(
      0,
      { min: 0, max: 0.5 },
      {
        doc: "Items asked a second time later in a new batch, for each prompt answered. Only a labeler's first judgement trains.",
        paper: ours,
      },
    ),
    randomShare: number(0.2, share, {
      doc: "Share of items drawn at random where the others are chosen by the reward model's uncertainty (rlhf assign --by uncertainty).",
      paper: "not stated; our choice",
    }),
    suggestions: flag(false, {
      doc: "Whether rlhf assign notes the order that the latest reward model would give. Labelers who see it agree with it more.",
      paper: ours,
    }),
  },
  pretrain: {
    steps: integer(2000, positive, { doc: "Optimizer steps.", unit: "steps", paper: "not stated (GPT-3)" }),
    batch: integer(32, positive, {
      doc: "Sequences per optimizer step.",
      unit: "sequences",
      paper: "GPT-3's",
    }),
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
  },
  sft: {
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
  },
  rm: {
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
  },
  ppo: {
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
        doc: "Episodes per forward pass, to save memory; 0 takes the whole minibatch. Must divide the minibatch.",
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
  },
  evaluate: {
    prompts: integer(200, positive, { doc: "Test prompts, seeded choice.", paper: "3,196 (Table 9)" }),
    fewShot: integer(
      0,
      { min: 0, max: 16 },
      {
        doc: "Demonstrations put before every prompt, as for a base model that was never tuned; fewer where the context is too short.",
        paper: "GPT-3 (prompted) (§3.5)",
      },
    ),
    responseTokens: integer(32, positive, { doc: "Longest response.", unit: "tokens", paper: "1,000" }),
    temperature: number(
      1,
      { min: 0, max: 5 },
      { doc: "Sampling temperature; 0 takes the likeliest token.", paper: "1 for InstructGPT (App. F)" },
    ),
  },
} as const;

export type BlockName = keyof typeof configBlocks;
export type RunConfig = { readonly formatVersion: number } & {
  readonly [K in keyof typeof rootFields]: ValueOf<(typeof rootFields)[K]>;
} & {
  readonly [K in BlockName]: BlockOf<(typeof configBlocks)[K]>;
};
export type PretrainConfig = RunConfig["pretrain"];
export type SftConfig = RunConfig["sft"];
export type RewardModelConfig = RunConfig["rm"];
export type PpoConfig = RunConfig["ppo"];
export type EvaluateConfig = RunConfig["evaluate"];
