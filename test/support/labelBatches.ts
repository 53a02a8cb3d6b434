import type { BatchLabels } from "../../extension/data/itemContent";
import type { LabelItem, RankingFile, RankingJudgement } from "../../extension/protocol/rankingFormat";

/** An item whose responses are these texts, with ids that say nothing. */
export function labelItem(id: string, texts: readonly string[], prompt = `Prompt of ${id}`): LabelItem {
  const responses = texts.map((text, i) => ({ id: `r${i + 1}`, text }));
  return { id, prompt, responses, createdAt: "2026-01-02T03:04:05Z" };
}

/** "b > a = c" as a submitted judgement of an item on one axis, by the texts of its responses. */
export function submitted(
  item: LabelItem,
  order: string,
  more: Partial<RankingJudgement> = {},
  axis = "overall",
): RankingJudgement {
  const idOf = (text: string): string => item.responses.find((r) => r.text === text)?.id ?? `no ${text}`;
  const tiers = order.split(" > ").map((tier) => tier.split(" = ").map(idOf));
  return { status: "submitted", ...more, tiers: { [axis]: tiers, ...more.tiers } };
}

export function rankingOf(
  labeler: string,
  judgements: Readonly<Record<string, RankingJudgement>>,
  batch = "b",
): RankingFile {
  return { formatVersion: 1, batch, labeler, shuffleSeed: 1, judgements };
}

/** A batch from each labeler's orders by item id. */
export function batchOf(
  items: readonly LabelItem[],
  orders: Readonly<Record<string, Readonly<Record<string, string>>>>,
): BatchLabels {
  const itemOf = (id: string): LabelItem => items.find((item) => item.id === id) ?? labelItem(id, []);
  const rankings = Object.entries(orders).map(([labeler, ofItems]) => {
    const judgements = Object.entries(ofItems).map(
      ([id, order]) => [id, submitted(itemOf(id), order)] as const,
    );
    return rankingOf(labeler, Object.fromEntries(judgements));
  });
  return { batch: "b", items, rankings };
}
