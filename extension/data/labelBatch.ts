import type { ItemJudgement, JudgedItem } from "./judgedItems";
import { judgedItems } from "./judgedItems";
import {
  rankingFormatVersion,
  type LabelItem,
  type RankingFile,
  type RankingJudgement,
} from "../protocol/rankingFormat";
import { makeRankingBatch, ratingsIn } from "./labels";
import type { Comparison, JsonObject } from "./records";

/** Comparisons as a batch of labels/: items, and what each labeler said of them. */
export interface LabelBatch {
  readonly items: readonly LabelItem[];
  readonly rankings: readonly RankingFile[];
  /** Labelers whose names were no names of files, and what they are called now. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

/** Who ranked what no name stands at. */
const nobody = "imported";

/**
 * Makes a batch of comparisons, so that they can be looked at and corrected as rankings made here: those of the same responses to the same
 * prompt become one item, and each labeler gets a file.
 */
export function labelBatch(batch: string, comparisons: Iterable<Comparison>, createdAt: string): LabelBatch {
  const judged = judgedItems(comparisons);
  const prompts = judged.map(({ prompt, promptId, responses }) => ({
    prompt: { id: promptId ?? "", text: prompt },
    responses: responses.map(({ text, model }) => ({ text, ...(model === undefined ? {} : { model }) })),
  }));
  const items = makeRankingBatch(batch, prompts, createdAt).map(({ promptId, ...item }, i): LabelItem => {
    const { user } = judged[i];
    return {
      ...item,
      ...(promptId === undefined || promptId === "" ? {} : { promptId }),
      ...(user === undefined ? {} : { user }),
    };
  });
  const labelers = [...new Set(judged.flatMap(({ judgements }) => judgements.map(nameOf)))];
  const slugs = slugsOf(labelers);
  const rankings = labelers.map((labeler): RankingFile => ({
    formatVersion: rankingFormatVersion,
    batch,
    labeler: slugs.get(labeler) ?? labeler,
    shuffleSeed: 0,
    judgements: Object.fromEntries(
      judged.flatMap(({ judgements }, i) => {
        const own = judgements.filter((judgement) => nameOf(judgement) === labeler);
        return own.length === 0 ? [] : [[items[i].id, rankingJudgement(own, items[i], createdAt)]];
      }),
    ),
  }));
  const renamed = labelers.flatMap((from) => {
    const to = slugs.get(from) ?? from;
    return to === from ? [] : [{ from, to }];
  });
  return { items, rankings, renamed };
}

const nameOf = ({ labeler }: ItemJudgement): string => labeler ?? nobody;

function rankingJudgement(
  judgements: JudgedItem["judgements"],
  { responses }: LabelItem,
  submittedAt: string,
): RankingJudgement {
  const ids = responses.map(({ id }) => id);
  const ratings = judgements
    .map(({ meta }) => ratingsIn(meta?.ratings))
    .find((list) => list?.length === ids.length);
  const rated = ids.flatMap((id, i) => {
    const rating = ratings?.[i] ?? null;
    return rating === null ? [] : [[id, rating] as const];
  });
  const rest = judgements.flatMap(({ axis, meta }) => {
    const other = Object.entries(meta ?? {}).filter(([key]) => key !== "ratings" || rated.length === 0);
    return other.length === 0 ? [] : [[axis, Object.fromEntries(other) as JsonObject] as const];
  });
  return {
    status: "submitted",
    tiers: Object.fromEntries(
      judgements.map(({ axis, tiers }) => [axis, tiers.map((tier) => tier.map((index) => ids[index]))]),
    ),
    ...(rated.length === 0 ? {} : { ratings: Object.fromEntries(rated) }),
    ...(rest.length === 0 ? {} : { importedMeta: Object.fromEntries(rest) }),
    submittedAt,
  };
}

/** Names of files for labelers' names, each its own: letters, digits and hyphens. */
function slugsOf(labelers: readonly string[]): ReadonlyMap<string, string> {
  const slugs = new Map<string, string>();
  const taken = new Set(labelers.filter((name) => slugOf(name) === name));
  for (const name of labelers) {
    const plain = slugOf(name);
    let slug = plain;
    for (let n = 2; slug !== name && taken.has(slug); n++) slug = `${plain}-${n}`;
    taken.add(slug);
    slugs.set(name, slug);
  }
  return slugs;
}

function slugOf(name: string): string {
  const slug = name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+|-+$/g, "");
  return slug === "" ? nobody : slug;
}
