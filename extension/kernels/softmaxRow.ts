// One row of attention weights, the same bits whether its keys come packed or from a cache.
import { exp4, loadPart, maxLanes, splat, storePart, sumLanes } from "./vectorMath";

/**
 * weights[0…count) = softmax(scale·scores) in place; weights[count…padded) = 0. Sums in four chains, key j in chain j mod 4.
 * `padded` is at least `count`, rounded up to 4, unless the row ends there.
 */
export function softmaxRow(row: usize, count: i32, padded: i32, scale: f32): void {
  const low = splat(-Infinity);
  const factor = splat(scale);
  let top = low;
  for (let i = 0; i < count; i += 4)
    top = f32x4.max(top, f32x4.mul(loadPart(row + ((<usize>i) << 2), count - i, low), factor));
  const largest = splat(maxLanes(top));
  let sum = splat(0);
  for (let i = 0; i < count; i += 4) {
    const place = row + ((<usize>i) << 2);
    const e = exp4(f32x4.sub(f32x4.mul(loadPart(place, count - i, low), factor), largest));
    sum = f32x4.add(sum, e);
    storePart(place, e, count - i);
  }
  const inverse = splat(<f32>1 / sumLanes(sum));
  for (let i = 0; i < count; i += 4) {
    const place = row + ((<usize>i) << 2);
    storePart(place, f32x4.mul(loadPart(place, count - i, low), inverse), count - i);
  }
  memory.fill(row + ((<usize>count) << 2), 0, (<usize>(padded - count)) << 2);
}
