import { choice, integer, type BlockOf, type ValueOf } from "./configField";
import { evaluateFields } from "./evaluateFields";
import { ppoFields } from "./ppoFields";
import { dataFields, labelingFields, modelFields, tokenizerFields } from "./projectFields";
import { ours } from "./sharedFields";
import { pretrainFields, rewardModelFields, sftFields } from "./trainingFields";

/**
 * The one catalogue of settings (`rlhf.json`). Every field carries the paper's value ("Training language models to follow instructions
 * with human feedback", Ouyang et al. 2022), with the section where it stands, or says that the choice is ours.
 */
export const configFormatVersion = 1;

export const rootFields = {
  seed: integer(1, { min: 0, max: 2 ** 32 - 1 }, { doc: "Seed of every random draw of a run.", paper: ours }),
  backend: choice("wasm", ["auto", "wasm", "cpu", "tensorflow"], {
    doc: "Who computes: wasm (our kernels, everywhere), cpu (plain JavaScript, the slow reference), tensorflow (native, GPU where present), or auto: tensorflow where it has a GPU, else the faster of wasm and tensorflow in a short trial of the run's model. A run keeps the one it began with.",
    paper: ours,
  }),
  threads: integer(
    0,
    { min: 0, max: 64 },
    {
      doc: "Threads that compute, of the wasm and tensorflow backends; 0 takes the machine's processors, 4 at most. On wasm the result does not depend on it.",
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

/** The blocks in the order of the file; each has its fields in a file of its own. */
export const configBlocks = {
  model: modelFields,
  tokenizer: tokenizerFields,
  data: dataFields,
  labeling: labelingFields,
  pretrain: pretrainFields,
  sft: sftFields,
  rm: rewardModelFields,
  ppo: ppoFields,
  evaluate: evaluateFields,
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
