import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataListNames, dataLists, type DataList } from "../data/dataLists";
import { parseItems, parseRankingFile } from "../data/labels";
import { parseRecords } from "../data/parseRecords";
import { comparisonSplits, demonstrationSplits, promptSplits } from "../project/trainingData";
import { isProblem } from "../protocol/problem";
import { configBlocks, type RunConfig } from "../protocol/runConfig";
import type { JsonValue } from "../protocol/trainerEvents";
import { labelFiles } from "../runs/labelFiles";
import { readText } from "../runs/sealedFolder";
import { checkLabelers } from "./checkLabelers";
import { checkLengths } from "./checkLengths";

/** What a part of a check found: sentences for people, figures for programs, and what is wrong. */
export interface Findings {
  readonly lines: readonly string[];
  readonly figures: { readonly [key: string]: JsonValue };
  readonly problems: readonly string[];
}

/** Looks at everything a run would read: data files, hygiene and splits, lengths in tokens, label files. Writes nothing. */
export function checkProject(project: string, config: RunConfig): Findings {
  const files = checkFiles(project, config);
  const labels = checkLabels(project);
  const labelers = checkLabelers(project);
  // Further findings rest on all files being readable.
  const isReadable = [files, labels, labelers].every(({ problems }) => problems.length === 0);
  const further = isReadable ? [checkSplits(project, config), checkLengths(project, config)] : [];
  const parts = [files, labels, labelers, ...further];
  return {
    lines: parts.flatMap(({ lines }) => lines),
    figures: Object.assign({}, ...parts.map(({ figures }) => figures)) as Findings["figures"],
    problems: parts.flatMap(({ problems }) => problems),
  };
}

/** What the records of a list are called. */
const nouns = {
  prompts: "prompts",
  testPrompts: "test prompts",
  demonstrations: "demonstrations",
  comparisons: "comparisons",
  pretraining: "pretraining documents",
} as const satisfies Record<DataList, string>;

function checkFiles(project: string, config: RunConfig): Findings {
  const [lines, problems, files]: [string[], string[], JsonValue[]] = [[], [], []];
  for (const list of dataListNames)
    for (const file of config.data[list]) {
      const path = join(project, file);
      if (!existsSync(path) && configBlocks.data[list].default.includes(file)) {
        lines.push(`${file}: not there, so there are no ${nouns[list]}`);
        continue;
      }
      const text = readText(path);
      if (isProblem(text)) {
        problems.push(`data.${list}: ${text.message}`);
        continue;
      }
      const parsed = parseRecords(dataLists[list], text, file);
      const bad = parsed.problems.length > 0 ? `, ${parsed.problems.length} lines are wrong` : "";
      lines.push(`${file}: ${parsed.records.length} ${nouns[list]}${bad}`);
      problems.push(...parsed.problems.map(({ message }) => message));
      files.push({ file, list, records: parsed.records.length, wrong: parsed.problems.length });
    }
  return { lines, problems, figures: { files } };
}

function checkLabels(project: string): Findings {
  const [lines, problems, batches]: [string[], string[], JsonValue[]] = [[], [], []];
  for (const { batch, itemsFile, rankingFiles } of labelFiles(project)) {
    const text = readText(itemsFile);
    const items = isProblem(text) ? text : parseItems(text, itemsFile);
    if (isProblem(items)) {
      problems.push(items.message);
      continue;
    }
    const judged = new Set<string>();
    for (const path of rankingFiles) {
      const content = readText(path);
      const ranking = isProblem(content) ? content : parseRankingFile(content, path, items);
      if (isProblem(ranking)) problems.push(ranking.message);
      else
        for (const [id, { status }] of Object.entries(ranking.judgements))
          if (status === "submitted") judged.add(id);
    }
    lines.push(
      `labels/${batch}: ${items.length} items, ${judged.size} ranked, ${rankingFiles.length} labelers`,
    );
    batches.push({ batch, items: items.length, ranked: judged.size, labelers: rankingFiles.length });
  }
  return { lines, problems, figures: { batches } };
}

/** What hygiene leaves out and how the rest is split, as a run would do it. */
function checkSplits(project: string, config: RunConfig): Findings {
  const splits = {
    prompts: promptSplits(project, config),
    demonstrations: demonstrationSplits(project, config),
    comparisons: comparisonSplits(project, config),
  };
  const [lines, problems]: [string[], string[]] = [[], []];
  const figures: Record<string, JsonValue> = {};
  for (const [name, split] of Object.entries(splits)) {
    if (isProblem(split)) {
      problems.push(split.message);
      continue;
    }
    const { train, validation, test } = split;
    figures[name] = { train: train.length, validation: validation.length, test: test.length };
    const sizes = `${train.length} for training, ${validation.length} for validation, ${test.length} held out`;
    lines.push(...("notes" in split ? split.notes : [`${name}: ${sizes}`]));
  }
  return { lines, problems, figures: { splits: figures } };
}
