import { join } from "node:path";
import { parseGpt2Config, type ModelHead } from "../formats/gpt2Config";
import { headShapes } from "../model/heads";
import { parameterShapes, type GptShape } from "../model/gpt";
import { Problem, isProblem } from "../protocol/problem";
import type { NamedArray } from "../protocol/trainerEvents";
import { loadModel } from "../runs/modelFolder";
import { modelFiles } from "../runs/runPaths";
import { parseTokenizerJson } from "../tokenizer/tokenizerJson";
import type { Tokenizer } from "../tokenizer/tokenizer";

type Weights = Readonly<Record<string, NamedArray>>;

/** A model folder, read and checked: its parts fit each other and every weight is a number. */
export interface OpenedModel {
  readonly folder: string;
  readonly shape: GptShape;
  readonly head: ModelHead;
  readonly weights: Weights;
  /** Null for letter-id models, which have none. */
  readonly tokenizer: Tokenizer | null;
  /** config.json and tokenizer.json byte for byte. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Opens a model folder in Hugging Face's layout, of ours or another's, or says in one sentence what does not fit. */
export function openModel(folder: string): OpenedModel | Problem {
  const loaded = loadModel(folder);
  if (isProblem(loaded)) return loaded;
  const config = parseGpt2Config(textOf(loaded.config), join(folder, modelFiles.config));
  if (isProblem(config)) return config;
  const { shape, head } = config;
  const weights = withoutTiedCopy(loaded.weights, shape);
  const problem = checkWeights(weights, shape, head, join(folder, modelFiles.weights));
  if (problem !== null) return problem;
  const tokenizer = loaded.tokenizer && readTokenizer(loaded.tokenizer, folder, shape);
  if (isProblem(tokenizer)) return tokenizer;
  const files = {
    [modelFiles.config]: loaded.config,
    ...(loaded.tokenizer && { [modelFiles.tokenizer]: loaded.tokenizer }),
  };
  return { folder, shape, head, weights, tokenizer, files };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Some writers store the tied output projection a second time. */
function withoutTiedCopy(weights: Weights, shape: GptShape): Weights {
  const { "lm_head.weight": copy, ...others } = weights;
  const embedding = others["wte.weight"];
  const isCopy =
    shape.tiedHead &&
    copy?.data.length === embedding?.data.length &&
    copy?.data.every((value, i) => value === embedding?.data[i]);
  return isCopy ? others : weights;
}

function checkWeights(weights: Weights, shape: GptShape, head: ModelHead, where: string): Problem | null {
  const bad = (what: string): Problem => new Problem("invalidValue", `${where}: ${what}`);
  const needed = {
    ...parameterShapes(shape, { outputHead: head === "output" }),
    ...(head === "output" ? {} : headShapes(shape.width, head, "score")),
  };
  // A policy that shares its trunk with the value model brings the value head along.
  const allowed = head === "output" ? { ...headShapes(shape.width, "linear", "value"), ...needed } : needed;
  for (const [name, dims] of Object.entries(needed)) {
    const found = weights[name]?.shape;
    if (found === undefined)
      return bad(`the tensor "${name}" is missing, which config.json asks for: [${dims.join(", ")}].`);
  }
  for (const [name, { shape: found, data }] of Object.entries(weights)) {
    const dims = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (dims === undefined)
      return bad(`there is a tensor ${JSON.stringify(name)} that a model of this config.json does not have.`);
    if (found.join() !== dims.join())
      return bad(
        `the tensor "${name}" is [${found.join(", ")}], and config.json asks for [${dims.join(", ")}].`,
      );
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      return bad(
        `the tensor "${name}" has ${data[at]} as its value ${at}; every weight must be a finite number, so use an earlier checkpoint.`,
      );
  }
  return null;
}

function readTokenizer(bytes: Uint8Array, folder: string, shape: GptShape): Tokenizer | Problem {
  const where = join(folder, modelFiles.tokenizer);
  const tokenizer = parseTokenizerJson(textOf(bytes), where);
  if (isProblem(tokenizer) || tokenizer.vocabularySize === shape.vocabulary) return tokenizer;
  return new Problem(
    "invalidValue",
    `${where} has ${tokenizer.vocabularySize} tokens, and the model beside it has a vocabulary of ${shape.vocabulary}: put back the tokenizer that the model was trained with.`,
  );
}
