import type { ComparedMetric, Figure, FigureKind, MetricCell } from "../protocol/compareMessages";
import { differenceOfEstimates, meanInterval } from "./intervals";
import type { Estimate } from "./proportions";

// Which figure of a metric is looked at, and what its difference from another run's means.

type Direction = ComparedMetric["direction"];

/** The figure of a kind; "best" follows the catalogue's direction and is null where neither way is better. */
export function figureOf(cell: MetricCell | null, kind: FigureKind, direction: Direction): Figure | null {
  if (cell === null) return null;
  if (kind !== "best") return cell[kind];
  return direction === "neutral" ? null : direction === "lower" ? cell.least : cell.most;
}

/** A figure, or a mean of figures. */
type Measured = Pick<Figure, "value" | "mean" | "low" | "high">;

export interface Difference {
  /** Of the figures themselves. */
  readonly value: number;
  /** "better" and "worse" where the catalogue says which way is better. */
  readonly verdict: "better" | "worse" | "higher" | "lower" | "equal" | "unclear";
}

/**
 * What a figure is against the baseline's. A difference whose interval (differenceOfEstimates of the figures' means) holds 0 is not clear;
 * without intervals its sign alone decides. Null where one of the two is not a number.
 *
 * Example: 3 in 2 … 4 against 1 in 0.5 … 1.5, higher being better, is better by 2
 */
export function differenceFrom(
  figure: Measured,
  baseline: Measured,
  direction: Direction,
): Difference | null {
  const value = figure.value - baseline.value;
  if (Number.isNaN(value)) return null;
  if (value === 0) return { value, verdict: "equal" };
  const { low, high, value: ofMeans } = differenceOfEstimates(estimateOf(figure), estimateOf(baseline));
  if (low <= 0 && high >= 0) return { value, verdict: "unclear" };
  const isHigher = (Number.isNaN(low) ? value : ofMeans) > 0;
  if (direction === "neutral") return { value, verdict: isHigher ? "higher" : "lower" };
  return { value, verdict: isHigher === (direction === "higher") ? "better" : "worse" };
}

const estimateOf = ({ mean, low, high }: Measured): Estimate => ({ value: mean, low, high });

/** Mean and Student's interval of a figure over runs that differ in their seed alone; null where one of them has no such figure. */
export function overSeeds(
  { cells, direction }: Pick<ComparedMetric, "cells" | "direction">,
  members: readonly number[],
  kind: FigureKind,
): Measured | null {
  const figures = members.map((i) => figureOf(cells.at(i) ?? null, kind, direction));
  const values = figures.flatMap((figure) => (figure === null ? [] : [figure.value]));
  if (values.length < members.length || values.length === 0) return null;
  const over = meanInterval(values);
  return { ...over, mean: over.value };
}
