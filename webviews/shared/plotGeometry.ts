import { binEdges } from "../../extension/algorithms/histogram";

// Where things stand in a picture.

/** A linear axis: a value's place in the picture. An axis without extent puts everything in its middle. */
export function scale(from: number, to: number, low: number, high: number): (value: number) => number {
  if (from === to) return () => (low + high) / 2;
  return (value) => low + ((value - from) / (to - from)) * (high - low);
}

/** Round numbers on an axis, about five of them. Example: 0 … 1 gives 0 0.2 0.4 0.6 0.8 1 */
export function ticksOf(from: number, to: number): number[] {
  const slack = (to - from) * 1e-9;
  return binEdges([from, to], 5).filter((tick) => tick >= from - slack && tick <= to + slack);
}

/** The outline of a histogram as a path's commands, from the ground up and back to it. */
export function stepPath(
  edges: readonly number[],
  heights: readonly number[],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const at = (px: number, py: number): string => `${px.toFixed(1)} ${py.toFixed(1)}`;
  const tops = heights.map(
    (height, b) => `L${at(x(edges[b]), y(height))} L${at(x(edges[b + 1]), y(height))}`,
  );
  return `M${at(x(edges[0]), y(0))} ${tops.join(" ")} L${at(x(edges[edges.length - 1]), y(0))}`;
}
