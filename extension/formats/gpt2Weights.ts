import type { Problem } from "../protocol/problem";
import { isProblem } from "../protocol/problem";
import type { NamedArray } from "../protocol/trainerEvents";
import { decodeTensors, encodeTensors } from "./safetensors";

// model.safetensors of a model folder. transformers puts "transformer." before the names of a GPT-2's trunk when it has a head; its version 4
// refuses a file with an output projection beside names without it.

type Weights = Readonly<Record<string, NamedArray>>;

const prefix = "transformer.";
const isHead = (name: string): boolean => /^(lm_head|score|value)\./.test(name);
/** Constant masks that older versions of transformers keep among the weights. */
const isMask = (name: string): boolean => /\.attn\.(masked_)?bias$/.test(name);

/** The weights of a model, named as in model/gpt.ts, as the bytes of a file that transformers loads. */
export function encodeGpt2Weights(weights: Weights): Uint8Array {
  return encodeTensors(renamed(weights, (name) => (isHead(name) ? name : prefix + name)));
}

/** The weights of a file of ours or of transformers', with or without the prefix; `where` names it in the sentence about what is wrong. */
export function decodeGpt2Weights(bytes: Uint8Array, where: string): Weights | Problem {
  const tensors = decodeTensors(bytes, where, (name) => !isMask(name));
  if (isProblem(tensors)) return tensors;
  return renamed(tensors, (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name));
}

function renamed(weights: Weights, rename: (name: string) => string): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, array]) => [rename(name), array]));
}
