import { quantile } from "../algorithms/statistics";
import { comparisonSequences, demonstrationSequences, tokenPrompts, type LeftOut } from "../data/tokenize";
import { latestRun } from "../project/chooseParents";
import { readDataFiles } from "../project/readData";
import { readComparisons } from "../project/readRankings";
import { Problem, isProblem } from "../protocol/problem";
import type { RunConfig } from "../protocol/runConfig";
import type { JsonValue } from "../protocol/trainerEvents";
import { resolveModelReference } from "../runs/modelReference";
import { openModel } from "../trainer/openModel";
import type { Findings } from "./checkProject";

/** Lengths of one kind of record in tokens, and those that no run would use. */
interface Lengths {
  readonly what: string;
  readonly tokens: readonly number[];
  readonly leftOut: readonly LeftOut[];
}

/** Lengths in tokens of the base model's tokenizer, and what would be left out for its length. */
export function checkLengths(project: string, config: RunConfig): Findings {
  const named = resolveModelReference(project, `models/${config.model.name}`);
  const pretrained = latestRun(project, "pretrain");
  const base = isProblem(named) && pretrained !== null ? resolveModelReference(project, pretrained) : named;
  if (isProblem(base))
    return { lines: ["No base model yet, so lengths in tokens are not known."], figures: {}, problems: [] };
  const lengths = measure(project, config, base.folder);
  if (isProblem(lengths)) return { lines: [], figures: {}, problems: [lengths.message] };
  const used = lengths.filter(({ tokens, leftOut }) => tokens.length + leftOut.length > 0);
  return {
    lines: used.map(lengthLine),
    figures: { lengths: Object.fromEntries(used.map((each) => [each.what, lengthFigures(each)])) },
    problems: [],
  };
}

function measure(project: string, config: RunConfig, folder: string): readonly Lengths[] | Problem {
  const model = openModel(folder);
  if (isProblem(model)) return model;
  const { tokenizer, shape } = model;
  if (tokenizer === null)
    return new Problem("missing", `${folder} has no tokenizer.json, so it cannot read text.`);
  const prompts = readDataFiles(project, config, "prompts");
  if (isProblem(prompts)) return prompts;
  const demonstrations = readDataFiles(project, config, "demonstrations");
  if (isProblem(demonstrations)) return demonstrations;
  const read = readComparisons(project, config);
  if (isProblem(read)) return read;
  const limits = { ...config.data, context: shape.context, ties: config.rm.ties };
  const asked = tokenPrompts(prompts, tokenizer, limits);
  const shown = demonstrationSequences(demonstrations, tokenizer, limits);
  const compared = comparisonSequences([...read.imported, ...read.ranked.comparisons], tokenizer, limits);
  const whole = ({ prompt, response }: (typeof shown.sequences)[number]): number =>
    prompt.length + response.length;
  return [
    { what: "prompts", tokens: asked.prompts.map(({ tokens }) => tokens.length), leftOut: asked.leftOut },
    { what: "demonstrations", tokens: shown.sequences.map(whole), leftOut: shown.leftOut },
    {
      what: "comparisons",
      tokens: compared.rankings.flatMap(({ sequences }) => sequences.map(whole)),
      leftOut: compared.leftOut,
    },
  ];
}

function lengthFigures({ tokens, leftOut }: Lengths): JsonValue {
  const of = (share: number): number | null => (tokens.length > 0 ? quantile(tokens, share) : null);
  return { median: of(0.5), p90: of(0.9), max: of(1), leftOut: leftOut.length };
}

function lengthLine({ what, tokens, leftOut }: Lengths): string {
  const of = (share: number): string => quantile(tokens, share).toFixed(0);
  const lengths =
    tokens.length > 0
      ? `${of(0.5)} tokens in the middle, ${of(0.9)} at nine tenths, ${of(1)} at most`
      : "none can be used";
  const out = leftOut.length > 0 ? `; ${leftOut.length} left out: ${leftOut[0].id} ${leftOut[0].reason}` : "";
  return `${what}: ${lengths}${out}`;
}
