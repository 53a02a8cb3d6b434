import { groupBy } from "../algorithms/statistics";
import type { LabelItem, Rating, RankingFile, RankingJudgement } from "../protocol/rankingFormat";
import { itemContent, type BatchLabels, type Content } from "./itemContent";

/**
 * One labeler's submitted judgement of an item. Items with the same prompt and responses have the same content, whatever their ids, and the
 * lists by response are in the content's order: so repeated items are found and compared, and nothing in the items tells that they are.
 */
export interface LabelJudgement {
  readonly labeler: string;
  readonly batch: string;
  readonly item: LabelItem;
  readonly content: string;
  /** By axis, the tier of each response, 0 the best. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** By response, 1 … 7; null where there is none. */
  readonly likert: readonly (number | null)[];
  /**
   * By response; null where the labeler rated nothing in the whole batch. Files leave out what is empty, so that for all others no flags
   * means that none applies.
   */
  readonly flags: readonly (ReadonlySet<string> | null)[];
  readonly judgement: RankingJudgement;
}

/** Every submitted judgement, by items in their order, then by labeler. */
export function labelJudgements(batches: readonly BatchLabels[]): LabelJudgement[] {
  return batches.flatMap(({ batch, items, rankings }) => {
    const byLabeler = [...rankings].sort((a, b) => (a.labeler < b.labeler ? -1 : 1));
    const raters = new Set(byLabeler.filter(ratesResponses).map(({ labeler }) => labeler));
    return items.flatMap((item) => {
      const content = itemContent(item);
      return byLabeler.flatMap(({ labeler, judgements }) => {
        const judgement = Object.hasOwn(judgements, item.id) ? judgements[item.id] : undefined;
        return judgement?.status === "submitted"
          ? [labelJudgement({ labeler, batch, item, judgement }, content, raters.has(labeler))]
          : [];
      });
    });
  });
}

function ratesResponses({ judgements }: RankingFile): boolean {
  const says = ({ likert, flags }: Rating): boolean => likert !== undefined || flags !== undefined;
  return Object.values(judgements).some(
    ({ status, ratings = {} }) => status === "submitted" && Object.values(ratings).some(says),
  );
}

function labelJudgement(
  judged: Pick<LabelJudgement, "labeler" | "batch" | "item" | "judgement">,
  { key, order }: Content,
  isRater: boolean,
): LabelJudgement {
  const { item, judgement } = judged;
  const ids = order.map((i) => item.responses[i].id);
  const { tiers = {}, ratings = {} } = judgement;
  const rated = ids.map((id) => (Object.hasOwn(ratings, id) ? ratings[id] : undefined));
  return {
    ...judged,
    content: key,
    places: new Map(
      Object.entries(tiers).map(([axis, ofAxis]) => [
        axis,
        ids.map((id) => ofAxis.findIndex((tier) => tier.includes(id))),
      ]),
    ),
    likert: rated.map((rating) => rating?.likert ?? null),
    flags: rated.map((rating) => (isRater ? new Set(rating?.flags) : null)),
  };
}

type Judged = Pick<LabelJudgement, "labeler" | "content" | "judgement">;

/**
 * Each labeler's first judgement of each content, by the time of submission, where that is known, then by the order given. A repeated item
 * measures a labeler against himself; against others he counts once.
 */
export function firstJudgements<T extends Judged>(judged: readonly T[]): T[] {
  const groups = groupBy(judged, ({ labeler, content }) => JSON.stringify([labeler, content]));
  return [...groups.values()].map((group) =>
    group.reduce((first, other) => (submittedAt(other) < submittedAt(first) ? other : first)),
  );
}

function submittedAt({ judgement }: Judged): number {
  const time = Date.parse(judgement.submittedAt ?? "");
  return Number.isNaN(time) ? Infinity : time;
}

/** A figure of the report: null where it is not defined, because there is nothing to measure or nothing that varies. */
export const orNull = (figure: number): number | null => (Number.isFinite(figure) ? figure : null);
