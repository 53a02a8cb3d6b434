import type { Command } from "commander";
import { createRng } from "../algorithms/rng";
import { latestRun, latestStart } from "../runs/finishedRuns";
import { maxRowSeed } from "../protocol/chatProtocol";
import { Problem, isProblem } from "../protocol/problem";
import { action, type Call, type Outcome } from "./action";
import { runApart, runsApart } from "./apart";
import { chatByLines } from "./chatByLines";
import { chatByRequests } from "./chatByRequests";
import type { AnswerOptions } from "./chatSession";
import { areProblems, numberFrom, openProject, wholeNumber, type ProjectContext } from "./globalFlags";
import { loadForUse, type LoadedModel } from "./loadForUse";
import type { OpenOutput } from "./output";

interface ChatOptions {
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly answerSeed?: number;
}

/** What a chat works with, whoever is at the other end. */
export interface Chat {
  readonly context: ProjectContext;
  readonly models: readonly LoadedModel[];
  readonly answer: Omit<AnswerOptions, "onText" | "isCancelled">;
  /** The seed of every question, if one was given. */
  readonly seed: number | null;
}

export function registerChat(program: Command, openOutput: OpenOutput): void {
  program
    .command("chat")
    .argument("[models...]", "models/NAME, RUN, RUN@N or a folder (default: the latest PPO or SFT model)")
    .option("--temperature <x>", "sampling temperature; 0 takes the likeliest token", numberFrom(0, 5))
    .option(
      "--max-tokens <n>",
      "longest response (default: labeling.maxResponseTokens)",
      wholeNumber(1, 4096),
    )
    .option("--answer-seed <n>", "the seed that every answer is drawn with", wholeNumber(0, maxRowSeed))
    .description("ask models, one prompt a line, and see them answer")
    .addHelpText(
      "after",
      '\nWith --json it reads {"id","prompt","model"?,"seed"?,"temperature"?,"responseTokens"?} and {"cancel":id}, one a line.\n\nExample:\n  rlhf chat models/base',
    )
    .action(action<ChatOptions, readonly [readonly string[]]>(openOutput, chat));
}

async function chat({
  output,
  flags,
  options,
  words: [given],
}: Call<ChatOptions, readonly [readonly string[]]>): Promise<Outcome> {
  const context = openProject(flags, output);
  if (areProblems(context)) return context;
  if (runsApart(context.config.backend)) return await runApart();
  const references = given.length > 0 ? [...new Set(given)] : latestPolicy(context.project);
  if (references.length === 0)
    return new Problem("missing", "There is no policy yet: name a model, or train one with rlhf sft.");
  const models = await loadAll(context, references);
  if (isProblem(models)) return models;
  const { config } = context;
  const session: Chat = {
    context,
    models,
    seed: options.answerSeed ?? null,
    answer: {
      data: config.data,
      temperature: options.temperature ?? 1,
      responseTokens: options.maxTokens ?? config.labeling.maxResponseTokens,
      rng: createRng(config.seed).split("chat"),
    },
  };
  const outcome = await (output.json ? chatByRequests(session) : chatByLines(session));
  for (const model of models) model.dispose();
  return outcome;
}

function latestPolicy(project: string): readonly string[] {
  const latest = latestRun(project, "ppo") ?? latestStart(project);
  return latest === null ? [] : [latest];
}

async function loadAll(
  context: ProjectContext,
  references: readonly string[],
): Promise<readonly LoadedModel[] | Problem> {
  const models: LoadedModel[] = [];
  for (const reference of references) {
    const loaded = await loadForUse(context, reference, "answer");
    if (isProblem(loaded)) {
      for (const model of models) model.dispose();
      return loaded;
    }
    models.push(loaded);
  }
  return models;
}
