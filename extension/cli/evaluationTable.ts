import { isObject } from "../protocol/codec";
import { Problem, isProblem } from "../protocol/problem";
import type { JsonValue, MetricValues } from "../protocol/trainerEvents";
import { readFigures, readMetrics, type Run } from "../runs/runFolder";
import { table } from "./table";

/** A model of the final comparison and the run that evaluated it. */
export interface EvaluatedModel {
  readonly name: string;
  readonly run: Run;
}

interface Sample {
  readonly prompt: string;
  readonly response: string;
}

/** Prompts whose answers are shown side by side. */
const shownPrompts = 3;

/**
 * The table at the end of a pipeline, as in the paper's Figures 1 and 4: win rate against SFT with its interval, the judge's axes, KL, and
 * the alignment tax (loss on held-out pretraining text above that of the first model); then example answers side by side.
 */
export function evaluationTable(models: readonly EvaluatedModel[]):
  | {
      readonly text: string;
      readonly rows: { readonly [key: string]: JsonValue }[];
      readonly samples: JsonValue;
    }
  | Problem {
  const measured: {
    readonly name: string;
    readonly values: MetricValues;
    readonly samples: readonly Sample[];
    readonly splits: Splits;
  }[] = [];
  for (const { name, run } of models) {
    const values = readMetrics(run.paths).values.at(-1)?.values;
    const figures = readFigures(run.paths);
    if (isProblem(figures)) return figures;
    if (values === undefined)
      return new Problem("missing", `The evaluation run ${run.manifest.id} has no metrics.`);
    measured.push({ name, values, samples: samplesOf(figures?.samples), splits: splitsOf(figures?.bySplit) });
  }
  const base = measured[0]?.values["loss/pretrainingValidation"] ?? NaN;
  const head = [
    "model",
    "win rate against SFT",
    "instruction",
    "preference",
    "truthful",
    "harmless",
    "KL",
    "tax",
  ];
  const rows = measured.map(({ name, values }) => [
    name,
    `${percent(values["winRate/versusSft"])} (${percent(values["winRate/versusSftLow"])}–${percent(values["winRate/versusSftHigh"])})`,
    ...["instruction", "preference", "truthful", "harmless"].map((axis) => digits(values[`judge/${axis}`])),
    digits(values["objective/klPolicyReference"]),
    digits(values["loss/pretrainingValidation"] - base),
  ]);
  const samples = measured[0].samples.slice(0, shownPrompts).map(({ prompt }, i) => ({
    prompt,
    answers: measured.map(({ name, samples: own }) => ({ name, response: own[i]?.response ?? "" })),
  }));
  const shown = samples.map(({ prompt, answers }) =>
    [
      `> ${oneLine(prompt)}`,
      ...answers.map(({ name, response }) => `  ${name.padEnd(15)} ${oneLine(response)}`),
    ].join("\n"),
  );
  return {
    text: [
      table(head, rows),
      "KL in nats per answer; tax in nats per token of pretraining text, above GPT.",
      ...splitTable(measured),
      ...shown,
    ].join("\n\n"),
    rows: measured.map(({ name, values }) => ({ name, ...values })),
    samples,
  };
}

/** Win rate against SFT by kind of test prompt, apart. */
type Splits = ReadonlyMap<string, { readonly prompts: number; readonly winRate: number | undefined }>;

function splitsOf(value: JsonValue | undefined): Splits {
  if (!isObject(value)) return new Map();
  return new Map(
    Object.entries(value).flatMap(([split, of]) => {
      if (!isObject(of) || typeof of.prompts !== "number") return [];
      const rate = isObject(of.winRate) ? of.winRate.value : undefined;
      return [[split, { prompts: of.prompts, winRate: typeof rate === "number" ? rate : undefined }]];
    }),
  );
}

/** A table of the win rates by kind of prompt, where there is more than one kind. */
function splitTable(measured: readonly { readonly name: string; readonly splits: Splits }[]): string[] {
  const kinds = [...(measured[0]?.splits ?? [])];
  if (kinds.length < 2) return [];
  const head = ["win rate by kind of prompt", ...kinds.map(([kind, { prompts }]) => `${kind} (${prompts})`)];
  const rows = measured.map(({ name, splits }) => [
    name,
    ...kinds.map(([kind]) => percent(splits.get(kind)?.winRate)),
  ]);
  return [table(head, rows)];
}

function samplesOf(value: JsonValue | undefined): Sample[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) =>
    isObject(entry) && typeof entry.prompt === "string" && typeof entry.response === "string"
      ? [{ prompt: entry.prompt, response: entry.response }]
      : [],
  );
}

/** Model output is text of unknown content: one line of it, without control characters. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, 100);
}

function percent(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "–" : `${(100 * value).toFixed(0)} %`;
}

function digits(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  return value.toFixed(2).replace(/^-(?=[0.]+$)/, "");
}
