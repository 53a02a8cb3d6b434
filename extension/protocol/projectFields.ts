import { flag, integer, list, number, text } from "./configField";
import { paperFlags } from "./rankingFlags";
import { ours, positive, share } from "./sharedFields";

// What a project is made of: the model's shape, its tokenizer, its data and how labels are given.

export const modelFields = {
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
} as const;

export const tokenizerFields = {
  vocabularySize: integer(
    512,
    { min: 257, max: 65536 },
    {
      doc: "Tokens of the byte-level BPE: 256 bytes, specials and merges.",
      unit: "tokens",
      paper: "50,257 (GPT-3)",
    },
  ),
} as const;

export const dataFields = {
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
} as const;

export const labelingFields = {
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
} as const;
