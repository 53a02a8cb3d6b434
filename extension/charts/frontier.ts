import { bestOfNKl, bestOfNScore } from "../algorithms/bestOfN";
import { fitOveroptimization, lawAt, type OveroptimizationLaw } from "../algorithms/overoptimization";
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

/** Where to stop, by held-out points, or by the law of the points at `x`. */
export function stopOf(
  heldOut: readonly Series[],
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
  const peak = law?.peak ?? null;
  // Far from the points the law is a guess.
  if (law === null || peak === null || peak > 1.25 * x[x.length - 1]) return null;
  return { at: peak, by: "law", score: lawAt(law, peak) };
}
