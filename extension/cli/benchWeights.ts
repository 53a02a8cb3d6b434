import { counterUniform } from "../algorithms/counterRng";
import { createRng } from "../algorithms/rng";
import { createParameters } from "../engine/parameters";
import { parameterShapes, type GptModel, type GptShape } from "../model/gpt";
import { headShapes, type HeadName } from "../model/heads";
import type { NamedArray } from "../protocol/trainerEvents";

/**
 * A model with made-up weights, which the peer makes from the same names (test/benchmark/peer/gpt.py), so that none have to be sent:
 * uniform, matrices with standard deviation 1/√width, which is larger than a new model's, so that every part shows in the loss.
 */
export function benchModel(shape: GptShape, seed: string, head: HeadName | null = null): GptModel {
  const names = {
    ...parameterShapes(shape, { outputHead: head !== "score" }),
    ...(head === null ? {} : headShapes(shape.width, "linear", head)),
  };
  const arrays = Object.entries(names).map(([name, dims]) => [name, array(`${seed}/${name}`, dims, shape)]);
  return { shape, parameters: createParameters(Object.fromEntries(arrays) as Record<string, NamedArray>) };
}

function array(name: string, dims: readonly number[], { width }: GptShape): NamedArray {
  const seed = fnv1a(name);
  const matrix = dims.length === 2;
  const [middle, spread] = matrix ? [0, Math.sqrt(3 / width)] : [/ln_.*\.weight/.test(name) ? 1 : 0, 0.1];
  const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = middle + spread * (counterUniform(seed, i, 0) * 2 - 1);
  return { shape: dims, data };
}

/** Fowler, Noll and Vo's hash of an ASCII text, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** Rows of random token ids. */
export function randomTokens(
  seed: string,
  rows: number,
  length: number,
  { vocabulary }: GptShape,
): number[][] {
  const rng = createRng(1).split(seed);
  return Array.from({ length: rows }, () => Array.from({ length }, () => rng.integer(vocabulary)));
}
