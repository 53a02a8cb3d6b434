import type { Series } from "./series";

/** A stretch of a line in numbers; with one value, all of them are that value. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly least: number;
  readonly most: number;
  readonly last: number;
  /** Values in it that are not finite. */
  readonly faults: number;
}

/** Rows that a person reads; a longer line is cut into as many stretches of equally many values. */
export const tableRows = 100;

/** A line as at most `rows` stretches: least and most of each, so that no spike is lost. NaN where a stretch has no finite value. */
export function stretchesOf(
  { x, y }: Series,
  rows: number,
  zoom: readonly [min: number, max: number] | null,
): readonly Stretch[] {
  const inside: number[] = [];
  for (let i = 0; i < x.length; i++)
    if (zoom === null || (x[i] >= zoom[0] && x[i] <= zoom[1])) inside.push(i);
  const size = Math.max(1, Math.ceil(inside.length / rows));
  const stretches: Stretch[] = [];
  for (let start = 0; start < inside.length; start += size) {
    const indices = inside.slice(start, start + size);
    const finite = indices.map((i) => y[i]).filter(Number.isFinite);
    stretches.push({
      from: x[indices[0]],
      to: x[indices[indices.length - 1]],
      least: finite.length === 0 ? NaN : finite.reduce((a, b) => Math.min(a, b)),
      most: finite.length === 0 ? NaN : finite.reduce((a, b) => Math.max(a, b)),
      last: y[indices[indices.length - 1]],
      faults: indices.length - finite.length,
    });
  }
  return stretches;
}
