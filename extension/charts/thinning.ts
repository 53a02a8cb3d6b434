import type { Series } from "./series";

/**
 * A curve as it looks on a screen: of the values that fall into one column of pixels the first, least, most and last stay, in their order, so
 * that no spike is lost and nothing else can be seen to miss (M4: Jugel et al. 2014, §4). Column of a place: ⌊(x − from) / (to − from) · pixels⌋.
 * Of values that are not finite one a column stays, because it is a gap. The nearest value on either side of [from, to] stays too: a line
 * goes on to the edge. At most 5 · pixels + 2 values, gaps apart; O(n).
 */
export function thinned({ x, y }: Series, from: number, to: number, pixels: number): Series {
  const start = Math.max(0, firstAt(x, from) - 1);
  const end = Math.min(x.length, lastAt(x, to) + 1);
  if (end - start <= 4 * pixels) return { x: x.subarray(start, end), y: y.subarray(start, end) };
  const kept: number[] = [];
  const scale = pixels / (to - from);
  let [first, least, most, last] = [-1, -1, -1, -1];
  const flush = (): void => {
    if (first < 0) return;
    const [low, high] = least < most ? [least, most] : [most, least];
    kept.push(first);
    if (low !== first) kept.push(low);
    if (high !== low && high !== first) kept.push(high);
    if (last !== high && last !== first) kept.push(last);
    first = -1;
  };
  let column = NaN;
  let wasFinite = true;
  for (let i = start; i < end; i++) {
    const value = y[i];
    const at = Math.floor((x[i] - from) * scale);
    // A difference is NaN for NaN and the infinities only, and costs less than a call.
    const isFinite = value - value === 0;
    if (at !== column || !isFinite) {
      flush();
      if (!isFinite && (wasFinite || at !== column)) kept.push(i);
      column = at;
    }
    wasFinite = isFinite;
    if (!isFinite) continue;
    if (first < 0) first = least = most = i;
    else if (value < y[least]) least = i;
    else if (value > y[most]) most = i;
    last = i;
  }
  flush();
  return { x: Float64Array.from(kept, (i) => x[i]), y: Float64Array.from(kept, (i) => y[i]) };
}

/** The index of the first place at or behind x. */
function firstAt(places: Float64Array, x: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first place behind x. */
function lastAt(places: Float64Array, x: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
