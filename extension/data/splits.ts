import { createRng } from "../algorithms/rng";
import type { Prompt } from "./records";

export interface Split<T> {
  readonly train: readonly T[];
  readonly validation: readonly T[];
  readonly test: readonly T[];
}

export interface SplitShares {
  /** Expected share of keys, not of records. */
  readonly validationShare: number;
  readonly testShare: number;
}

/**
 * Records by the split of their key, so that a user, or a prompt where users are unknown, stands in one split alone.
 *
 *   u = uniform in [0, 1) from (seed, key)
 *   test where u < testShare, validation where u < testShare + validationShare, else train
 *
 * A key's split depends on nothing but the seed and the key: new records never move others, and prompts, demonstrations and comparisons
 * that are split with the same keys and seed never train on what another of them holds out.
 *
 * Source: Ouyang et al. 2022, §3.2 (split by user ID); a share of keys is our choice.
 */
export function splitByUser<T>(
  records: readonly T[],
  keyOf: (record: T) => string,
  shares: SplitShares,
  seed: number,
): Split<T> {
  const rng = createRng(seed).split("split");
  const splits = { train: [] as T[], validation: [] as T[], test: [] as T[] };
  const known = new Map<string, keyof typeof splits>();
  for (const record of records) {
    const key = keyOf(record);
    const name = known.get(key) ?? splitOf(rng.split(key).uniform(), shares);
    known.set(key, name);
    splits[name].push(record);
  }
  return splits;
}

function splitOf(u: number, { validationShare, testShare }: SplitShares): keyof Split<unknown> {
  if (u < testShare) return "test";
  return u < testShare + validationShare ? "validation" : "train";
}

/** What of a record tells whose it is. */
export interface Owned {
  readonly user?: string;
  /** The text of the prompt. */
  readonly prompt: string;
  readonly promptId?: string;
}

/**
 * The key to split by: the record's user; else the user who sent its prompt, by id or by text; else the prompt itself, where white space
 * makes no difference. `prompts` are all the project's prompts before any cleaning.
 */
export function splitKeys(prompts: readonly Prompt[]): (record: Owned) => string {
  const userOfId = new Map<string, string>();
  const userOfText = new Map<string, string>();
  for (const { id, text, user } of prompts) {
    if (user === undefined) continue;
    userOfId.set(id, user);
    if (!userOfText.has(normalized(text))) userOfText.set(normalized(text), user);
  }
  return ({ user, prompt, promptId }) => {
    const text = normalized(prompt);
    const owner =
      user ?? (promptId === undefined ? undefined : userOfId.get(promptId)) ?? userOfText.get(text);
    return owner === undefined ? `prompt ${text}` : `user ${owner}`;
  };
}

function normalized(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
