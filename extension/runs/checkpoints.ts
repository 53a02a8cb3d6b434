import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { encodeJson } from "../protocol/codec";
import { decodeGpt2Weights, encodeGpt2Weights } from "../formats/gpt2Weights";
import { decodeTensors, encodeTensors } from "../formats/safetensors";
import { Problem, isProblem } from "../protocol/problem";
import {
  parseCheckpointOffsets,
  parseCheckpointState,
  runFormatVersion,
  type CheckpointOffsets,
  type CheckpointState,
} from "../protocol/runFormat";
import type { NamedArray, TrainerState } from "../protocol/trainerEvents";
import { partialEnding, renamePatiently, type Disk } from "./disk";
import {
  checkpointFiles,
  checkpointFolder,
  iterationName,
  iterationOfName,
  modelFiles,
  type RunPaths,
} from "./runPaths";
import { readSealedFolder, readText, readWhole, sha256Hex, writeSealedFolder } from "./sealedFolder";

/**
 * A checkpoint is a sealed folder with everything exact resume needs: one safetensors file a group of tensors (the first part of their
 * names), state.json, offsets.json. It is at the same time a model folder: the group to ship is in model.safetensors, and config.json
 * and tokenizer.json lie beside it.
 */
export interface Checkpoint {
  readonly state: TrainerState;
  readonly iterations: number;
  readonly selection: number | null;
  readonly metricsBytes: number;
}

/** How a checkpoint becomes a model folder. */
export interface ModelParts {
  /** The group of tensors that is evaluated and shipped, such as "policyEma". */
  readonly group: string;
  /** config.json and tokenizer.json, byte for byte. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export function writeCheckpoint(
  paths: RunPaths,
  checkpoint: Checkpoint,
  model: ModelParts | null,
  disk?: Disk,
): string {
  const { state, iterations, selection, metricsBytes } = checkpoint;
  const groups = groupTensors(state.tensors);
  const fileOf = (group: string) => (group === model?.group ? modelFiles.weights : `${group}.safetensors`);
  const encode = (group: string) =>
    group === model?.group ? encodeGpt2Weights(groups[group]) : encodeTensors(groups[group]);
  const names = Object.keys(groups).sort();
  const stateFile: CheckpointState = {
    formatVersion: runFormatVersion,
    iteration: state.iteration,
    iterations,
    selection,
    groups: Object.fromEntries(names.map((group) => [group, fileOf(group)])),
    numbers: state.numbers,
  };
  const offsets: CheckpointOffsets = { formatVersion: runFormatVersion, metricsBytes };
  const files = {
    ...model?.files,
    ...Object.fromEntries(names.map((group) => [fileOf(group), encode(group)])),
    [checkpointFiles.state]: Buffer.from(`${encodeJson(stateFile)}\n`),
    [checkpointFiles.offsets]: Buffer.from(`${encodeJson(offsets)}\n`),
  };
  const folder = checkpointFolder(paths, state.iteration);
  writeSealedFolder(folder, files, { replace: false, ...(disk && { disk }) });
  return folder;
}

type Tensors = Readonly<Record<string, NamedArray>>;

function groupTensors(tensors: Tensors): Readonly<Record<string, Tensors>> {
  const groups: Record<string, Record<string, NamedArray>> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const slash = name.indexOf("/");
    if (slash <= 0) throw new Error(`a tensor's name begins with its group and a slash, got "${name}"`);
    (groups[name.slice(0, slash)] ??= {})[name.slice(slash + 1)] = tensor;
  }
  return groups;
}

/** A whole checkpoint, every byte verified. */
export function readCheckpoint(folder: string): Checkpoint | Problem {
  const files = readSealedFolder(folder);
  if (isProblem(files)) return files;
  const state = parseCheckpointState(
    textOf(files, checkpointFiles.state),
    join(folder, checkpointFiles.state),
  );
  if (isProblem(state)) return state;
  const offsetsPath = join(folder, checkpointFiles.offsets);
  const offsets = parseCheckpointOffsets(textOf(files, checkpointFiles.offsets), offsetsPath);
  if (isProblem(offsets)) return offsets;
  const tensors: Record<string, NamedArray> = {};
  for (const [group, name] of Object.entries(state.groups)) {
    if (files[name] === undefined) return new Problem("missing", `${join(folder, name)} is missing.`);
    const decode = name === modelFiles.weights ? decodeGpt2Weights : decodeTensors;
    const content = decode(files[name], join(folder, name));
    if (isProblem(content)) return content;
    for (const [tensor, value] of Object.entries(content)) tensors[`${group}/${tensor}`] = value;
  }
  return {
    state: { iteration: state.iteration, tensors, numbers: state.numbers as TrainerState["numbers"] },
    iterations: state.iterations,
    selection: state.selection,
    metricsBytes: offsets.metricsBytes,
  };
}

function textOf(files: Readonly<Record<string, Uint8Array>>, name: string): string {
  return Buffer.from(files[name] ?? []).toString("utf8");
}

/** Iterations of the checkpoints on disk, ascending. */
export function listCheckpoints(paths: RunPaths): readonly number[] {
  if (!existsSync(paths.checkpoints)) return [];
  return readdirSync(paths.checkpoints)
    .map(iterationOfName)
    .filter((iteration) => iteration !== null)
    .sort((a, b) => a - b);
}

/** The checkpoint with the highest selection metric, the earliest of equals; null where none is a candidate. */
export function bestCheckpoint(paths: RunPaths): number | null {
  let best: { readonly iteration: number; readonly selection: number } | null = null;
  for (const iteration of listCheckpoints(paths)) {
    const selection = readSelection(checkpointFolder(paths, iteration));
    if (selection === null || Number.isNaN(selection)) continue;
    if (best === null || selection > best.selection) best = { iteration, selection };
  }
  return best?.iteration ?? null;
}

function readSelection(folder: string): number | null {
  const text = readText(join(folder, checkpointFiles.state));
  const state = isProblem(text) ? text : parseCheckpointState(text, folder);
  return isProblem(state) ? null : state.selection;
}

/** Removes all but the last `keep` checkpoints and the best one. Returns what was removed. */
export function pruneCheckpoints(paths: RunPaths, keep: number): readonly number[] {
  const all = listCheckpoints(paths);
  const best = bestCheckpoint(paths);
  const removed = all.slice(0, Math.max(0, all.length - keep)).filter((iteration) => iteration !== best);
  for (const iteration of removed) removeWhole(paths.checkpoints, iterationName(iteration));
  return removed;
}

/** Out of sight first, so that a death in the middle leaves no half checkpoint. */
function removeWhole(parent: string, name: string): void {
  const aside = join(parent, `.${name}${partialEnding}`);
  renamePatiently(join(parent, name), aside);
  rmSync(aside, { recursive: true, force: true });
}

/** SHA-256 of the weights of a model folder or checkpoint: what manifests and labels call its hash. */
export function modelHash(folder: string): string | Problem {
  const bytes = readWhole(join(folder, modelFiles.weights));
  return isProblem(bytes) ? bytes : sha256Hex(bytes);
}
