import { existsSync } from "node:fs";
import { createRng } from "../algorithms/rng";
import { makeRankingBatch } from "../data/labels";
import { toJsonLines, type Prompt } from "../data/records";
import { Problem, isProblem } from "../protocol/problem";
import { isPlainFileName } from "../protocol/runFormat";
import { makeFolder, replaceFile } from "../runs/disk";
import { itemsFile, labelsFolder } from "../runs/labelFiles";
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
  readonly items: number;
}

/** Writes labels/<batch>.items.jsonl: K responses of a model to each prompt. A batch is written once and never changed. */
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
  const loaded = await loadForUse(project, config, reference, "answer");
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
    const items = makeRankingBatch(
      batch,
      prompts.map((prompt, i) => ({
        prompt,
        responses: answers[i].map(({ text, seed: drawn }) => ({ text, ...from, seed: drawn })),
      })),
      new Date().toISOString(),
    );
    makeFolder(labelsFolder(project));
    replaceFile(file, toJsonLines(items));
    return { file, items: items.length };
  } finally {
    loaded.dispose();
  }
}
