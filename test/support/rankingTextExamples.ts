import { rankingTextKeys, type RankingTextKey } from "../../extension/protocol/rankingMessages";

/** A text for every key of the ranking page, in place of the host's translations: the key and its values. */
export function rankingTextExamples(): Readonly<Record<RankingTextKey, string>> {
  const plain = /^(key|status|axis|more|less|submit|skip|reopen|next|previous|diff$|flags$|close|unrankable)/;
  const textOf = (key: string): string => (plain.test(key) ? key : `${key} {0} {1} {2}`.trim());
  return Object.fromEntries(rankingTextKeys.map((key) => [key, textOf(key)])) as Record<
    RankingTextKey,
    string
  >;
}
