/**
 * Edges of bins that hold all of these values: 1, 2 or 5 times a power of ten wide, whole multiples of that, about `wanted` of them.
 * Values that are no finite numbers are left out; none at all gives the one bin 0 … 1.
 *
 * Example: −0.3 and 1.1 in about 7 gives −0.4 −0.2 0 0.2 0.4 0.6 0.8 1 1.2
 */
export function binEdges(values: Iterable<number>, wanted = 24): number[] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least > most) return [0, 1];
  const rough = (most - least) / wanted || Math.abs(most) / wanted || 1;
  const power = Number(`1e${rough.toExponential().split("e")[1]}`);
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999999) ?? 10;
  const width = step * power;
  const first = Math.floor(least / width);
  // A value at the last edge lies in the last bin.
  const last = Math.max(first + 1, Math.ceil(most / width));
  // Twelve digits: 3·0.1 is not to be 0.30000000000000004 on an axis.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * width).toPrecision(12)));
}

/**
 * How many values lie in each bin: edges[b] ≤ x < edges[b+1], the last bin with its upper edge. Values outside count in the nearest bin,
 * those that are no numbers nowhere. edges ascend.
 *
 * Example: 0 0.5 1 2 in edges 0 1 2 gives 2 2
 */
export function countInBins(values: Iterable<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const value of values) if (!Number.isNaN(value)) counts[binOf(value, edges)]++;
  return counts;
}

/** The bin of a value among `edges`, as `countInBins` counts it. */
function binOf(value: number, edges: readonly number[]): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Of each bin at most `most` of the items in it, spread evenly over them in ascending order of their values, the first and the last always
 * among them. Items whose value is no number are left out.
 *
 * Example: values 0 0.1 0.2 0.3 1 in edges 0 1 2, most 2, gives [0 0.3] [1]
 */
export function spreadInBins<T>(
  items: readonly T[],
  valueOf: (item: T) => number,
  edges: readonly number[],
  most: number,
): T[][] {
  const bins = Array.from({ length: edges.length - 1 }, (): T[] => []);
  const sorted = items.filter((item) => !Number.isNaN(valueOf(item)));
  sorted.sort((a, b) => valueOf(a) - valueOf(b));
  for (const item of sorted) bins[binOf(valueOf(item), edges)].push(item);
  return bins.map((bin) => {
    if (bin.length <= most) return bin;
    return Array.from({ length: most }, (_, i) => bin[Math.round((i * (bin.length - 1)) / (most - 1))]);
  });
}
