import { calibration } from "../algorithms/calibration";
import { binEdges, countInBins } from "../algorithms/histogram";
import { createRng } from "../algorithms/rng";
import { mean, quantile, standardDeviation } from "../algorithms/statistics";
import {
  inspectionGroups,
  type Distribution,
  type Histogram,
  type InspectedLabel,
  type Inspection,
  type InspectionFigures,
  type InspectionGroup,
  type LabelPlace,
  type WorstPair,
} from "../protocol/inspectionFormat";
import type { Comparison } from "./records";
import { accuracyRow, accuracyRows, secondOpinions, type DecidedPair } from "./rewardAccuracy";
import { lengthFigures } from "./rewardLength";

/** A comparison that a reward model has scored. */
export interface ScoredComparison {
  readonly comparison: Comparison;
  readonly group: InspectionGroup;
  readonly place: LabelPlace | null;
  readonly promptKind: string | null;
  readonly useCase: string | null;
  /** Of each response, reward-model units. */
  readonly scores: readonly number[];
  /** Tokens of each response, end-of-text apart. */
  readonly tokens: readonly number[];
}

/** Scores of responses that nobody ranked, or not here. */
export interface OtherScores {
  readonly name: Distribution["name"];
  readonly source: string;
  readonly scores: readonly number[];
}

/** Of each group so many of the pairs that a model disagrees with most are kept. */
const worstKept = 150;

/** Everything that the scores say, by whoever they are looked at; the same scores give the same figures. */
export function inspectScores(
  scored: readonly ScoredComparison[],
  others: readonly OtherScores[],
): Pick<Inspection, "labels" | "worst" | "pairs" | "wrong" | "figures"> {
  const pairs = scored.flatMap((each, label) => decidedPairs(each, label));
  const wrong = pairs.filter(({ margin }) => margin < 0);
  return {
    labels: scored.map((each, label) => inspectedLabel(each, pairsOf(pairs, label))),
    worst: worstPairs(wrong),
    pairs: pairs.length,
    wrong: wrong.length,
    figures: figuresOf(scored, pairs, others),
  };
}

/** Pairs come in the order of their labels, so that those of one lie together. */
function pairsOf(pairs: readonly DecidedPair[], label: number): readonly DecidedPair[] {
  let [low, high] = [0, pairs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pairs[middle].label < label) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < pairs.length && pairs[end].label === label) end++;
  return pairs.slice(low, end);
}

/** The pairs of a comparison that are no ties. */
export function decidedPairs({ comparison, ...scored }: ScoredComparison, label: number): DecidedPair[] {
  const { prompt, labeler = null, responses, tiers } = comparison;
  const { group, promptKind, useCase, scores, tokens } = scored;
  return tiers.flatMap((better, tier) =>
    better.flatMap((chosen) =>
      tiers.slice(tier + 1).flatMap((worse, below) =>
        worse.map((rejected) => ({
          ...{ label, group, labeler, prompt, promptKind, useCase, distance: below + 1 },
          ...{ chosen: responses[chosen].text, rejected: responses[rejected].text },
          ...{ chosenScore: scores[chosen], rejectedScore: scores[rejected] },
          margin: scores[chosen] - scores[rejected],
          longer: Math.sign(tokens[chosen] - tokens[rejected]),
        })),
      ),
    ),
  );
}

function inspectedLabel(scored: ScoredComparison, pairs: readonly DecidedPair[]): InspectedLabel {
  const { comparison, place, group, promptKind, useCase } = scored;
  const { id, prompt, labeler = null } = comparison;
  const right = pairs.filter(({ margin }) => margin > 0).length;
  return { id, place, group, labeler, promptKind, useCase, prompt, pairs: pairs.length, right };
}

function worstPairs(wrong: readonly DecidedPair[]): WorstPair[] {
  const sorted = [...wrong].sort((a, b) => a.margin - b.margin || a.label - b.label);
  const kept = new Set(
    inspectionGroups.flatMap((group) => sorted.filter((pair) => pair.group === group).slice(0, worstKept)),
  );
  return sorted
    .filter((pair) => kept.has(pair))
    .map(({ label, chosen, rejected, chosenScore, rejectedScore, distance }) => ({
      ...{ label, chosen, rejected, chosenScore, rejectedScore, distance },
    }));
}

function figuresOf(
  scored: readonly ScoredComparison[],
  pairs: readonly DecidedPair[],
  others: readonly OtherScores[],
): InspectionFigures {
  const measuredOn = pairs.some(({ group }) => group === "validation") ? "validation" : "training";
  const measured = pairs.filter(({ group }) => group === measuredOn);
  const ofHeldOut = pairs.filter(({ group }) => group === "heldOut");
  const opinions = secondOpinions(pairs);
  const rng = createRng(0).split("inspection");
  const rows = (some: readonly DecidedPair[], by: (pair: DecidedPair) => string | null) =>
    accuracyRows(some, by, opinions, rng);
  const margins = measured.map(({ margin }) => margin);
  const all: readonly OtherScores[] = [
    ...others.filter(({ name }) => name === "demonstrations"),
    { name: "chosen", source: measuredOn, scores: measured.map(({ chosenScore }) => chosenScore) },
    { name: "rejected", source: measuredOn, scores: measured.map(({ rejectedScore }) => rejectedScore) },
    ...others.filter(({ name }) => name !== "demonstrations"),
  ];
  const shown = all.filter(({ scores }) => scores.length > 0);
  const edges = binEdges(shown.flatMap(({ scores }) => scores));
  return {
    measuredOn,
    byGroup: inspectionGroups.flatMap((group) => {
      const own = pairs.filter((pair) => pair.group === group);
      return own.length > 0 ? [accuracyRow(group, own, opinions, rng)] : [];
    }),
    byLabeler: rows([...measured, ...ofHeldOut], ({ labeler }) => labeler),
    byDistance: rows(measured, ({ distance }) => String(distance)),
    byPromptKind: rows(measured, ({ promptKind }) => promptKind),
    byUseCase: rows(measured, ({ useCase }) => useCase),
    calibration: calibration(margins),
    margins: {
      mean: mean(margins),
      median: margins.length === 0 ? NaN : quantile(margins, 0.5),
      histogram: histogramOf(margins),
    },
    length: lengthFigures(
      scored.filter(({ group }) => group === measuredOn),
      measured,
    ),
    edges,
    distributions: shown.map((each) => distributionOf(each, edges)),
  };
}

function histogramOf(values: readonly number[]): Histogram {
  const edges = binEdges(values);
  return { edges, counts: countInBins(values, edges) };
}

function distributionOf({ name, source, scores }: OtherScores, edges: readonly number[]): Distribution {
  return {
    ...{ name, source, n: scores.length, mean: mean(scores), std: standardDeviation(scores) },
    least: scores.reduce((least, x) => Math.min(least, x), Infinity),
    most: scores.reduce((most, x) => Math.max(most, x), -Infinity),
    counts: countInBins(scores, edges),
  };
}
