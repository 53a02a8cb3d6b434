import {
  bestOfNCurve,
  fittedLaw,
  frontierScore,
  leastFrontierPoints,
  measuredPeak,
  stopOf,
} from "../charts/frontier";
import type { SvgLine } from "../charts/lineSvg";
import { factorText, numberText } from "../charts/numberText";
import { seriesOf, type Series } from "../charts/series";
import type { MetricColumns } from "../protocol/metricColumns";
import { readEpisodes, type Run } from "../runs/runFolder";
import { chartBlock } from "./metricsPart";
import { section, text, type Section, type Words } from "./reportParts";

/** A run of PPO whose scores stand against √KL, or an evaluation of such a policy on held-out prompts. */
export interface HeldOutRun {
  readonly name: string;
  readonly run: Run;
  readonly columns: MetricColumns;
}

/** Scores against √KL with the law through them and where to stop; nothing for runs without enough points of both. */
export function frontierSections(
  trained: readonly HeldOutRun[],
  evaluations: readonly HeldOutRun[],
  { t }: Words,
): Section[] {
  const trainedPoints = trained
    .filter(({ run }) => run.manifest.stage === "ppo")
    .flatMap((one) => pointsOf(one))
    .filter(({ x }) => x.length >= leastFrontierPoints);
  if (trainedPoints.length === 0) return [];
  const heldOut = evaluations.flatMap(pointsOf);
  const laws = trainedPoints.map((points) => fittedLaw(points));
  const law = laws.find((fitted) => fitted !== null)?.law ?? null;
  const first = trained.find(({ run }) => run.manifest.stage === "ppo");
  const best = first === undefined ? null : bestOfNCurve(startScores(first.run));
  const lines = [
    ...trainedPoints.map((points, slot): SvgLine => ({ ...points, slot, look: "dots", isNamed: true })),
    ...heldOut.map((points, i): SvgLine => ({
      ...{ ...points, label: t("{0}, held-out prompts", points.label) },
      ...{ slot: trainedPoints.length + i, look: "dots", isNamed: true },
    })),
    ...laws.flatMap((fitted, slot): SvgLine[] =>
      fitted === null
        ? []
        : [
            {
              ...fitted.curve,
              label: t("law of {0}", trainedPoints[slot].label),
              slot,
              look: "line",
              isNamed: true,
            },
          ],
    ),
    ...(best === null
      ? []
      : [
          {
            ...{ ...best, label: t("best of n of the start, KL = ln n − (n − 1)/n") },
            ...{ slot: trainedPoints.length + heldOut.length, look: "line" as const, isNamed: true },
          },
        ]),
  ];
  const stop = stopOf(heldOut, first ? measuredPeak(first.columns) : null, law, trainedPoints[0].x);
  const lawText =
    law === null
      ? t("The points do not determine the law yet.")
      : t(
          "Law: score = {0} + d·({1} − {2}·ln d), d = √KL; R² = {3}",
          ...[numberText(law.intercept), factorText(law.alpha), factorText(law.beta), numberText(law.r2)],
        );
  const at = stop === null ? [] : [numberText(stop.at), numberText(stop.score)];
  const stopText =
    stop === null
      ? t("Nothing says to stop yet.")
      : stop.by === "heldOut"
        ? t("Stop at √KL = {0}: the held-out score is highest there, {1}.", ...at)
        : t(
            "By the law the score is highest at √KL = {0}: going on beyond costs more than it brings.",
            ...at,
          );
  const title = t("Over-optimisation: score against √KL");
  const chart = chartBlock(
    { title, xLabel: t("√KL"), lines, marks: stop === null ? [] : [stop.at] },
    `${lawText} · ${stopText}`,
    t,
  );
  const hint = t(
    "Each point is an iteration. Where the law bends down, or held-out scores fall while the score goes on rising, the policy exploits the reward model.",
  );
  return section(title, [text(hint), chart]);
}

function pointsOf({ name, columns }: HeldOutRun): (Series & { readonly label: string })[] {
  const series = seriesOf(columns, frontierScore, "sqrtKl");
  return series === null || series.x.length === 0 ? [] : [{ ...series, label: name }];
}

/** Scores of the first responses, which a run's start wrote before any update. */
const startScores = ({ paths }: Run): readonly number[] =>
  readEpisodes(paths, 0)
    .values.map(({ score }) => score)
    .filter(Number.isFinite);
