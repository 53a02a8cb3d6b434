import type { Command } from "commander";
import { createRng } from "../algorithms/rng";
import { parseRecords } from "../data/parseRecords";
import { comparisonSequences, demonstrationSequences } from "../data/tokenize";
import { Problem, isProblem } from "../protocol/problem";
import { readText } from "../runs/sealedFolder";
import { scoreSequences } from "../trainer/rewardModel";
import { comparisonAccuracy } from "../trainer/rewardModelAccuracy";
import { action, type Call, type Outcome } from "./action";
import { runApart, runsApart } from "./apart";
import { areProblems, openProject, type ProjectContext } from "./globalFlags";
import { loadForUse, type LoadedModel } from "./loadForUse";
import type { OpenOutput } from "./output";
import { shownNumber } from "./table";

interface ScoreOptions {
  readonly prompt?: string;
  readonly response?: readonly string[];
  readonly file?: string;
}

export function registerScore(program: Command, openOutput: OpenOutput): void {
  program
    .command("score")
    .argument("<model>", "a reward model: models/NAME, RUN, RUN@N, RUN@best or a folder")
    .option("--prompt <text>", "the prompt that was answered")
    .option("--response <text...>", "the answers to score")
    .option(
      "--file <comparisons>",
      "JSON lines of comparisons: scores each, and says how often the order is right",
    )
    .description("score answers with a reward model")
    .addHelpText(
      "after",
      '\nExample:\n  rlhf score rm-20260131T120000Z-1a2b --prompt "say hello ." --response "hello ." "no ."',
    )
    .action(
      action<ScoreOptions, readonly [string]>(openOutput, async (call) => {
        const { output, flags, options, words } = call;
        const context = openProject(flags, output);
        if (areProblems(context)) return context;
        if (runsApart(context.config.backend)) return await runApart();
        const { prompt, response, file } = options;
        if (file === undefined && (prompt === undefined || response === undefined))
          return new Problem(
            "missing",
            "There is nothing to score: give --prompt and --response, or --file.",
          );
        const loaded = await loadForUse(context, words[0], "score");
        if (isProblem(loaded)) return loaded;
        const outcome = await (file === undefined ? scoreResponses : scoreFile)(context, loaded, call);
        loaded.dispose();
        return outcome;
      }),
    );
}

type ScoreCall = Call<ScoreOptions, readonly [string]>;

function limitsOf({ model, template }: LoadedModel) {
  return { ...template, context: model.shape.context, maxPromptTokens: Infinity };
}

async function scoreResponses(
  context: ProjectContext,
  loaded: LoadedModel,
  { options: { prompt = "", response = [] } }: ScoreCall,
): Promise<Outcome> {
  const records = response.map((text, i) => ({ id: String(i + 1), prompt, response: text }));
  const limits = limitsOf(loaded);
  const { sequences, leftOut } = demonstrationSequences(records, loaded.tokenizer, limits);
  if (leftOut.length > 0)
    return new Problem(
      "tooLarge",
      `The response ${leftOut[0].id} ${leftOut[0].reason} (${loaded.reference}): shorten it.`,
    );
  const scores = [...(await scoreSequences(loaded.model, sequences))];
  context.output.result(
    {
      model: loaded.reference,
      prompt,
      scores: response.map((text, i) => ({ response: text, score: scores[i] })),
    },
    response.map((text, i) => `${shownNumber(scores[i]).padStart(10)}  ${text}`).join("\n"),
  );
  return 0;
}

async function scoreFile(
  context: ProjectContext,
  loaded: LoadedModel,
  { options: { file = "" } }: ScoreCall,
): Promise<Outcome> {
  const text = readText(file);
  if (isProblem(text)) return text;
  const { records, problems } = parseRecords("comparisons", text, file);
  if (problems.length > 0) return new Problem("malformed", problems[0].message);
  const limits = { ...limitsOf(loaded), ties: context.config.rm.ties };
  const { rankings, leftOut } = comparisonSequences(records, loaded.tokenizer, limits);
  if (rankings.length === 0)
    return new Problem("tooLarge", `No comparison of ${file} can be scored: the first ${leftOut[0].reason}.`);
  const scores = await scoreSequences(
    loaded.model,
    rankings.flatMap(({ sequences }) => sequences),
  );
  const rng = createRng(context.config.seed).split("interval");
  const measured = comparisonAccuracy(rankings, scores, rng);
  let offset = 0;
  const scored = rankings.map(({ id, sequences: { length } }) => {
    offset += length;
    return { id, scores: [...scores.subarray(offset - length, offset)] };
  });
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  context.output.result(
    { model: loaded.reference, file, ...measured, leftOut: leftOut.length, comparisons: scored },
    [
      `${rankings.length} comparisons, ${leftOut.length} left out`,
      `accuracy ${percent(measured.accuracy)} (${percent(measured.low)} to ${percent(measured.high)}), loss ${shownNumber(measured.loss)} nats, mean score ${shownNumber(measured.scoreMean)}`,
    ].join("\n"),
  );
  return 0;
}
