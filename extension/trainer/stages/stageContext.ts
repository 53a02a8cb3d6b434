import { shuffledSource, type Source } from "../../data/source";
import { parseRecords } from "../../data/parseRecords";
import { packDocuments, type TokenSequence } from "../../data/tokenize";
import type { RecordKind, RecordOf } from "../../data/records";
import { createParameters } from "../../engine/parameters";
import type { ModelHead } from "../../formats/gpt2Config";
import { gpt2ConfigJson } from "../../formats/gpt2Config";
import type { GptModel, GptShape } from "../../model/gpt";
import { isProblem } from "../../protocol/problem";
import { resolveConfig } from "../../protocol/resolveConfig";
import type { BlockName, RunConfig } from "../../protocol/runConfig";
import type { NamedArray, TrainerState } from "../../protocol/trainerEvents";
import type { ModelParts } from "../../runs/checkpoints";
import { otherTokens } from "../../runs/modelFolder";
import { inputFiles, modelFiles, type InputFile } from "../../runs/runPaths";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { openModel, type OpenedModel } from "../openModel";
import type { StageRequest } from "../stage";
import { groupOf } from "../state";

/** What every stage is opened with: the run's config, inputs and parents, read and checked. */
export interface StageContext {
  readonly request: StageRequest;
  readonly config: RunConfig;
  readonly seed: number;
  /** Seconds, for measuring durations alone. */
  readonly clock: () => number;
  readonly resume: TrainerState | null;
}

/** Throws Error with a sentence when the manifest's config is not one of this version. */
export function stageContext(request: StageRequest): StageContext {
  const resolved = resolveConfig(request.manifest.config);
  if (resolved.type === "problems") throw new Error(resolved.problems[0].message);
  return {
    request,
    config: resolved.config,
    seed: request.manifest.seed,
    clock: () => performance.now() / 1000,
    resume: request.resumeFrom,
  };
}

/** The settings of the run's stage in an iteration: the config's with the live changes in force laid over. */
export function settingsOf<B extends BlockName>(
  { request, config }: StageContext,
  block: B,
): (iteration: number) => RunConfig[B] {
  return (iteration) => ({ ...config[block], ...request.hyperparameters(iteration) });
}

/** The records of a file in the run's inputs/; none where the run has no such input. */
export function inputRecords<K extends RecordKind>(
  { request }: StageContext,
  name: InputFile,
  kind: K,
): readonly RecordOf[K][] {
  const text = inputText(request, name);
  if (text === null || text === "") return [];
  const { records, problems } = parseRecords(kind, text, `inputs/${inputFiles[name]}`);
  if (problems.length > 0) throw new Error(problems[0].message);
  return records;
}

/** A text input of the run packed into sequences of so many tokens; none where the run has no such input. */
export function packedInput(
  context: StageContext,
  name: "pretraining" | "validationPretraining",
  tokenizer: Tokenizer,
  length: number,
): readonly TokenSequence[] {
  const texts = inputRecords(context, name, "pretraining").map(({ text }) => text);
  return packDocuments(texts, tokenizer, length);
}

export function inputText(request: StageRequest, name: InputFile): string | null {
  const file = inputFiles[name];
  if (!request.manifest.inputs.some((input) => input.name === file)) return null;
  return new TextDecoder().decode(request.readInput(file));
}

export function hasParent({ request }: StageContext, role: string): boolean {
  return request.manifest.parents.some((parent) => parent.role === role);
}

/** A parent's model folder, opened and checked. */
export function parentModel({ request }: StageContext, role: string): OpenedModel {
  const opened = openModel(request.parentFolder(role));
  if (isProblem(opened)) throw new Error(`the ${role} model: ${opened.message}`);
  return opened;
}

/** The tokenizer of a model that reads text. */
export function tokenizerOf(model: OpenedModel): Tokenizer {
  if (model.tokenizer === null)
    throw new Error(
      `${model.folder} has no tokenizer.json, so it cannot read text: add the one it was trained with`,
    );
  return model.tokenizer;
}

/**
 * Throws Error with a sentence when a model is to read the tokens of another and has others. Preparing a run asks the same of the files; these are
 * the models that were opened, which may have been replaced since.
 */
export function refuseOtherTokens(writer: OpenedModel, readers: readonly (OpenedModel | null)[]): void {
  for (const reader of readers)
    if (reader !== null && !hasTokensOf(reader, writer))
      throw new Error(otherTokens(reader.folder, writer.folder).message);
}

/** A reward model in another's layout may have no tokenizer of its own: then the vocabularies must be as large. */
function hasTokensOf(reader: OpenedModel, writer: OpenedModel): boolean {
  const [own, writers] = [reader, writer].map(({ files }) => files[modelFiles.tokenizer]);
  return (
    reader.shape.vocabulary === writer.shape.vocabulary &&
    (!own || !writers || Buffer.compare(own, writers) === 0)
  );
}

/** A trainable model: the checkpoint's weights of a group when the run goes on, else `weights`. */
export function trainable(
  context: StageContext,
  shape: GptShape,
  group: string,
  weights: Readonly<Record<string, NamedArray>>,
): GptModel {
  return { shape, parameters: createParameters(context.resume ? groupOf(context.resume, group) : weights) };
}

/** Weights of the trunk and output projection alone: without scalar heads. */
export function languageWeights(
  weights: Readonly<Record<string, NamedArray>>,
): Readonly<Record<string, NamedArray>> {
  return Object.fromEntries(Object.entries(weights).filter(([name]) => !/^(score|value)\./.test(name)));
}

/** Weights of the trunk alone, on which a scalar head is put: the paper removes the unembedding layer (§3.5). */
export function trunkWeights(
  weights: Readonly<Record<string, NamedArray>>,
): Readonly<Record<string, NamedArray>> {
  return Object.fromEntries(
    Object.entries(languageWeights(weights)).filter(([name]) => name !== "lm_head.weight"),
  );
}

/** How the stage's checkpoints become model folders: config.json made for the head, the tokenizer byte for byte. */
export function modelParts(
  shape: GptShape,
  head: ModelHead,
  group: string,
  tokenizer: { readonly endToken: number; readonly bytes: Uint8Array },
): ModelParts {
  const config = new TextEncoder().encode(gpt2ConfigJson(shape, head, tokenizer.endToken));
  return { group, files: { "config.json": config, "tokenizer.json": tokenizer.bytes } };
}

/** The tokenizer of a parent, as its children's model folders carry it. */
export function tokenizerPart(model: OpenedModel): { readonly endToken: number; readonly bytes: Uint8Array } {
  return { endToken: tokenizerOf(model).endToken, bytes: model.files["tokenizer.json"] };
}

/** An endless stream of the run's items, resumed where the checkpoint's cursor of that name stands. */
export function source<T>(context: StageContext, items: readonly T[], name: string): Source<T> {
  return shuffledSource(items, context.seed, name, context.resume?.numbers[name]);
}

/** As `source`; null where there are no items. */
export function optionalSource<T>(
  context: StageContext,
  items: readonly T[],
  name: string,
): Source<T> | null {
  return items.length > 0 ? source(context, items, name) : null;
}
