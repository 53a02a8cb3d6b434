import { inEnglish } from "../protocol/fieldValue";
import { isProblem, type Problem } from "../protocol/problem";
import type { JsonValue } from "../protocol/trainerEvents";
import {
  evaluationCells,
  evaluationUnits,
  measureModels,
  sharedSamples,
  splitCells,
  type EvaluatedModel,
} from "../report/evaluationPart";
import { table } from "./table";

/** Prompts whose answers are shown side by side. */
const shownPrompts = 3;

/** The table at the end of a pipeline, then example answers side by side. */
export function evaluationTable(models: readonly EvaluatedModel[]):
  | {
      readonly text: string;
      readonly rows: { readonly [key: string]: JsonValue }[];
      readonly samples: JsonValue;
    }
  | Problem {
  const measured = measureModels(models);
  if (isProblem(measured)) return measured;
  const [cells, splits] = [evaluationCells(measured, inEnglish), splitCells(measured, inEnglish)];
  const samples = sharedSamples(measured, shownPrompts).map(({ prompt, answers }) => ({
    prompt,
    answers: answers.map(({ by, text }) => ({ name: by, response: text })),
  }));
  const shown = samples.map(({ prompt, answers }) =>
    [
      `> ${oneLine(prompt)}`,
      ...answers.map(({ name, response }) => `  ${name.padEnd(15)} ${oneLine(response)}`),
    ].join("\n"),
  );
  return {
    text: [
      table(cells.head, cells.rows),
      evaluationUnits("GPT", inEnglish),
      ...(splits === null ? [] : [table(splits.head, splits.rows)]),
      ...shown,
    ].join("\n\n"),
    rows: measured.map(({ name, values }) => ({ name, ...values })),
    samples,
  };
}

/** Model output is text of unknown content: one line of it, without control characters. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, 100);
}
