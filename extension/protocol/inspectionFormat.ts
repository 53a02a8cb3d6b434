import {
  anyNumber,
  decodeVersioned,
  finiteNumber,
  integerFrom,
  listOf,
  nullable,
  object,
  oneOf,
  string,
  type Decoded,
} from "./codec";
import type { Problem } from "./problem";

/**
 * inspection.json beside a reward model's run: what the model says of the comparisons it learned from and is measured by. Figures that
 * cannot be known are NaN. `modelHash` and `sourcesHash` say whether it is still true.
 */
export const inspectionFormatVersion = 2;

/** Of which comparisons: those the model was trained on, those held out of it, and those of labelers who label no training data. */
export const inspectionGroups = ["training", "validation", "heldOut"] as const;
export type InspectionGroup = (typeof inspectionGroups)[number];

export const distributionNames = ["demonstrations", "chosen", "rejected", "sft", "ppo"] as const;
export type DistributionName = (typeof distributionNames)[number];

const count = integerFrom(0);

/** A ranking in labels/ that can be opened; comparisons of imported files have none. */
export const labelPlace = object({ batch: string, item: string, labeler: string });

const label = object({
  /** The comparison's own id, which a run's inputs list. */
  id: string,
  place: nullable(labelPlace),
  group: oneOf(inspectionGroups),
  labeler: nullable(string),
  promptKind: nullable(string),
  useCase: nullable(string),
  prompt: string,
  /** Decided pairs, and those of them that the scores order as the labeler does. */
  pairs: count,
  right: count,
});

const pair = object({
  label: count,
  chosen: string,
  rejected: string,
  chosenScore: finiteNumber,
  rejectedScore: finiteNumber,
  /** How many tiers lie between the two: 1 are neighbours. */
  distance: integerFrom(1),
});

const accuracy = object({
  /** What the pairs have in common, in the words of their dimension: a group, a labeler, a distance, a kind of prompt. */
  name: string,
  pairs: count,
  prompts: count,
  value: anyNumber,
  low: anyNumber,
  high: anyNumber,
  /** The best accuracy that labels as noisy as these allow, from how often another labeler orders the same two responses alike. */
  ceiling: anyNumber,
  /** How many such second opinions there are. */
  opinions: count,
});

const bin = object({
  from: finiteNumber,
  to: finiteNumber,
  pairs: count,
  predicted: anyNumber,
  observed: anyNumber,
});

/** A response with its score; of a label's the prompt stands there. */
const answer = object({ label: nullable(count), prompt: string, text: string, score: finiteNumber });

const distribution = object({
  name: oneOf(distributionNames),
  /** Where the responses come from, such as the run that sampled them. */
  source: string,
  n: count,
  mean: anyNumber,
  std: anyNumber,
  least: anyNumber,
  most: anyNumber,
  /** One count a bin of `edges`. */
  counts: listOf(count),
  /** Some of the responses in each bin, in ascending order of their scores. */
  answers: listOf(listOf(answer)),
});

const histogram = object({ edges: listOf(finiteNumber), counts: listOf(count) });

const point = object({ tokens: count, score: finiteNumber });

const figures = object({
  group: oneOf(inspectionGroups),
  byLabeler: listOf(accuracy),
  byDistance: listOf(accuracy),
  byPromptKind: listOf(accuracy),
  byUseCase: listOf(accuracy),
  calibration: object({ bins: listOf(bin), error: anyNumber }),
  margins: object({
    ...{ mean: anyNumber, median: anyNumber, histogram },
    /** Some of the pairs in each bin, in ascending order of their margins. */
    pairs: listOf(listOf(pair)),
  }),
  length: object({
    responses: count,
    /** Pearson's, over all responses, and of the deviations from each prompt's means. */
    correlation: anyNumber,
    withinPrompt: anyNumber,
    /** Of the pairs of different lengths, how often the longer is preferred, by the model and by people. */
    modelPrefersLonger: anyNumber,
    peoplePreferLonger: anyNumber,
    pairs: count,
    points: listOf(point),
  }),
  /** Of all distributions. */
  edges: listOf(finiteNumber),
  distributions: listOf(distribution),
});

const inspection = object({
  formatVersion: integerFrom(1),
  run: string,
  axis: string,
  modelHash: string,
  sourcesHash: string,
  /** Comparisons that do not fit the model's context. */
  leftOut: count,
  labels: listOf(label),
  /** Those the model orders the other way round, the greatest disagreement first. */
  worst: listOf(pair),
  /** Decided pairs in all, and those ordered wrongly, of which `worst` may hold the first alone. */
  pairs: count,
  wrong: count,
  byGroup: listOf(accuracy),
  /** Of each group that has decided pairs. */
  figures: listOf(figures),
  /** The project's probes as this model scores them; NaN for one it cannot read. */
  probes: listOf(object({ id: string, score: anyNumber })),
});

export const inspectionDecoder = inspection;
export const accuracyDecoder = accuracy;
export const figuresDecoder = figures;

export type LabelPlace = Decoded<typeof labelPlace>;
export type InspectedLabel = Decoded<typeof label>;
export type ScoredPair = Decoded<typeof pair>;
export type ScoredAnswer = Decoded<typeof answer>;
export type AccuracyRow = Decoded<typeof accuracy>;
export type CalibrationBin = Decoded<typeof bin>;
export type Histogram = Decoded<typeof histogram>;
export type Distribution = Decoded<typeof distribution>;
export type LengthFigures = Decoded<typeof figures>["length"];
export type InspectionFigures = Decoded<typeof figures>;
export type Inspection = Decoded<typeof inspection>;

/** The numbers alone, where nobody will ask which responses they are of. */
export function withoutExamples(of: InspectionFigures): InspectionFigures {
  return {
    ...of,
    margins: { ...of.margins, pairs: [] },
    distributions: of.distributions.map((each) => ({ ...each, answers: [] })),
  };
}

/** An inspection.json, untrusted. */
export function parseInspection(text: string, where: string): Inspection | Problem {
  return decodeVersioned(inspection, inspectionFormatVersion, text, where);
}
