import { rankingTextKeys, type RankingTextKey } from "../../extension/protocol/rankingMessages";

/** How many values a text has, where it has some. */
const valueCounts: Partial<Record<RankingTextKey, number>> = {
  ...{
    answer: 1,
    rankingBy: 1,
    rank: 1,
    tiedWith: 1,
    qualityOf: 1,
    flagsOf: 1,
    noteOf: 1,
    source: 1,
    reason: 1,
  },
  ...{ diffOf: 1, diffTooLong: 1, same: 1, problemLine: 1, itemOf: 2, progress: 2, team: 3 },
  ...{ saidRank: 2, saidTied: 3, saidUnranked: 1, saidQuality: 2, saidNoQuality: 1, saidFlagOn: 2 },
  ...{ saidFlagOff: 2, saidSubmitted: 1, saidSkipped: 1, saidUnrankable: 1, saidItem: 2, saidMissing: 2 },
  ...{ saidDiffOn: 1, saidAxis: 1, saidTopRank: 1, saidLowRank: 2, saidNoneAbove: 1 },
};

/** A text for every key of the ranking page, in place of the host's translations: the key and its values. */
export function rankingTextExamples(): Readonly<Record<RankingTextKey, string>> {
  const textOf = (key: RankingTextKey): string =>
    [key, ...Array.from({ length: valueCounts[key] ?? 0 }, (_, i) => `{${i}}`)].join(" ");
  return Object.fromEntries(rankingTextKeys.map((key) => [key, textOf(key)])) as Record<
    RankingTextKey,
    string
  >;
}
