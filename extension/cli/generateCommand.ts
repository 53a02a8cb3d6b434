import type { Command } from "commander";
import { createRng } from "../algorithms/rng";
import { parseRecords } from "../data/parseRecords";
import { comparisonSize, type Prompt } from "../data/records";
import { readAllItems } from "../project/readItems";
import { latestStart } from "../runs/finishedRuns";
import { promptSplits } from "../project/trainingData";
import { Problem, isProblem } from "../protocol/problem";
import { readText } from "../runs/sealedFolder";
import { action, type Call, type Outcome } from "./action";
import { runApart, runsApart } from "./apart";
import { generateBatch } from "./generateBatch";
import { areProblems, numberFrom, openProject, wholeNumber, type ProjectContext } from "./globalFlags";
import { loadForUse } from "./loadForUse";
import type { OpenOutput } from "./output";
import { sampleResponses } from "./sampleResponses";

interface GenerateOptions {
  readonly prompt?: readonly string[];
  readonly prompts?: string;
  readonly count?: number;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly batch?: string;
  readonly limit?: number;
}

export function registerGenerate(program: Command, openOutput: OpenOutput): void {
  program
    .command("generate")
    .argument("[model]", "models/NAME, RUN, RUN@N, RUN@best or a folder (default: the latest SFT model)")
    .option(
      "--prompt <text>",
      "a prompt; may be repeated",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option("--prompts <file>", "prompts, as JSON lines or one a line (default with --batch: the project's)")
    .option("-k, --count <n>", "responses a prompt (default: 1, with --batch labeling.k)", wholeNumber(1, 64))
    .option("--temperature <x>", "sampling temperature; 0 takes the likeliest token", numberFrom(0, 5))
    .option(
      "--max-tokens <n>",
      "longest response (default: labeling.maxResponseTokens)",
      wholeNumber(1, 4096),
    )
    .option("--batch <name>", "write the responses to labels/NAME.items.jsonl, to be ranked")
    .option(
      "--limit <n>",
      "with --batch: how many of the project's prompts (default: labeling.promptsPerRound)",
      wholeNumber(1, 1_000_000),
    )
    .description("answer prompts, or make a batch of answers to rank")
    .addHelpText(
      "after",
      '\nExample:\n  rlhf generate models/base --prompt "what is the colour of the fox ?" -k 4\n  rlhf generate --batch monday',
    )
    .action(action<GenerateOptions, readonly [string | undefined]>(openOutput, generate));
}

async function generate({
  output,
  flags,
  options,
  words: [given],
}: Call<GenerateOptions, readonly [string | undefined]>): Promise<Outcome> {
  const context = openProject(flags, output);
  if (areProblems(context)) return context;
  if (runsApart(context.config.backend)) return await runApart();
  const { project } = context;
  const model = given ?? latestStart(project);
  if (model === null)
    return new Problem("missing", "There is no SFT model yet: name a model, or train one with rlhf sft.");
  const prompts = promptsOf(context, options);
  if (isProblem(prompts)) return prompts;
  return options.batch === undefined
    ? await printResponses(context, model, prompts, options)
    : await writeBatch(context, model, prompts, options.batch, options);
}

/** The prompts that were given, else those of the project that training sees. */
function promptsOf(context: ProjectContext, options: GenerateOptions): readonly Prompt[] | Problem {
  const given = (options.prompt ?? []).map((text, i) => ({ id: `prompt-${i + 1}`, text }));
  if (options.prompts !== undefined) {
    const text = readText(options.prompts);
    if (isProblem(text)) return text;
    const read = promptsInFile(text, options.prompts);
    return isProblem(read) ? read : [...given, ...read];
  }
  if (given.length > 0) return given;
  if (options.batch === undefined)
    return new Problem("missing", "There is nothing to answer: give --prompt TEXT or --prompts FILE.");
  return promptsToRank(context, options.limit ?? context.config.labeling.promptsPerRound);
}

/** The next prompts of the training split that no batch has asked for yet; from the start again where all have been. */
function promptsToRank({ project, config }: ProjectContext, count: number): readonly Prompt[] | Problem {
  const splits = promptSplits(project, config);
  if (isProblem(splits)) return splits;
  const items = readAllItems(project);
  if (isProblem(items)) return items;
  const asked = new Set(items.map(({ promptId }) => promptId));
  const fresh = splits.train.filter(({ id }) => !asked.has(id));
  return (fresh.length > 0 ? fresh : splits.train).slice(0, count);
}

function promptsInFile(text: string, file: string): readonly Prompt[] | Problem {
  if (/\.jsonl?$/i.test(file)) {
    const { records, problems } = parseRecords("prompts", text, file);
    return problems.length > 0 ? new Problem("malformed", problems[0].message) : records;
  }
  const lines = text.split(/\r?\n/).map((line, i) => ({ id: `line-${i + 1}`, text: line }));
  const filled = lines.filter((line) => line.text.trim() !== "");
  return filled.length > 0 ? filled : new Problem("malformed", `${file} is empty: it should hold prompts.`);
}

async function printResponses(
  context: ProjectContext,
  reference: string,
  prompts: readonly Prompt[],
  options: GenerateOptions,
): Promise<Outcome> {
  const { config, output } = context;
  const loaded = await loadForUse(context, reference, "answer");
  if (isProblem(loaded)) return loaded;
  const sampling = {
    k: options.count ?? 1,
    temperature: options.temperature ?? 1,
    responseTokens: options.maxTokens ?? config.labeling.maxResponseTokens,
    rng: createRng(config.seed).split("generate"),
    data: config.data,
  };
  const answers = await sampleResponses(loaded, prompts, sampling, output);
  loaded.dispose();
  if (isProblem(answers)) return answers;
  const shown = prompts.map(({ text }, i) =>
    [text, ...answers[i].map((answer) => `  → ${answer.text}${answer.endReached ? "" : " …"}`)].join("\n"),
  );
  output.result(
    {
      model: reference,
      prompts: prompts.map(({ id, text }, i) => ({
        id,
        prompt: text,
        responses: answers[i].map((answer) => ({ ...answer })),
      })),
    },
    shown.join("\n\n"),
  );
  return 0;
}

async function writeBatch(
  context: ProjectContext,
  model: string,
  prompts: readonly Prompt[],
  batch: string,
  { count, temperature, maxTokens }: GenerateOptions,
): Promise<Outcome> {
  const { min, max } = comparisonSize;
  if (count !== undefined && (count < min || count > max))
    return new Problem(
      "invalidValue",
      `-k is ${count}, but a batch to rank has ${min} to ${max} responses a prompt.`,
    );
  const made = await generateBatch({
    context,
    model,
    prompts,
    batch,
    ...(count !== undefined && { k: count }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { responseTokens: maxTokens }),
  });
  if (isProblem(made)) return made;
  const { file, items, gold, repeats } = made;
  const mixed = gold + repeats > 0 ? `, ${gold} gold ones and ${repeats} repeats among them` : "";
  context.output.result(
    { batch, file, items, gold, repeats, model },
    `${items} items in ${file}${mixed}: rank them (or rlhf simulate-labels --batch ${batch}), then rlhf rm`,
  );
  return 0;
}
