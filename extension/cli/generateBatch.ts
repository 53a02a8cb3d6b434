import { existsSync } from "node:fs";
import { createRng } from "../algorithms/rng";
import { itemContent } from "../data/itemContent";
import { makeRankingBatch } from "../data/labels";
import { mixItems, type MixOptions } from "../data/mixItems";
import { toJsonLines, type Prompt } from "../data/records";
import { readDataFiles } from "../project/readData";
import { readGold } from "../project/readGold";
import { readAllItems } from "../project/readItems";
import { Problem, isProblem } from "../protocol/problem";
import { isPlainFileName } from "../protocol/runFormat";
import { makeFolder, replaceFile } from "../runs/disk";
import { goldFile, itemsFile, labelsFolder } from "../runs/labelFiles";
import type { ProjectContext } from "./globalFlags";
import { loadForUse } from "./loadForUse";
import { sampleResponses } from "./sampleResponses";

export interface BatchCall {
  readonly context: ProjectContext;
  /** Model reference. */
  readonly model: string;
  readonly prompts: readonly Prompt[];
  readonly batch: string;
  /** `labeling` of the config, unless told. */
  readonly k?: number;
  readonly temperature?: number;
  readonly responseTokens?: number;
}

export interface MadeBatch {
  readonly file: string;
  /** All of them, gold items and repeats among them. */
  readonly items: number;
  readonly gold: number;
  readonly repeats: number;
}

/**
 * Writes labels/<batch>.items.jsonl: K responses of a model to each prompt, with gold items and repeats among them as the config asks. A batch
 * is written once and never changed.
 */
export async function generateBatch(call: BatchCall): Promise<MadeBatch | Problem> {
  const { context, model: reference, prompts, batch } = call;
  const { project, config, output } = context;
  const { labeling, data, seed } = config;
  const file = itemsFile(project, batch);
  if (!isPlainFileName(batch) || batch.startsWith("."))
    return new Problem(
      "invalidValue",
      `"${batch}" cannot be a batch's name: use letters, digits and hyphens.`,
    );
  if (existsSync(file))
    return new Problem(
      "refused",
      `${file} is there already, and a batch never changes: choose another name.`,
    );
  if (prompts.length === 0)
    return new Problem("missing", "There are no prompts to answer: import some first.");
  const mixing = mixingOf(context, batch);
  if (isProblem(mixing)) return mixing;
  const loaded = await loadForUse(context, reference, "answer");
  if (isProblem(loaded)) return loaded;
  try {
    const temperature = call.temperature ?? labeling.temperature;
    const sampling = {
      k: call.k ?? labeling.k,
      temperature,
      responseTokens: call.responseTokens ?? labeling.maxResponseTokens,
      rng: createRng(seed).split("responses to rank").split(batch),
      data,
    };
    const answers = await sampleResponses(loaded, prompts, sampling, output);
    if (isProblem(answers)) return answers;
    const from = { model: reference, checkpointHash: loaded.hash, temperature };
    const answered = prompts.map((prompt, i) => ({
      prompt,
      responses: answers[i].map(({ text, seed: drawn }) => ({ text, ...from, seed: drawn })),
    }));
    const { items: mixed, gold, repeats } = mixItems(answered, mixing);
    const items = makeRankingBatch(batch, mixed, new Date().toISOString());
    makeFolder(labelsFolder(project));
    replaceFile(file, toJsonLines(items));
    return { file, items: items.length, gold, repeats };
  } finally {
    loaded.dispose();
  }
}

/** What is to be mixed into a batch; nothing of the project is read where nothing is. */
function mixingOf({ project, config }: ProjectContext, batch: string): MixOptions | Problem {
  const { goldShare, repeatShare } = config.labeling;
  const rng = createRng(config.seed).split("items mixed in").split(batch);
  const shares = { goldShare, repeatShare, rng };
  if (goldShare === 0) return { ...shares, gold: [], known: new Set(), prompts: [] };
  const gold = readGold(project);
  if (isProblem(gold)) return gold;
  if (gold.length === 0)
    return new Problem(
      "missing",
      `labeling.goldShare is ${goldShare}, but ${goldFile(project)} holds no items: write some there, or set it to 0.`,
    );
  const items = readAllItems(project);
  if (isProblem(items)) return items;
  const prompts = readDataFiles(project, config, "prompts");
  if (isProblem(prompts)) return prompts;
  return { ...shares, gold, known: new Set(items.map((item) => itemContent(item).key)), prompts };
}
