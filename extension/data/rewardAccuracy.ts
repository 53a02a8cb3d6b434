import { noiseCeiling } from "../algorithms/agreement";
import { wilsonInterval } from "../algorithms/proportions";
import type { Rng } from "../algorithms/rng";
import { bootstrapInterval, groupBy } from "../algorithms/statistics";
import type { AccuracyRow, InspectionGroup } from "../protocol/inspectionFormat";

/** Two responses to one prompt, one of which a labeler put above the other, and their scores. */
export interface DecidedPair {
  /** The place of its comparison in the list of all. */
  readonly label: number;
  readonly group: InspectionGroup;
  readonly labeler: string | null;
  readonly prompt: string;
  readonly promptKind: string | null;
  readonly useCase: string | null;
  /** Tiers between the two: 1 are neighbours. */
  readonly distance: number;
  readonly chosen: string;
  readonly rejected: string;
  readonly chosenScore: number;
  readonly rejectedScore: number;
  /** d = r(chosen) − r(rejected). */
  readonly margin: number;
  /** 1 where the chosen response has more tokens, −1 where it has fewer, 0 where both have as many. */
  readonly longer: number;
}

/** Of the pairs that others decided too, by the same two texts: how often they say the same. */
interface Opinions {
  readonly alike: number;
  readonly opposite: number;
}
export type SecondOpinions = (pair: DecidedPair) => Opinions;

/** What other labelers say of the two responses of a pair; where no names are known, all are one labeler, who has no second opinion. */
export function secondOpinions(pairs: readonly DecidedPair[]): SecondOpinions {
  const contentOf = ({ prompt, chosen, rejected }: DecidedPair): string =>
    JSON.stringify([prompt, ...(chosen < rejected ? [chosen, rejected] : [rejected, chosen])]);
  const byContent = groupBy(pairs, contentOf);
  return (pair) => {
    const ofOthers = (byContent.get(contentOf(pair)) ?? []).filter(({ labeler }) => labeler !== pair.labeler);
    const alike = ofOthers.filter(({ chosen }) => chosen === pair.chosen).length;
    return { alike, opposite: ofOthers.length - alike };
  };
}

/** Fewer prompts than this make the bootstrap's intervals far too narrow. */
const minPromptsForBootstrap = 5;
const resamples = 500;

/**
 * How often the scores order pairs as their labelers did: Σ right/Σ pairs, with a 95 % interval.
 *
 * Pairs of one prompt are not independent, so prompts are drawn with replacement, each with all its pairs. With few prompts, or where
 * all are right or all wrong, the bootstrap is blind; there it is Wilson's interval as if each prompt were one observation, which is too
 * wide rather than too narrow.
 *
 * The ceiling is noiseCeiling(a), a the share of second opinions on these pairs that agree: for a part of the pairs (one labeler, one rank
 * distance) it takes Bradley and Terry's model to hold within the part.
 *
 * Source: Ouyang et al. 2022, §4.1 gives accuracies with errors; the choice of the interval is ours.
 *
 * Example: prompts with 2 of 2, 1 of 2, 0 of 2 pairs right give 0.5 in 0.1253 … 0.8747 (Wilson's of 1.5 of 3)
 */
export function accuracyRow(
  name: string,
  pairs: readonly DecidedPair[],
  opinionsOn: SecondOpinions,
  rng: Rng,
): AccuracyRow {
  const byPrompt = [...groupBy(pairs, ({ prompt }) => prompt).values()].map((own) => ({
    right: own.filter(({ margin }) => margin > 0).length,
    pairs: own.length,
  }));
  const rate = (sample: readonly { readonly right: number; readonly pairs: number }[]): number =>
    sample.reduce((sum, { right }) => sum + right, 0) / sample.reduce((sum, each) => sum + each.pairs, 0);
  const value = rate(byPrompt);
  const isBlind = byPrompt.length < minPromptsForBootstrap || value === 0 || value === 1;
  const wilson = wilsonInterval((value || 0) * byPrompt.length, byPrompt.length);
  const [low, high] = isBlind
    ? [wilson.low, wilson.high]
    : bootstrapInterval(byPrompt, rate, { rng: rng.split(name), resamples });
  const opinions = pairs.map(opinionsOn);
  const alike = opinions.reduce((sum, each) => sum + each.alike, 0);
  const all = alike + opinions.reduce((sum, each) => sum + each.opposite, 0);
  return {
    ...{ name, pairs: pairs.length, prompts: byPrompt.length, value, low, high },
    ...{ ceiling: noiseCeiling(alike / all), opinions: all },
  };
}

/** A row for each value of `by`, in the order of the values; pairs of which it is not known are in none. */
export function accuracyRows(
  pairs: readonly DecidedPair[],
  by: (pair: DecidedPair) => string | null,
  opinionsOn: SecondOpinions,
  rng: Rng,
): AccuracyRow[] {
  const groups = groupBy(
    pairs.filter((pair) => by(pair) !== null),
    (pair) => by(pair) ?? "",
  );
  return [...groups]
    .sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : 1))
    .map(([name, own]) => accuracyRow(name, own, opinionsOn, rng));
}
