import type { JsonValue } from "../protocol/trainerEvents";

// The records of a project's own files, one JSON object a line. Everything that is imported becomes one of these first.

export type JsonObject = { readonly [key: string]: JsonValue };

/** The three kinds of prompts that labelers write (Ouyang et al. 2022, §3.2). */
export const promptKinds = ["plain", "few-shot", "user-based"] as const;
export type PromptKind = (typeof promptKinds)[number];

export interface Prompt {
  readonly id: string;
  readonly text: string;
  /** Who sent it: splits never part a user's prompts. */
  readonly user?: string;
  readonly kind?: PromptKind;
  readonly useCase?: string;
  readonly meta?: JsonObject;
}

/** A prompt with the response that a labeler wrote for it. */
export interface Demonstration {
  readonly id: string;
  readonly prompt: string;
  readonly response: string;
  readonly user?: string;
  readonly author?: string;
  readonly meta?: JsonObject;
}

export interface ComparedResponse {
  readonly id: string;
  readonly text: string;
  readonly model?: string;
}

/** K = 2 … 9 responses to one prompt, ranked by one labeler on one axis. */
export interface Comparison {
  readonly id: string;
  readonly prompt: string;
  readonly promptId?: string;
  readonly user?: string;
  readonly labeler?: string;
  /** "overall" unless the labeler judged something narrower. */
  readonly axis: string;
  readonly responses: readonly ComparedResponse[];
  /** Indices into `responses`, best tier first; the indices of one tier are tied. Each index stands in one tier. */
  readonly tiers: readonly (readonly number[])[];
  readonly meta?: JsonObject;
}

export interface PretrainingDocument {
  readonly text: string;
}

export const recordKinds = ["prompts", "demonstrations", "comparisons", "pretraining"] as const;
export type RecordKind = (typeof recordKinds)[number];

export interface RecordOf {
  readonly prompts: Prompt;
  readonly demonstrations: Demonstration;
  readonly comparisons: Comparison;
  readonly pretraining: PretrainingDocument;
}

export type DataRecord = RecordOf[RecordKind];

/** How many responses a comparison holds (Ouyang et al. 2022, §3.5: 4 to 9; pairs of other sources are comparisons of two). */
export const comparisonSize = { min: 2, max: 9 } as const;

/** The records as a file of JSON lines, which the parsers of parseRecords.ts read back unchanged. Empty for no records. */
export function toJsonLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
