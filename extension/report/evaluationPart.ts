import { isObject } from "../protocol/codec";
import type { Say } from "../protocol/fieldValue";
import { Problem, isProblem } from "../protocol/problem";
import type { JsonValue, MetricValues } from "../protocol/trainerEvents";
import { readFigures, readMetrics, type Run } from "../runs/runFolder";
import { section, table, text, type SampleBlock, type Section, type Words } from "./reportParts";
import { samplesOf, type EvaluationSample } from "./samplesPart";

/** A model of the final comparison and the run that evaluated it. */
export interface EvaluatedModel {
  readonly name: string;
  readonly run: Run;
}

export interface MeasuredModel {
  readonly name: string;
  readonly values: MetricValues;
  readonly samples: readonly EvaluationSample[];
  readonly splits: Splits;
}

/** What the evaluations measured, as their files say. */
export function measureModels(models: readonly EvaluatedModel[]): readonly MeasuredModel[] | Problem {
  const measured: MeasuredModel[] = [];
  for (const { name, run } of models) {
    const values = readMetrics(run.paths).values.at(-1)?.values;
    const figures = readFigures(run.paths);
    if (isProblem(figures)) return figures;
    if (values === undefined)
      return new Problem("missing", `The evaluation run ${run.manifest.id} has no metrics.`);
    measured.push({ name, values, samples: samplesOf(figures), splits: splitsOf(figures?.bySplit) });
  }
  return measured;
}

interface Cells {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * As in the paper's Figures 1 and 4: win rate against SFT with its interval, the judge's axes, KL, and the alignment tax (loss on held-out
 * pretraining text above that of the first model).
 */
export function evaluationCells(measured: readonly MeasuredModel[], t: Say): Cells {
  const base = measured[0]?.values["loss/pretrainingValidation"] ?? NaN;
  const head = [
    ...[t("model"), t("win rate against SFT"), t("instruction"), t("preference"), t("truthful")],
    ...[t("harmless"), "KL", t("tax")],
  ];
  const rows = measured.map(({ name, values }) => [
    name,
    `${percent(values["winRate/versusSft"])} (${percent(values["winRate/versusSftLow"])}–${percent(values["winRate/versusSftHigh"])})`,
    ...["instruction", "preference", "truthful", "harmless"].map((axis) => digits(values[`judge/${axis}`])),
    digits(values["objective/klPolicyReference"]),
    digits(values["loss/pretrainingValidation"] - base),
  ]);
  return { head, rows };
}

export const evaluationUnits = (base: string, t: Say): string =>
  t("KL in nats per answer; tax in nats per token of pretraining text, above {0}.", base);

/** The win rates by kind of prompt; null where there are no two kinds. */
export function splitCells(measured: readonly MeasuredModel[], t: Say): Cells | null {
  const kinds = [...(measured[0]?.splits ?? [])];
  if (kinds.length < 2) return null;
  return {
    head: [t("win rate by kind of prompt"), ...kinds.map(([kind, { prompts }]) => `${kind} (${prompts})`)],
    rows: measured.map(({ name, splits }) => [
      name,
      ...kinds.map(([kind]) => percent(splits.get(kind)?.winRate)),
    ]),
  };
}

/** The first prompts with what each model answers. */
export function sharedSamples(measured: readonly MeasuredModel[], count: number): readonly SampleBlock[] {
  return (measured[0]?.samples ?? []).slice(0, count).map(({ prompt }) => ({
    ...{ kind: "sample", prompt },
    answers: measured.map(({ name, samples: own }) => ({
      by: name,
      text: own.find((sample) => sample.prompt === prompt)?.response ?? "",
    })),
  }));
}

const shownPrompts = 8;

/** The models compared: figures with intervals, by kind of prompt, and answers side by side. */
export function evaluationSections(models: readonly EvaluatedModel[], { t, problem }: Words): Section[] {
  if (models.length === 0) return [];
  const measured = measureModels(models);
  if (isProblem(measured)) return section(t("The models compared"), [text(problem(measured.message))]);
  const [cells, splits] = [evaluationCells(measured, t), splitCells(measured, t)];
  return section(
    t("The models compared"),
    [
      table(cells.head, cells.rows),
      text(t("Win rates have 95 % intervals in brackets.")),
      text(evaluationUnits(measured[0].name, t)),
      splits && table(splits.head, splits.rows),
    ],
    section(t("Answers side by side"), sharedSamples(measured, shownPrompts)),
  );
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

function percent(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "–" : `${(100 * value).toFixed(0)} %`;
}

function digits(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  return value.toFixed(2).replace(/^-(?=[0.]+$)/, "");
}
