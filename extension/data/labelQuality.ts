import {
  isAdjudicator,
  isSimulated,
  judgementStatuses,
  rankingAxes,
  type JudgementStatus,
} from "../protocol/rankingFormat";
import type { GoldItem, ScreeningFile } from "./goldItems";
import { itemContent, type BatchLabels } from "./itemContent";
import { labelJudgements, type LabelJudgement } from "./labelJudgements";
import { axisQuality, type AxisQuality } from "./labelAgreement";
import { labelPatterns, timeSpent, type Pattern } from "./labelHabits";
import { flagQualities, likertQuality, type FlagQuality, type LikertQuality } from "./labelRatings";
import { screenLabelers, type Screening } from "./screening";

/**
 * Agreement that the paper reports, with its errors, to compare `AgreementFigure.rate` with on the axis "overall".
 *
 * Source: Ouyang et al. 2022, §3.4.
 */
export const paperAgreement = {
  training: { rate: 0.726, error: 0.015 },
  heldOut: { rate: 0.773, error: 0.013 },
} as const;

export interface LabelerSummary {
  readonly labeler: string;
  /** A labeler made of rules, who counts like any other. */
  readonly isSimulated: boolean;
  readonly isHeldOut: boolean;
  /** Judgements by status. */
  readonly judgements: Readonly<Record<JudgementStatus, number>>;
  /** Of submitted judgements whose time is known, as many as `timed`; null where there are none. */
  readonly medianSeconds: number | null;
  readonly timed: number;
}

/** How good the labels of some batches are. Figures are null where they are not defined; plain JSON. */
export interface LabelQuality {
  readonly batches: readonly string[];
  readonly items: number;
  /** Items that have the prompt and responses of an earlier one. */
  readonly repeats: number;
  readonly labelers: readonly LabelerSummary[];
  readonly medianSeconds: number | null;
  readonly timed: number;
  /** Those of the format in its order, then any others by name. */
  readonly axes: readonly AxisQuality[];
  readonly likert: LikertQuality;
  readonly flags: readonly FlagQuality[];
  readonly patterns: readonly Pattern[];
  /** null in a project without gold items and screening files. */
  readonly screening: Screening | null;
}

export interface LabelQualityOptions {
  readonly heldOut?: ReadonlySet<string>;
  readonly gold?: readonly GoldItem[];
  readonly screeningFiles?: readonly ScreeningFile[];
  /** Of the bootstrap, 1,000 unless told. */
  readonly resamples?: number;
  /** How many contested items to name, 10 unless told. */
  readonly contested?: number;
}

/**
 * The quality of the labels of one or several batches. Only submitted judgements count, except in the counts by status. No order of items,
 * files or labelers and no ids of items or responses change a figure; only of a repeat without a time of submission the first one counts.
 */
export function labelQuality(all: readonly BatchLabels[], options: LabelQualityOptions = {}): LabelQuality {
  // An adjudicator has seen the others' rankings: no second opinion.
  const batches = all.map((batch) => ({
    ...batch,
    rankings: batch.rankings.filter(({ labeler }) => !isAdjudicator(labeler)),
  }));
  const { heldOut = new Set(), gold = [], screeningFiles = [] } = options;
  const { resamples = 1000, contested = 10 } = options;
  const judged = labelJudgements(batches);
  const items = batches.flatMap((batch) => batch.items);
  const labelers = [
    ...new Set(batches.flatMap(({ rankings }) => rankings.map(({ labeler }) => labeler))),
  ].sort();
  const axes = [...new Set(judged.flatMap(({ places }) => [...places.keys()]))].sort(byAxis);
  const hasScreening = gold.length > 0 || screeningFiles.length > 0;
  return {
    batches: batches.map(({ batch }) => batch),
    items: items.length,
    repeats: items.length - new Set(items.map((item) => itemContent(item).key)).size,
    labelers: labelers.map((labeler) => labelerSummary(labeler, batches, judged, heldOut)),
    ...timeSpent(judged),
    axes: axes.map((axis) => axisQuality(judged, axis, { heldOut, resamples, contested })),
    likert: likertQuality(judged),
    flags: flagQualities(judged),
    patterns: labelPatterns(judged),
    screening: hasScreening ? screenLabelers(labelers, judged, gold, screeningFiles) : null,
  };
}

function byAxis(a: string, b: string): number {
  const place = (axis: string): number => [...rankingAxes, axis].indexOf(axis);
  return place(a) - place(b) || (a < b ? -1 : 1);
}

function labelerSummary(
  labeler: string,
  batches: readonly BatchLabels[],
  judged: readonly LabelJudgement[],
  heldOut: ReadonlySet<string>,
): LabelerSummary {
  const files = batches.flatMap(({ rankings }) => rankings.filter((file) => file.labeler === labeler));
  const statuses = files.flatMap(({ judgements }) => Object.values(judgements).map(({ status }) => status));
  const count = (status: JudgementStatus) => statuses.filter((each) => each === status).length;
  return {
    labeler,
    isSimulated: isSimulated(labeler),
    isHeldOut: heldOut.has(labeler),
    judgements: Object.fromEntries(
      judgementStatuses.map((status) => [status, count(status)]),
    ) as LabelerSummary["judgements"],
    ...timeSpent(judged.filter((own) => own.labeler === labeler)),
  };
}
