import { bestOfNKl, bestOfNScore } from "../algorithms/bestOfN";
import { mean } from "../algorithms/statistics";
import { fitOveroptimization, lawAt, type OveroptimizationLaw } from "../algorithms/overoptimization";
import { absent, type MetricColumns } from "../protocol/metricColumns";
import type { Series } from "./series";

/** Where to stop: by held-out scores where they are there, else by the law. */
export interface FrontierStop {
  readonly at: number;
  readonly by: "heldOut" | "law";
  readonly score: number;
}

/** The metric whose values stand against √KL. */
export const frontierScore = "objective/score";
/** Fewer points show nothing. */
export const leastFrontierPoints = 3;

/** The law through a run's points and its curve up to the last of them; null where they do not determine it. */
export function fittedLaw({
  x,
  y,
}: Series): { readonly law: OveroptimizationLaw; readonly curve: Series } | null {
  const law = fitOveroptimization([...x], [...y]);
  if (law === null) return null;
  const places = Float64Array.from({ length: 60 }, (_, i) => ((i + 1) / 60) * x[x.length - 1]);
  return { law, curve: { x: places, y: places.map((d) => lawAt(law, d)) } };
}

/** Best of n of the policy that a run began with against √KL, for n = 1, 2, 4 … as far as there are scores; null where there are too few. */
export function bestOfNCurve(scores: readonly number[]): Series | null {
  const ns: number[] = [];
  for (let n = 1; n <= scores.length / 2; n *= 2) ns.push(n);
  if (ns.length < 2) return null;
  const x = Float64Array.from(ns, (n) => Math.sqrt(bestOfNKl(n)));
  return { x, y: Float64Array.from(ns, (n) => bestOfNScore(scores, n)) };
}

/** A score that a run measured in each iteration and was never rewarded for. */
export const measuredScore = "objective/heldOutScore";

/**
 * Where the measured score of a run was highest: the best mean over a tenth of its iterations, three at least, with the mean √KL of the same
 * iterations, so that one lucky iteration is no peak. `isOver` says whether it fell since, and not only the last mean is the best. Null for a run
 * that has measured none, or in too few iterations.
 */
export function measuredPeak({
  iterations,
  values,
}: MetricColumns): { readonly at: number; readonly score: number; readonly isOver: boolean } | null {
  const [scores, kls] = [values[measuredScore], values["objective/klPolicyReference"]];
  if (scores === undefined || kls === undefined) return null;
  const isMeasured = (value: number): boolean => Number.isFinite(value) && value !== absent;
  const rows = [...iterations.keys()].filter((i) => isMeasured(scores[i]) && isMeasured(kls[i]));
  const window = Math.max(3, Math.ceil(rows.length / 10));
  const means = rows.slice(window - 1).map((_, i) => {
    const seen = rows.slice(i, i + window);
    const at = mean(seen.map((row) => Math.sqrt(Math.max(0, kls[row]))));
    return { at, score: mean(seen.map((row) => scores[row])) };
  });
  if (means.length === 0) return null;
  const best = means.reduce((a, b) => (b.score > a.score ? b : a));
  return { ...best, isOver: best !== means[means.length - 1] };
}

/**
 * Where to stop: where answers to held-out prompts scored best, else where the score that the run measures besides did, else by the law of the
 * points at `x`. A measured score that is still at its best says to go on, whatever the law guesses.
 */
export function stopOf(
  heldOut: readonly Series[],
  measured: ReturnType<typeof measuredPeak>,
  law: OveroptimizationLaw | null,
  x: Float64Array,
): FrontierStop | null {
  const points = heldOut
    .flatMap(({ x: xs, y }) => Array.from(xs, (at, i) => ({ at, score: y[i] })))
    .filter((point) => Number.isFinite(point.score));
  // One held-out score says nothing about where it would be higher.
  if (points.length >= 2) {
    const best = points.reduce((a, b) => (b.score > a.score ? b : a));
    return { ...best, by: "heldOut" };
  }
  if (measured !== null)
    return measured.isOver ? { at: measured.at, score: measured.score, by: "heldOut" } : null;
  const peak = law?.peak ?? null;
  // Far from the points the law is a guess.
  if (law === null || peak === null || peak > 1.25 * x[x.length - 1]) return null;
  return { at: peak, by: "law", score: lawAt(law, peak) };
}
