// Sums and softmax over the last axis.
import { run, setInteger, setPointer, integer, pointer } from "./control";
import { Operation } from "./operations";
import { exp4, loadPart, maxLanes, splat, storePart, sumLanes } from "./vectorMath";

const rowGroup: i32 = 16;

@inline
function tilesOf(rows: i32): i32 {
  return (rows + rowGroup - 1) / rowGroup;
}

/** out[r] = Σ_c x[r, c] in double precision: four chains, entry c in chain c mod 4. */
export function sumRows(x: usize, out: usize, rows: i32, columns: i32): void {
  setPointer(0, x);
  setPointer(1, out);
  setInteger(2, rows);
  setInteger(3, columns);
  run(Operation.sumRowsTile, tilesOf(rows));
}

export function sumRowsTile(tile: i32): void {
  const columns = integer(3);
  const zero = splat(0);
  for (let row = tile * rowGroup; row < min((tile + 1) * rowGroup, integer(2)); row++) {
    const x = pointer(0) + ((<usize>row * <usize>columns) << 2);
    let low = f64x2.splat(0);
    let high = low;
    for (let i = 0; i < columns; i += 4) {
      const entries = loadPart(x + ((<usize>i) << 2), columns - i, zero);
      low = f64x2.add(low, f64x2.promote_low_f32x4(entries));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(entries, entries, 1, 0)));
    }
    const sum = f64x2.add(low, high);
    store<f32>(
      pointer(1) + ((<usize>row) << 2),
      <f32>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)),
    );
  }
}

/** out = softmax(x) over rows of `columns`. */
export function softmax(x: usize, out: usize, rows: i32, columns: i32): void {
  setPointer(0, x);
  setPointer(1, out);
  setInteger(2, rows);
  setInteger(3, columns);
  run(Operation.softmaxTile, tilesOf(rows));
}

export function softmaxTile(tile: i32): void {
  const columns = integer(3);
  const low = splat(-Infinity);
  for (let row = tile * rowGroup; row < min((tile + 1) * rowGroup, integer(2)); row++) {
    const offset = (<usize>row * <usize>columns) << 2;
    let top = low;
    for (let i = 0; i < columns; i += 4)
      top = f32x4.max(top, loadPart(pointer(0) + offset + ((<usize>i) << 2), columns - i, low));
    const largest = splat(maxLanes(top));
    let sum = splat(0);
    for (let i = 0; i < columns; i += 4) {
      const place = offset + ((<usize>i) << 2);
      const e = exp4(f32x4.sub(loadPart(pointer(0) + place, columns - i, low), largest));
      sum = f32x4.add(sum, e);
      storePart(pointer(1) + place, e, columns - i);
    }
    const total = splat(sumLanes(sum));
    for (let i = 0; i < columns; i += 4) {
      const place = pointer(1) + offset + ((<usize>i) << 2);
      storePart(place, f32x4.div(loadPart(place, columns - i, low), total), columns - i);
    }
  }
}
