import { rankingContrasts, type Contrasts } from "../algorithms/informationDesign";
import { createRng } from "../algorithms/rng";
import type { Comparison } from "../data/records";
import { demonstrationSequences } from "../data/tokenize";
import { readParameters } from "../engine/parameters";
import type { RunConfig } from "../protocol/runConfig";
import { scoreFeatures } from "../trainer/rewardModel";
import type { LoadedModel } from "./loadForUse";

/** A prompt with responses to rank, or ranked. */
export interface Rankable {
  readonly prompt: string;
  readonly responses: readonly { readonly id: string; readonly text: string }[];
}

/** What a reward model says of an item. */
export interface MeasuredItem {
  readonly contrasts: Contrasts;
  /** Of each response, reward-model units. */
  readonly scores: readonly number[];
}

/** Scores of each item's responses and what a ranking of them would tell about the last layer; null where the model cannot read one of them. */
export async function measureItems(
  { model, tokenizer, template }: LoadedModel,
  items: readonly Rankable[],
): Promise<readonly (MeasuredItem | null)[]> {
  const limits = { ...template, maxPromptTokens: Infinity, context: model.shape.context };
  const tokenized = items.map(({ prompt, responses }) => {
    const records = responses.map(({ id, text }) => ({ id, prompt, response: text }));
    const { sequences, leftOut } = demonstrationSequences(records, tokenizer, limits);
    return leftOut.length > 0 ? [] : sequences;
  });
  const features = await scoreFeatures(model, tokenized.flat());
  const head = {
    "score.weight": model.parameters["score.weight"],
    "score.bias": model.parameters["score.bias"],
  };
  const { "score.weight": weight, "score.bias": bias } = await readParameters(head);
  let offset = 0;
  return tokenized.map(({ length }) => {
    offset += length;
    if (length === 0) return null;
    const own = features.slice(offset - length, offset);
    const scores = own.map((row) => row.reduce((sum, x, t) => sum + x * weight.data[t], bias.data[0]));
    return { contrasts: rankingContrasts(own, scores), scores };
  });
}

/** More comparisons than this are represented by so many drawn ones. */
const mostMeasured = 2000;

/**
 * The contrasts of comparisons that are there already. A sample of them, where they are many, stands for all: information adds up, so that
 * each of its contrasts is scaled by √(all/drawn).
 */
export async function rankedContrasts(
  loaded: LoadedModel,
  comparisons: readonly Comparison[],
  { seed }: Pick<RunConfig, "seed">,
): Promise<readonly Contrasts[]> {
  const drawn = createRng(seed).split("ranked").shuffle(comparisons).slice(0, mostMeasured);
  const scale = Math.sqrt(comparisons.length / Math.max(1, drawn.length));
  const measured = await measureItems(loaded, drawn);
  return measured.map((each) => (each?.contrasts ?? []).map((row) => row.map((x) => scale * x)));
}
