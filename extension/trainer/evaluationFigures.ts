import { meanInterval } from "../algorithms/intervals";
import { wilsonInterval, type Estimate } from "../algorithms/proportions";
import type { JsonValue } from "../protocol/trainerEvents";
import {
  axisMeans,
  judgedAxes,
  labelerWinRate,
  winRateOf,
  type Answer,
  type EvaluationPrompt,
} from "./evaluate";

/** Answers of both models shown side by side in the result. */
const shownSamples = 12;

/** What an evaluation measures of each answer besides the judgement. */
export interface AnswerMeasures {
  readonly rewards: readonly number[];
  /** Null without a reference. */
  readonly kls: readonly number[] | null;
}

/**
 * 95 % intervals, over prompts, of the means that an evaluation reports as metrics, by metric: Student's, or Wilson's for a share. The win
 * rate has its own among the metrics. What has no interval, such as a measure of one prompt or of none, is left out.
 */
export function metricIntervals(
  answers: readonly Answer[],
  { rewards, kls }: AnswerMeasures,
): Record<string, JsonValue> {
  const judgements = answers.flatMap(({ judgement }) => (judgement ? [judgement] : []));
  const measured: Readonly<Record<string, readonly number[]>> = {
    ...Object.fromEntries(
      judgedAxes.map((axis) => [`judge/${axis}`, judgements.map((judgement) => judgement[axis].score)]),
    ),
    "objective/score": rewards,
    "objective/klPolicyReference": kls ?? [],
    "response/length": answers.map(({ tokens }) => tokens.length),
  };
  const ended = answers.filter(({ endReached }) => endReached).length;
  const found: readonly (readonly [string, string, Estimate])[] = [
    ...Object.entries(measured).map(([name, values]) => [name, "student", meanInterval(values)] as const),
    ["response/endRate", "wilson", wilsonInterval(ended, answers.length)],
  ];
  return Object.fromEntries(
    found
      .filter(([, , { low, high }]) => Number.isFinite(low) && Number.isFinite(high))
      .map(([name, method, { low, high }]) => [name, { low, high, method }]),
  );
}

/** The result of an evaluation beside its metrics: by kind of prompt, by simulated labelers of each group, and answers side by side. */
export function evaluationFigures(
  seed: number,
  prompts: readonly EvaluationPrompt[],
  answers: readonly Answer[],
  baseline: readonly Answer[] | null,
): Record<string, JsonValue> {
  const judged = baseline !== null && answers.some(({ judgement }) => judgement !== null);
  const byLabelers = (group: "training" | "heldOut"): JsonValue =>
    judged ? estimate(labelerWinRate(prompts, answers, baseline, group, seed)) : null;
  return {
    prompts: prompts.length,
    bySplit: bySplit(prompts, answers, baseline),
    ...(judged ? { labelers: { training: byLabelers("training"), heldOut: byLabelers("heldOut") } } : {}),
    samples: answers
      .slice(0, shownSamples)
      .map((answer, i) => sample(prompts[i], answer, baseline?.[i] ?? null)),
  };
}

function estimate({ value, low, high }: Estimate): JsonValue {
  return { value, low, high };
}

/** Instruction axis and win rate of each kind of test prompt (`meta.split`), apart. */
function bySplit(
  prompts: readonly EvaluationPrompt[],
  answers: readonly Answer[],
  baseline: readonly Answer[] | null,
): JsonValue {
  const splits = [...new Set(prompts.map(({ prompt }) => String(prompt.meta?.split ?? "test")))].sort();
  return Object.fromEntries(
    splits.map((split) => {
      const members = prompts.flatMap(({ prompt }, i) =>
        String(prompt.meta?.split ?? "test") === split ? [i] : [],
      );
      const of = (all: readonly Answer[]): Answer[] => members.map((i) => all[i]);
      return [
        split,
        {
          prompts: members.length,
          ...axisMeans(of(answers)),
          winRate: baseline ? estimate(winRateOf(of(answers), of(baseline))) : null,
        },
      ];
    }),
  );
}

function sample({ prompt }: EvaluationPrompt, answer: Answer, baseline: Answer | null): JsonValue {
  return {
    promptId: prompt.id,
    prompt: prompt.text,
    response: answer.text,
    score: answer.score,
    ...(baseline ? { sftResponse: baseline.text, sftScore: baseline.score } : {}),
  };
}
