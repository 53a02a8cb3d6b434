import { numberText } from "../../extension/charts/numberText";
import { isMetricName, metric } from "../../extension/protocol/metrics";
import type { Metric } from "../../extension/protocol/metric";
import { fill } from "../shared/fill";
import type { Texts } from "./texts";

/** The catalogue's row of a name; null for one that a later version reports. */
export const rowOf = (name: string): Metric | null => (isMetricName(name) ? metric(name) : null);

/** Where a healthy run stays, in words; empty where no such range is known. */
export function healthyText(texts: Texts, row: Metric | null): string {
  const { min, max } = row?.healthy ?? {};
  if (min !== undefined && max !== undefined)
    return fill(texts.healthyBetween, numberText(min), numberText(max));
  if (min !== undefined) return fill(texts.healthyAtLeast, numberText(min));
  return max === undefined ? "" : fill(texts.healthyAtMost, numberText(max));
}

/** Whether a value stands outside the range of a healthy run; what is not finite always does. */
export function isOutside(row: Metric | null, value: number): boolean {
  if (!Number.isFinite(value)) return true;
  const { min = -Infinity, max = Infinity } = row?.healthy ?? {};
  return value < min || value > max;
}
