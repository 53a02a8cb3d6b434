import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeGpt2Weights, encodeGpt2Weights } from "../formats/gpt2Weights";
import { Problem, isProblem } from "../protocol/problem";
import { isPlainFileName } from "../protocol/runFormat";
import type { NamedArray } from "../protocol/trainerEvents";
import { makeFolder } from "./disk";
import { checkpointFiles, modelFiles, modelsFolder } from "./runPaths";
import { readSealedFolder, readWhole, removePartials, writeSealedFolder, type Files } from "./sealedFolder";

/** A model folder in Hugging Face's layout. Ours have a `sha256` file too; those from elsewhere need none. */
export interface ModelFolder {
  readonly folder: string;
  readonly config: Uint8Array;
  /** Null for letter-id models without a tokenizer. */
  readonly tokenizer: Uint8Array | null;
  readonly weights: Readonly<Record<string, NamedArray>>;
}

/** The files of a model folder: weights, and config.json and tokenizer.json byte for byte. */
export function modelFolderFiles(weights: Readonly<Record<string, NamedArray>>, files: Files): Files {
  return { ...files, [modelFiles.weights]: encodeGpt2Weights(weights) };
}

/** Saves models/NAME as a whole, replacing one of that name. Throws DiskError. */
export function saveModel(
  project: string,
  name: string,
  weights: Readonly<Record<string, NamedArray>>,
  files: Files,
): string | Problem {
  if (!isPlainFileName(name) || name.startsWith("."))
    return new Problem(
      "invalidValue",
      `"${name}" cannot be a model's name: use letters, digits and hyphens.`,
    );
  const parent = modelsFolder(project);
  makeFolder(parent);
  removePartials(parent);
  const folder = join(parent, name);
  writeSealedFolder(folder, modelFolderFiles(weights, files), { replace: true });
  return folder;
}

/** Copies the model in a folder (of a run, a checkpoint or models/), byte for byte and checked, to a folder that is new or empty. Throws DiskError. */
export function exportModel(from: string, to: string): Problem | null {
  const isTaken = existsSync(to) && (!statSync(to).isDirectory() || readdirSync(to).length > 0);
  if (isTaken)
    return new Problem("refused", `${to} is there already and is not overwritten: choose another folder.`);
  const model = loadModel(from);
  if (isProblem(model)) return model;
  const weights = readWhole(join(from, modelFiles.weights));
  if (isProblem(weights)) return weights;
  const files = {
    [modelFiles.config]: model.config,
    [modelFiles.weights]: weights,
    ...(model.tokenizer && { [modelFiles.tokenizer]: model.tokenizer }),
  };
  writeSealedFolder(to, files, { replace: true });
  return null;
}

/** Reads a model folder: with its sums when it has them, so that an altered file is named. */
export function loadModel(folder: string): ModelFolder | Problem {
  const sealed = existsSync(join(folder, checkpointFiles.sums)) ? readSealedFolder(folder) : {};
  if (isProblem(sealed)) return sealed;
  const file = (name: string) => sealed[name] ?? readWhole(join(folder, name));
  const config = file(modelFiles.config);
  if (isProblem(config)) return config;
  const bytes = file(modelFiles.weights);
  if (isProblem(bytes)) return bytes;
  const content = decodeGpt2Weights(bytes, join(folder, modelFiles.weights));
  if (isProblem(content)) return content;
  const tokenizer = file(modelFiles.tokenizer);
  if (isProblem(tokenizer) && tokenizer.problem !== "missing") return tokenizer;
  return {
    folder,
    config,
    tokenizer: isProblem(tokenizer) ? null : tokenizer,
    weights: content,
  };
}

/** A model that is given the tokens of another, and has others. */
export function otherTokens(reader: string, writer: string): Problem {
  return new Problem(
    "invalidValue",
    `${reader} reads other tokens than ${writer} writes: name a model that was trained from the same base model.`,
  );
}
