import type { LabelItem, RankingFile } from "../protocol/rankingFormat";

/** A batch with its labelers' files, read and checked. */
export interface BatchLabels {
  readonly batch: string;
  readonly items: readonly LabelItem[];
  readonly rankings: readonly RankingFile[];
}

export interface Content {
  /** Equal for equal prompts with equal responses in any order. */
  readonly key: string;
  /** Indices of the responses in the order that all items of the content share; copies of a text stay in theirs. */
  readonly order: readonly number[];
}

/** What an item asks, whatever its ids: by it repeated items and gold items are known, while nothing in the items tells that they are. */
export function contentOf(prompt: string, texts: readonly string[]): Content {
  const order = texts
    .map((_, i) => i)
    .sort((a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : a - b));
  return { key: JSON.stringify([prompt, ...order.map((i) => texts[i])]), order };
}

export const itemContent = ({ prompt, responses }: Pick<LabelItem, "prompt" | "responses">): Content =>
  contentOf(
    prompt,
    responses.map(({ text }) => text),
  );
