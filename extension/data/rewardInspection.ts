import { calibration } from "../algorithms/calibration";
import { binEdges, countInBins, spreadInBins } from "../algorithms/histogram";
import { createRng, type Rng } from "../algorithms/rng";
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
  type ScoredAnswer,
  type ScoredPair,
} from "../protocol/inspectionFormat";
import type { Comparison } from "./records";
import {
  accuracyRow,
  accuracyRows,
  secondOpinions,
  type DecidedPair,
  type SecondOpinions,
} from "./rewardAccuracy";
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
  readonly answers: readonly ScoredAnswer[];
}

/** Of each group so many of the pairs that a model disagrees with most are kept. */
const worstKept = 150;

/** Of each bin of a histogram so many pairs or responses are kept. */
const keptOfBin = 8;

/** What the figures of every group are made with. */
interface Surroundings {
  readonly others: readonly OtherScores[];
  readonly opinions: SecondOpinions;
  readonly rng: Rng;
}

/** Everything that the scores say, by whoever they are looked at; the same scores give the same figures. */
export function inspectScores(
  scored: readonly ScoredComparison[],
  others: readonly OtherScores[],
): Pick<Inspection, "labels" | "worst" | "pairs" | "wrong" | "byGroup" | "figures"> {
  const pairs = scored.flatMap((each, label) => decidedPairs(each, label));
  const wrong = pairs.filter(({ margin }) => margin < 0);
  const surroundings = { others, opinions: secondOpinions(pairs), rng: createRng(0).split("inspection") };
  const groups = inspectionGroups
    .map((group) => ({ group, own: pairs.filter((pair) => pair.group === group) }))
    .filter(({ own }) => own.length > 0);
  return {
    labels: scored.map((each, label) => inspectedLabel(each, pairsOf(pairs, label))),
    worst: worstPairs(wrong),
    pairs: pairs.length,
    wrong: wrong.length,
    byGroup: groups.map(({ group, own }) => accuracyRow(group, own, surroundings.opinions, surroundings.rng)),
    figures: groups.map(({ group, own }) =>
      figuresOf(
        group,
        scored.filter((each) => each.group === group),
        own,
        surroundings,
      ),
    ),
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

function worstPairs(wrong: readonly DecidedPair[]): ScoredPair[] {
  const sorted = [...wrong].sort((a, b) => a.margin - b.margin || a.label - b.label);
  const kept = new Set(
    inspectionGroups.flatMap((group) => sorted.filter((pair) => pair.group === group).slice(0, worstKept)),
  );
  return sorted.filter((pair) => kept.has(pair)).map(scoredPair);
}

function scoredPair(pair: DecidedPair): ScoredPair {
  const { label, chosen, rejected, chosenScore, rejectedScore, distance } = pair;
  return { label, chosen, rejected, chosenScore, rejectedScore, distance };
}

/** The one side of each pair, which is one answer however many pairs it is in. */
function sideOf(pairs: readonly DecidedPair[], side: "chosen" | "rejected"): ScoredAnswer[] {
  return pairs.map((pair) => ({
    ...{ label: pair.label, prompt: "", text: pair[side], score: pair[`${side}Score`] },
  }));
}

function figuresOf(
  group: InspectionGroup,
  scored: readonly ScoredComparison[],
  pairs: readonly DecidedPair[],
  { others, opinions, rng }: Surroundings,
): InspectionFigures {
  const rows = (by: (pair: DecidedPair) => string | null) => accuracyRows(pairs, by, opinions, rng);
  const margins = pairs.map(({ margin }) => margin);
  const all: readonly OtherScores[] = [
    ...others.filter(({ name }) => name === "demonstrations"),
    { name: "chosen", source: group, answers: sideOf(pairs, "chosen") },
    { name: "rejected", source: group, answers: sideOf(pairs, "rejected") },
    ...others.filter(({ name }) => name !== "demonstrations"),
  ];
  const shown = all.filter(({ answers }) => answers.length > 0);
  const edges = binEdges(shown.flatMap(({ answers }) => answers.map(({ score }) => score)));
  const histogram = histogramOf(margins);
  const ofBins = spreadInBins(pairs, ({ margin }) => margin, histogram.edges, keptOfBin);
  return {
    group,
    byLabeler: rows(({ labeler }) => labeler),
    byDistance: rows(({ distance }) => String(distance)),
    byPromptKind: rows(({ promptKind }) => promptKind),
    byUseCase: rows(({ useCase }) => useCase),
    calibration: calibration(margins),
    margins: {
      ...{ mean: mean(margins), median: quantile(margins, 0.5), histogram },
      pairs: ofBins.map((bin) => bin.map(scoredPair)),
    },
    length: lengthFigures(scored, pairs),
    edges,
    distributions: shown.map((each) => distributionOf(each, edges)),
  };
}

function histogramOf(values: readonly number[]): Histogram {
  const edges = binEdges(values);
  return { edges, counts: countInBins(values, edges) };
}

function distributionOf({ name, source, answers }: OtherScores, edges: readonly number[]): Distribution {
  const scores = answers.map(({ score }) => score);
  const different = new Map(
    answers.map((each) => [JSON.stringify([each.label, each.prompt, each.text]), each]),
  );
  return {
    ...{ name, source, n: scores.length, mean: mean(scores), std: standardDeviation(scores) },
    least: scores.reduce((least, x) => Math.min(least, x), Infinity),
    most: scores.reduce((most, x) => Math.max(most, x), -Infinity),
    counts: countInBins(scores, edges),
    answers: spreadInBins([...different.values()], ({ score }) => score, edges, keptOfBin),
  };
}
