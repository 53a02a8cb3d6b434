import { bestOfNKl, bestOfNScore } from "../../extension/algorithms/bestOfN";
import {
  fitOveroptimization,
  lawAt,
  type OveroptimizationLaw,
} from "../../extension/algorithms/overoptimization";
import type { ShownRun } from "../../extension/protocol/metricsMessages";
import { fill } from "../shared/fill";
import { seriesOf, type Line } from "./lines";
import type { Texts } from "./texts";

export const score = "objective/score";

export interface Frontier {
  readonly lines: readonly Line[];
  /** The law of the panel's own run, or of the first run that has one. */
  readonly law: OveroptimizationLaw | null;
  /** Where to stop: by held-out scores where they are there, else by the law. */
  readonly stop: { readonly at: number; readonly by: "heldOut" | "law"; readonly score: number } | null;
}

/**
 * Scores against d = √KL: of PPO's iterations, with the law through them and the best of n of the start, and of evaluations, which answer held-out
 * prompts. Null where fewer than three iterations have both.
 */
export function frontierOf(runs: readonly ShownRun[], texts: Texts): Frontier | null {
  const pointsOf = (stage: "ppo" | "evaluate"): Line[] =>
    runs
      .filter(({ about }) => about.stage === stage)
      .flatMap((run) => {
        const series = seriesOf(run, score, "sqrtKl");
        if (series === null || series.x.length === 0) return [];
        const { id, name, slot } = run.about;
        const label = stage === "ppo" ? name : fill(texts.frontierHeldOut, name);
        return [{ ...series, key: id, role: "values" as const, label, slot, run: id }];
      });
  const trained = pointsOf("ppo").filter(({ x }) => x.length >= 3);
  if (trained.length === 0) return null;
  const heldOut = pointsOf("evaluate");
  const laws = trained.flatMap((line) => {
    const law = fitOveroptimization([...line.x], [...line.y]);
    return law === null ? [] : [{ line, law }];
  });
  const curves = laws.map(({ line, law }): Line => {
    const x = Float64Array.from({ length: 60 }, (_, i) => ((i + 1) / 60) * line.x[line.x.length - 1]);
    const y = x.map((d) => lawAt(law, d));
    return {
      ...line,
      key: `${line.key} law`,
      role: "curve",
      label: fill(texts.frontierLaw, line.label),
      x,
      y,
    };
  });
  const law = laws[0]?.law ?? null;
  const best = runs.flatMap(({ about }) => bestCurve(about.startScores, texts.frontierBest)).slice(0, 1);
  return {
    lines: [...trained, ...heldOut, ...curves, ...best],
    law,
    stop: stopOf(heldOut, law, trained[0].x),
  };
}

/** Best of n of the policy that a run began with, for n = 1, 2, 4 … as far as there are scores. */
function bestCurve(scores: readonly number[], label: string): readonly Line[] {
  const ns: number[] = [];
  for (let n = 1; n <= scores.length / 2; n *= 2) ns.push(n);
  if (ns.length < 2) return [];
  const x = Float64Array.from(ns, (n) => Math.sqrt(bestOfNKl(n)));
  const y = Float64Array.from(ns, (n) => bestOfNScore(scores, n));
  return [{ key: "best of n", role: "curve", label, slot: 2, run: null, x, y }];
}

function stopOf(
  heldOut: readonly Line[],
  law: OveroptimizationLaw | null,
  x: Float64Array,
): Frontier["stop"] {
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
