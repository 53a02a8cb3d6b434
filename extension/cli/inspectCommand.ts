import type { Command } from "commander";
import { inspectScores, type OtherScores, type ScoredComparison } from "../data/rewardInspection";
import { inspectionSources, type InspectionSources } from "../project/inspectionSources";
import { encodeJson } from "../protocol/codec";
import {
  inspectionFormatVersion,
  withoutExamples,
  type AccuracyRow,
  type Inspection,
  type InspectionFigures,
  type ScoredAnswer,
} from "../protocol/inspectionFormat";
import { isProblem } from "../protocol/problem";
import { modelHash } from "../runs/checkpoints";
import { readInspection, writeInspection } from "../runs/inspections";
import { findRun, resolveModelReference } from "../runs/modelReference";
import { sha256Hex } from "../runs/sealedFolder";
import { action, type Call, type Outcome } from "./action";
import { runApart, runsApart } from "./apart";
import { areProblems, openProject } from "./globalFlags";
import { loadForUse, type LoadedModel } from "./loadForUse";
import type { OpenOutput, Output } from "./output";
import { scoreAnswers, type Answer } from "./scoreAnswers";
import { section, shownNumber, table } from "./table";

export function registerInspect(program: Command, openOutput: OpenOutput): void {
  program
    .command("inspect")
    .argument(
      "<run>",
      "a run of rlhf rm: RUN for the model it left, RUN@N, RUN@best or RUN@last for a checkpoint",
    )
    .description(
      "what a reward model says of the labels it saw: accuracy, calibration, length bias, worst pairs",
    )
    .addHelpText(
      "after",
      "\nThe result for RUN is kept beside it, in inspection.json, and made again when the model or what it is made of has changed; that for a checkpoint is only printed.\nPrompts are laid out as the run had them (data.promptBefore and data.promptAfter of its own settings), as in rlhf probe and rlhf score.\n\nExamples:\n  rlhf inspect rm-20260131T120000Z-1a2b\n  rlhf inspect rm-20260131T120000Z-1a2b@2",
    )
    .action(action<object, readonly [string]>(openOutput, inspect));
}

async function inspect({
  output,
  flags,
  words: [reference],
}: Call<object, readonly [string]>): Promise<Outcome> {
  const context = openProject(flags, output);
  if (areProblems(context)) return context;
  if (runsApart(context.config.backend)) return await runApart();
  const { project } = context;
  const run = findRun(project, reference.replace(/@[^@]*$/, ""));
  if (isProblem(run)) return run;
  const sources = inspectionSources(project, run);
  if (isProblem(sources)) return sources;
  const found = resolveModelReference(project, reference);
  const hash = isProblem(found) ? found : modelHash(found.folder);
  if (isProblem(hash)) return hash;
  const isWhole = reference === run.manifest.id;
  const sourcesHash = sha256Hex(encodeJson(sources));
  const kept = isWhole ? readInspection(run.paths) : null;
  if (kept !== null && !isProblem(kept) && kept.modelHash === hash && kept.sourcesHash === sourcesHash)
    return report(output, kept, true);
  const loaded = await loadForUse(context, reference, "score");
  if (isProblem(loaded)) return loaded;
  const scored = await scoreSources(loaded, sources, output);
  loaded.dispose();
  const inspection: Inspection = {
    ...{ formatVersion: inspectionFormatVersion, run: reference, axis: sources.config.rm.axis },
    ...{ modelHash: loaded.hash, sourcesHash, leftOut: scored.leftOut },
    ...inspectScores(scored.comparisons, scored.others),
    probes: scored.probes,
  };
  if (isWhole) writeInspection(run.paths, inspection);
  return report(output, inspection, false);
}

interface ScoredSources {
  readonly comparisons: readonly ScoredComparison[];
  readonly leftOut: number;
  readonly others: readonly OtherScores[];
  readonly probes: Inspection["probes"];
}

/** Scores all texts in one go, so that progress is one line and a text that stands in many places is scored once. */
async function scoreSources(
  loaded: LoadedModel,
  { comparisons, demonstrations, others, probes }: InspectionSources,
  output: Output,
): Promise<ScoredSources> {
  const groups: readonly (readonly Answer[])[] = [
    comparisons.flatMap(({ comparison: { prompt, responses } }) =>
      responses.map(({ text }) => ({ prompt, response: text })),
    ),
    demonstrations,
    ...others.map(({ answers }) => answers),
    probes,
  ];
  const answers = groups.flat().map(({ prompt, response }) => ({ prompt, response }));
  const all = await scoreAnswers(loaded, answers, {
    onProgress: (done, total) => output.progress("scoring", done, total),
  });
  let offset = 0;
  const take = (count: number) => all.slice(offset, (offset += count));
  const scored = comparisons.flatMap((each): ScoredComparison[] => {
    const own = take(each.comparison.responses.length).filter((answer) => answer !== null);
    if (own.length < each.comparison.responses.length) return [];
    return [{ ...each, scores: own.map(({ score }) => score), tokens: own.map(({ tokens }) => tokens) }];
  });
  const scoredOf = (texts: readonly Answer[]): ScoredAnswer[] =>
    take(texts.length).flatMap((answer, i) => {
      const { prompt, response: text } = texts[i];
      return answer === null ? [] : [{ label: null, prompt, text, score: answer.score }];
    });
  return {
    comparisons: scored,
    leftOut: comparisons.length - scored.length,
    others: [
      {
        name: "demonstrations",
        source: "inputs/demonstrations.jsonl",
        answers: scoredOf(demonstrations),
      },
      ...others.map(({ name, source, answers: own }) => ({ name, source, answers: scoredOf(own) })),
    ],
    probes: take(probes.length).map((answer, i) => ({ id: probes[i].id, score: answer?.score ?? NaN })),
  };
}

function report(output: Output, inspection: Inspection, isKept: boolean): Outcome {
  const { run, pairs, wrong, leftOut, byGroup, figures } = inspection;
  const numbers = figures.map(withoutExamples);
  output.result({ run, isKept, pairs, wrong, leftOut, byGroup, figures: numbers }, reportText(inspection));
  return 0;
}

const percent = (share: number): string => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(1)} %`);

const groupNames: Readonly<Record<string, string>> = {
  ...{ training: "training", validation: "validation", heldOut: "held-out labelers" },
};

const rowsOf = (title: string, some: readonly AccuracyRow[]): string[][] =>
  some.map(({ name, pairs, value, low, high, ceiling }) => [
    ...[`${title} ${groupNames[name] ?? name}`.trim(), String(pairs), percent(value)],
    ...[`${percent(low)} to ${percent(high)}`, percent(ceiling)],
  ]);

function reportText(inspection: Inspection): string {
  const { run, axis, labels, pairs, wrong, leftOut, byGroup, figures } = inspection;
  const head = `${run}, ${axis}: ${labels.length} comparisons, ${pairs} pairs, ${wrong} of them ordered wrongly, ${leftOut} comparisons left out`;
  const columns = ["", "pairs", "accuracy", "95 % interval", "ceiling"];
  return [head, table(columns, rowsOf("", byGroup)), ...figures.map(figuresText)].join("\n\n");
}

function figuresText({ group, calibration, length, distributions, ...by }: InspectionFigures): string {
  const rows = [
    ...rowsOf("labeler", by.byLabeler),
    ...rowsOf("distance", by.byDistance),
    ...rowsOf("kind", by.byPromptKind),
    ...rowsOf("use case", by.byUseCase),
  ];
  const bias = `by the model ${percent(length.modelPrefersLonger)}, by people ${percent(length.peoplePreferLonger)}`;
  const correlation = `${shownNumber(length.correlation)}, within prompts ${shownNumber(length.withinPrompt)}`;
  return [
    table([groupNames[group], "pairs", "accuracy", "95 % interval", "ceiling"], rows),
    section("", [
      ["calibration error", percent(calibration.error)],
      ["score with length", correlation],
      ["longer preferred", bias],
    ]).trimStart(),
    table(
      ["scores", "n", "mean", "std"],
      distributions.map(({ name, n, mean, std }) => [name, String(n), shownNumber(mean), shownNumber(std)]),
    ),
  ].join("\n");
}
