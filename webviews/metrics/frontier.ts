import type { OveroptimizationLaw } from "../../extension/algorithms/overoptimization";
import {
  bestOfNCurve,
  fittedLaw,
  frontierScore,
  leastFrontierPoints,
  measuredPeak,
  measuredScore,
  stopOf,
  type FrontierStop,
} from "../../extension/charts/frontier";
import { seriesOf } from "../../extension/charts/series";
import type { ShownRun } from "../../extension/protocol/metricsMessages";
import { fill } from "../shared/fill";
import type { Line } from "./lines";
import type { Texts } from "./texts";

export interface Frontier {
  readonly lines: readonly Line[];
  /** The law of the panel's own run, or of the first run that has one. */
  readonly law: OveroptimizationLaw | null;
  readonly stop: FrontierStop | null;
}

/**
 * Scores against d = √KL: of PPO's iterations, with the law through them and the best of n of the start, of evaluations, which answer held-out
 * prompts, and on a scale of their own those that a run measures and is not rewarded for. Null where fewer than three iterations have both.
 */
export function frontierOf(runs: readonly ShownRun[], texts: Texts): Frontier | null {
  const pointsOf = (stage: "ppo" | "evaluate"): Line[] =>
    runs
      .filter(({ about }) => about.stage === stage)
      .flatMap((run) => {
        const series = seriesOf(run.columns, frontierScore, "sqrtKl");
        if (series === null || series.x.length === 0) return [];
        const { id, name, slot } = run.about;
        const label = stage === "ppo" ? name : fill(texts.frontierHeldOut, name);
        return [{ ...series, key: id, role: "values" as const, label, slot, run: id }];
      });
  const trained = pointsOf("ppo").filter(({ x }) => x.length >= leastFrontierPoints);
  if (trained.length === 0) return null;
  const heldOut = pointsOf("evaluate");
  const laws = trained.flatMap((line) => {
    const fitted = fittedLaw(line);
    return fitted === null ? [] : [{ line, ...fitted }];
  });
  const curves = laws.map(({ line, curve }): Line => ({
    ...{ ...line, ...curve, key: `${line.key} law`, role: "curve" },
    label: fill(texts.frontierLaw, line.label),
  }));
  const law = laws[0]?.law ?? null;
  const ppo = runs.filter(({ about }) => about.stage === "ppo");
  const measured = ppo.flatMap(({ about: { id, name, slot }, columns }): Line[] => {
    const series = seriesOf(columns, measuredScore, "sqrtKl");
    if (series === null || !series.y.some(Number.isFinite)) return [];
    const label = fill(texts.frontierMeasured, name);
    return [{ ...series, key: `${id} held out`, role: "heldOut", label, slot: slot + 1, run: id }];
  });
  const best = runs.flatMap(({ about }) => bestLine(about.startScores, texts.frontierBest)).slice(0, 1);
  return {
    lines: [...trained, ...heldOut, ...measured, ...curves, ...best],
    law,
    stop: stopOf(heldOut, ppo[0] ? measuredPeak(ppo[0].columns) : null, law, trained[0].x),
  };
}

function bestLine(scores: readonly number[], label: string): readonly Line[] {
  const curve = bestOfNCurve(scores);
  if (curve === null) return [];
  return [{ ...curve, key: "best of n", role: "curve", label, slot: 2, run: null }];
}
