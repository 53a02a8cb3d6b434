import { cleanPrompts, maskPersonalData } from "../data/hygiene";
import type { Comparison, Demonstration, PretrainingDocument, Prompt } from "../data/records";
import { splitByUser, splitKeys, type Owned, type Split } from "../data/splits";
import { isProblem, type Problem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import { readDataFiles } from "./readData";
import { readComparisons } from "./readRankings";

/** What hygiene and splitting did, for a person. */
export interface DataNotes {
  readonly notes: readonly string[];
}

/** Splits belong to the data and not to a run: runs with other seeds hold out the same users. */
const splitSeed = 0;

/**
 * The project's prompts, cleaned (near-duplicates, heavy users, personal data in the training split) and split by user.
 * Source: Ouyang et al. 2022, §3.2.
 */
export function promptSplits(project: string, config: RunConfig): (Split<Prompt> & DataNotes) | Problem {
  const prompts = readDataFiles(project, config, "prompts");
  if (isProblem(prompts)) return prompts;
  const keyOf = splitKeys(prompts);
  const { kept, dropped } = cleanPrompts(prompts, config.data);
  const split = splitByUser(
    kept,
    (prompt) => keyOf({ ...prompt, prompt: prompt.text, promptId: prompt.id }),
    config.data,
    splitSeed,
  );
  const masked = config.data.removePersonalData ? split.train.map(maskedPrompt) : split.train;
  const changed = masked.filter((prompt, i) => prompt !== split.train[i]).length;
  const notes = [
    `${prompts.length} prompts: ${dropped.duplicates} near-duplicates and ${dropped.perUser} beyond ${config.data.maxPromptsPerUser} of one user left out; ${split.train.length} for training, ${split.validation.length} for validation, ${split.test.length} held out${changed > 0 ? `; personal data masked in ${changed}` : ""}`,
  ];
  return { ...split, train: masked, notes };
}

/** The prompts that no training sees: those of the test files, else the share of the project's prompts that is held out. */
export function heldOutPrompts(project: string, config: RunConfig): readonly Prompt[] | Problem {
  const named = readDataFiles(project, config, "testPrompts");
  if (isProblem(named) || named.length > 0) return named;
  const splits = promptSplits(project, config);
  return isProblem(splits) ? splits : splits.test;
}

/** Demonstrations split by the same users as the prompts. */
export function demonstrationSplits(project: string, config: RunConfig): Split<Demonstration> | Problem {
  const demonstrations = readDataFiles(project, config, "demonstrations");
  const keyOf = projectKeys(project, config);
  if (isProblem(demonstrations)) return demonstrations;
  if (isProblem(keyOf)) return keyOf;
  const split = splitByUser(demonstrations, keyOf, config.data, splitSeed);
  const mask = (d: Demonstration): Demonstration => {
    const prompt = maskPersonalData(d.prompt);
    const response = maskPersonalData(d.response);
    return prompt === d.prompt && response === d.response ? d : { ...d, prompt, response };
  };
  return config.data.removePersonalData ? { ...split, train: split.train.map(mask) } : split;
}

/** What the reward model is trained on and measured by. */
export interface ComparisonSplits extends Split<Comparison>, DataNotes {
  /** Those of `labeling.heldOutLabelers` about prompts that no training comparison is about, nor any of the same user. */
  readonly heldOut: readonly Comparison[];
}

/**
 * Comparisons from imported files and from the rankings in labels/, split by the same users. Those about a test prompt (a vote in a blind A/B
 * may be) are left out, so that what is evaluated was not trained on. Held-out labelers' comparisons are in none of the splits; of theirs, those
 * about prompts of the training split are left out too, because how a reward model does with other labelers shows only where it knows no answer.
 *
 * Source: Ouyang et al. 2022, §4.1 (accuracy on held-out labelers); leaving out prompts that were trained on is our choice.
 */
export function comparisonSplits(
  project: string,
  config: RunConfig,
  batches?: readonly string[],
): ComparisonSplits | Problem {
  const read = readComparisons(project, config, batches);
  if (isProblem(read)) return read;
  const { imported, ranked, otherAxes } = read;
  const { comparisons: rankedHere, gold, repeats, adjudicated } = ranked;
  const keyOf = projectKeys(project, config);
  if (isProblem(keyOf)) return keyOf;
  const tests = readDataFiles(project, config, "testPrompts");
  if (isProblem(tests)) return tests;
  const testTexts = new Set(tests.map(({ text }) => text));
  const all = [...imported, ...rankedHere];
  const usable = all.filter(({ prompt }) => !testTexts.has(prompt));
  const isHeldOut = ({ labeler }: Comparison): boolean =>
    labeler !== undefined && config.labeling.heldOutLabelers.includes(labeler);
  const split = splitByUser(
    usable.filter((comparison) => !isHeldOut(comparison)),
    keyOf,
    config.data,
    splitSeed,
  );
  const trained = new Set(split.train.map(keyOf));
  const ofHeldOut = usable.filter(isHeldOut);
  const heldOut = ofHeldOut.filter((comparison) => !trained.has(keyOf(comparison)));
  const onTests = all.length - usable.length;
  const notes = [
    ...(otherAxes > 0
      ? [`${otherAxes} imported comparisons on other axes than "${config.rm.axis}" left out`]
      : []),
    `${all.length} comparisons (${rankedHere.length} ranked here, ${imported.length} imported): ${split.train.length} for training, ${split.validation.length} for validation${onTests > 0 ? `; ${onTests} about test prompts left out` : ""}`,
    ...(gold + repeats > 0
      ? [`${gold} judgements of gold items and ${repeats} of repeated items train nothing`]
      : []),
    ...(adjudicated > 0
      ? [`${adjudicated} judgements give way to those of an adjudicator about the same items`]
      : []),
    ...(ofHeldOut.length > 0
      ? [
          `${ofHeldOut.length} of them are held-out labelers': ${heldOut.length} measure the reward model, ${ofHeldOut.length - heldOut.length} are about prompts that it trains on`,
        ]
      : []),
  ];
  return { ...split, heldOut, notes };
}

/** The comparisons that a reward model of the project would be trained on. */
export function trainingComparisonsOf(project: string, config: RunConfig): readonly Comparison[] | Problem {
  const splits = comparisonSplits(project, config);
  return isProblem(splits) ? splits : splits.train;
}

/** The items to rank whose rankings would be trained on: neither for validation nor held out. */
export function trainingItems<T extends Owned>(
  project: string,
  config: RunConfig,
  items: readonly T[],
): readonly T[] | Problem {
  const keyOf = projectKeys(project, config);
  return isProblem(keyOf) ? keyOf : splitByUser(items, keyOf, config.data, splitSeed).train;
}

/** Documents of pretraining text: a hundredth, 200 at most, is for validation. */
export function pretrainingSplits(
  project: string,
  config: RunConfig,
): Omit<Split<PretrainingDocument>, "test"> | Problem {
  const documents = readDataFiles(project, config, "pretraining");
  if (isProblem(documents)) return documents;
  const every = Math.max(100, Math.ceil(documents.length / 200));
  const held = (i: number): boolean =>
    i % every === every - 1 || (documents.length < every && i === documents.length - 1);
  return {
    train: documents.filter((_, i) => !held(i)),
    validation: documents.filter((_, i) => held(i)),
  };
}

function maskedPrompt(prompt: Prompt): Prompt {
  const text = maskPersonalData(prompt.text);
  return text === prompt.text ? prompt : { ...prompt, text };
}

/** The key that all records of the project are split by. */
function projectKeys(project: string, config: RunConfig): ((record: Owned) => string) | Problem {
  const prompts = readDataFiles(project, config, "prompts");
  return isProblem(prompts) ? prompts : splitKeys(prompts);
}
