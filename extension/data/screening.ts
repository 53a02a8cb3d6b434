import { addPairCounts, agreementRate, comparePairs } from "../algorithms/agreement";
import { cohenKappa } from "../algorithms/reliability";
import { groupBy, mean } from "../algorithms/statistics";
import { goldContent, type GoldItem, type ScreeningFile } from "./goldItems";
import { firstJudgements, orNull, type LabelJudgement } from "./labelJudgements";

/**
 * Soft cut-offs of the paper: shares of agreement, and a score of 1 … 7. It gives none for the self-assessment.
 *
 * Source: Ouyang et al. 2022, App. B.1.
 */
const screeningCutOffs = { flagging: 0.75, rankings: 0.75, demonstrations: 6 } as const;

/** Below so many responses, pairs or demonstrations a criterion has not enough data. Our choice. */
export const screeningMinimum = { flagging: 20, rankings: 30, demonstrations: 3 } as const;

/** Nothing is done about a labeler who is below a cut-off: it is soft, and people decide. */
export type Outcome = "met" | "below" | "notEnough";

export interface Criterion {
  /** null where there is nothing to measure. */
  readonly value: number | null;
  /** What `value` is measured on: responses, pairs of responses, demonstrations. */
  readonly n: number;
  readonly cutOff: number;
  readonly outcome: Outcome;
}

/** One labeler by the four criteria of Ouyang et al. 2022, App. B.1. */
export interface LabelerScreening {
  readonly labeler: string;
  /**
   * Share of gold responses that labeler and gold both flag or both leave alone, a response being flagged when it has any of the flags that
   * the gold items use. Who never flags anything may agree often: hence κ, and not enough data while gold flags none of the responses, or all.
   */
  readonly flagging: Criterion & { readonly kappa: number | null; readonly ofSensitiveItems: number };
  /** Share of pairs of gold responses that both ordered and ordered alike, on the axis "overall". */
  readonly rankings: Criterion & { readonly items: number };
  /** Mean score of the labeler's demonstrations. */
  readonly demonstrations: Criterion;
  /** By group, 1 … 5, as the labeler sees it. The paper used it to find a team that knows many groups. */
  readonly selfAssessment: readonly { readonly group: string; readonly ability: number }[];
}

/** How many labelers assess themselves as able (4 or 5) for a group. */
export interface GroupCoverage {
  readonly group: string;
  readonly able: number;
  readonly assessed: number;
}

export interface Screening {
  readonly goldItems: number;
  readonly labelers: readonly LabelerScreening[];
  readonly groups: readonly GroupCoverage[];
}

/** From this self-assessment on, of 5, a labeler counts as able. Our choice. */
const able = 4;

/**
 * Labelers by the paper's criteria for selecting them. Gold items are recognised by their content, and a labeler's first judgement of each
 * counts.
 */
export function screenLabelers(
  labelers: readonly string[],
  judged: readonly LabelJudgement[],
  gold: readonly GoldItem[],
  files: readonly ScreeningFile[],
): Screening {
  const byContent = new Map(gold.map((item) => [goldContent(item).key, item]));
  const goldFlags = new Set(gold.flatMap(({ flags = [] }) => flags.flat()));
  const tests = firstJudgements(judged).flatMap((own) => {
    const item = byContent.get(own.content);
    return item === undefined ? [] : [{ own, gold: item }];
  });
  const ofLabeler = groupBy(tests, ({ own }) => own.labeler);
  const fileOf = new Map(files.map((file) => [file.labeler, file]));
  const names = [...new Set([...labelers, ...fileOf.keys()])].sort();
  return {
    goldItems: gold.length,
    labelers: names.map((labeler) => {
      const own = ofLabeler.get(labeler) ?? [];
      const file = fileOf.get(labeler);
      return {
        labeler,
        flagging: flaggingCriterion(own, goldFlags),
        rankings: rankingCriterion(own),
        demonstrations: demonstrationCriterion(file),
        selfAssessment: Object.entries(file?.selfAssessment ?? {}).map(([group, ability]) => ({
          group,
          ability,
        })),
      };
    }),
    groups: groupCoverage(files),
  };
}

interface GoldTest {
  readonly own: LabelJudgement;
  readonly gold: GoldItem;
}

function flaggingCriterion(
  tests: readonly GoldTest[],
  goldFlags: ReadonlySet<string>,
): LabelerScreening["flagging"] {
  const label = (flags: Iterable<string>): string =>
    [...flags].some((flag) => goldFlags.has(flag)) ? "flagged" : "unflagged";
  const decisions = tests.flatMap(({ own, gold }) =>
    goldContent(gold).order.flatMap((index, place) => {
      const [given, right] = [own.flags[place], gold.flags?.[index]];
      if (given === null || right === undefined) return [];
      return [{ given: label(given), right: label(right), isSensitive: gold.sensitive === true }];
    }),
  );
  const given = decisions.map((decision) => decision.given);
  const right = decisions.map((decision) => decision.right);
  const alike = given.filter((each, i) => each === right[i]).length;
  const isTelling = new Set(right).size === 2;
  return {
    ...criterion("flagging", alike / given.length, given.length, isTelling),
    kappa: orNull(cohenKappa(given, right)),
    ofSensitiveItems: decisions.filter(({ isSensitive }) => isSensitive).length,
  };
}

function rankingCriterion(tests: readonly GoldTest[]): LabelerScreening["rankings"] {
  const counts = tests.flatMap(({ own, gold }) => {
    const places = own.places.get("overall");
    if (places === undefined) return [];
    const right = goldContent(gold).order.map((index) =>
      gold.tiers.findIndex((tier) => tier.includes(index)),
    );
    return [comparePairs(places, right)];
  });
  const total = addPairCounts(counts);
  const items = counts.filter(({ alike, opposite }) => alike + opposite > 0).length;
  return { ...criterion("rankings", agreementRate(total), total.alike + total.opposite), items };
}

function demonstrationCriterion(file: ScreeningFile | undefined): Criterion {
  const scores = (file?.demonstrationScores ?? []).map(({ score }) => score);
  return criterion("demonstrations", mean(scores), scores.length);
}

function criterion(
  name: keyof typeof screeningCutOffs,
  value: number,
  n: number,
  isTelling = true,
): Criterion {
  const cutOff = screeningCutOffs[name];
  const isEnough = n >= screeningMinimum[name] && isTelling;
  const outcome = isEnough ? (value >= cutOff ? "met" : "below") : "notEnough";
  return { value: orNull(value), n, cutOff, outcome };
}

function groupCoverage(files: readonly ScreeningFile[]): GroupCoverage[] {
  const all = files.flatMap(({ selfAssessment = {} }) => Object.entries(selfAssessment));
  return [...groupBy(all, ([group]) => group)]
    .map(([group, own]) => ({
      group,
      able: own.filter(([, ability]) => ability >= able).length,
      assessed: own.length,
    }))
    .sort((a, b) => (a.group < b.group ? -1 : 1));
}
