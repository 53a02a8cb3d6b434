import { demonstrationSequences, type TokenSequence } from "../data/tokenize";
import { scoreSequences } from "../trainer/rewardModel";
import type { LoadedModel } from "./loadForUse";

export interface Answer {
  readonly prompt: string;
  readonly response: string;
}

export interface ScoredAnswer {
  /** Reward-model units. */
  readonly score: number;
  /** Of the response, end-of-text apart. */
  readonly tokens: number;
}

export interface ScoreOptions {
  /** Longest prompt; only the context's length bounds it unless told. */
  readonly maxPromptTokens?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** So many between two reports of progress: some chunks of the model's. */
const portion = 512;

/** What a reward model gives answers to prompts laid out as in its own run, each text once however often it comes; null for one that it cannot read. */
export async function scoreAnswers(
  { model, tokenizer, template }: LoadedModel,
  answers: readonly Answer[],
  { maxPromptTokens = Infinity, onProgress }: ScoreOptions = {},
): Promise<readonly (ScoredAnswer | null)[]> {
  const limits = { ...template, maxPromptTokens, context: model.shape.context };
  const keys = answers.map(({ prompt, response }) => JSON.stringify([prompt, response]));
  const sequences = new Map<string, TokenSequence>();
  answers.forEach((answer, i) => {
    if (sequences.has(keys[i])) return;
    const [sequence] = demonstrationSequences([{ id: "", ...answer }], tokenizer, limits).sequences;
    if (sequence !== undefined) sequences.set(keys[i], sequence);
  });
  const all = [...sequences];
  const scored = new Map<string, ScoredAnswer>();
  for (let start = 0; start < all.length; start += portion) {
    onProgress?.(start, all.length);
    const some = all.slice(start, start + portion);
    const scores = await scoreSequences(
      model,
      some.map(([, sequence]) => sequence),
    );
    some.forEach(([key, { response }], i) =>
      scored.set(key, { score: scores[i], tokens: response.length - 1 }),
    );
  }
  onProgress?.(all.length, all.length);
  return keys.map((key) => scored.get(key) ?? null);
}
