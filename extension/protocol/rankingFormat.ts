import { finiteNumber, integerFrom, listOf, matching, oneOf, recordOf, string, type Decoded } from "./codec";
import { filledText, jsonObject, strictRecord } from "./strictRecord";

// Two kinds of files in a project's labels/: what is to be ranked, written once and shared, and one small file of judgements a labeler.

export const rankingFormatVersion = 1;

/** A draft is not finished; a skipped item was passed over, an unrankable one judged to have no order. Only submitted ones train. */
export const judgementStatuses = ["draft", "submitted", "skipped", "unrankable"] as const;
export type JudgementStatus = (typeof judgementStatuses)[number];

/** What a ranking is about: the one ranking of the paper, or two that are asked for apart so that they are never mixed. */
export const rankingAxes = ["overall", "instruction", "preference"] as const;
export type RankingAxis = (typeof rankingAxes)[number];

const itemResponse = strictRecord(
  { id: filledText, text: string },
  { model: string, checkpointHash: string, temperature: finiteNumber, seed: integerFrom(0) },
);
export const labelItem = strictRecord(
  { id: filledText, prompt: filledText, responses: listOf(itemResponse), createdAt: string },
  { promptId: string, user: string, kind: string, useCase: string },
);

export const rating = strictRecord({}, { likert: integerFrom(1, 7), flags: listOf(string), note: string });
export const rankingJudgement = strictRecord(
  { status: oneOf(judgementStatuses) },
  {
    /** Response ids in the order in which the labeler saw them. */
    shownOrder: listOf(string),
    /** By axis: response ids, best tier first, those of a tier tied. Empty tiers are places that a draft leaves free. */
    tiers: recordOf(listOf(listOf(string))),
    /** By response id. */
    ratings: recordOf(rating),
    /** Milliseconds that the labeler worked on it, idle time apart. */
    activeMs: finiteNumber,
    openedAt: string,
    submittedAt: string,
    skipReason: string,
    /** Of the guidelines that were open to the labeler. */
    guidelinesVersion: string,
    /** By axis, what another program said besides, where the judgement was imported. */
    importedMeta: recordOf(jsonObject),
  },
);

/** Part of file names. */
const labelerNames = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
export const isLabelerName = (text: string): boolean => labelerNames.test(text);
export const labelerName = matching(labelerNames, 'a labeler\'s name of letters, digits, "-" and "_"');

/** Labelers made of rules say so in their names. */
export const isSimulated = (labeler: string): boolean => labeler.startsWith("simulated-");

/** Who settles what labelers disagree on does it in a file of their own, in which their name stands after this. */
const adjudicator = "adjudicated-by-";
export const adjudicatorOf = (name: string): string => adjudicator + name;
export const isAdjudicator = (labeler: string): boolean => labeler.startsWith(adjudicator);

export const rankingFile = strictRecord(
  {
    formatVersion: integerFrom(1),
    batch: filledText,
    labeler: labelerName,
    shuffleSeed: integerFrom(0),
    judgements: recordOf(rankingJudgement),
  },
  { guidelinesVersion: string },
);

/** A prompt with K responses to rank. A response says where it came from, as far as that is known. */
export type LabelItem = Decoded<typeof labelItem>;
export type ItemResponse = Decoded<typeof itemResponse>;
/** One labeler's judgements of a batch, by item id. */
export type RankingFile = Decoded<typeof rankingFile>;
export type RankingJudgement = Decoded<typeof rankingJudgement>;
export type Rating = Decoded<typeof rating>;
