// Sums over rows: what a bias's gradient needs.
import { run, setInteger, setPointer, integer, pointer } from "./control";
import { Operation } from "./operations";
import { loadPart, storePart } from "./vectorMath";

const columnGroup: i32 = 16;

/** out[c] = Σ_n x[n, c]: rows in order, whatever the number of threads. */
export function columnSums(x: usize, out: usize, rows: i32, columns: i32): void {
  setPointer(0, x);
  setPointer(1, out);
  setInteger(2, rows);
  setInteger(3, columns);
  run(Operation.columnSumsTile, (columns + columnGroup - 1) / columnGroup);
}

export function columnSumsTile(tile: i32): void {
  const rows = integer(2);
  const columns = integer(3);
  const stride = (<usize>columns) << 2;
  const offset = (<usize>(tile * columnGroup)) << 2;
  let from = pointer(0) + offset;
  const out = pointer(1) + offset;
  const left = columns - tile * columnGroup;
  const zero = f32x4.splat(0);
  let s0 = zero;
  let s1 = zero;
  let s2 = zero;
  let s3 = zero;
  if (left >= columnGroup) {
    for (let r = 0; r < rows; r++, from += stride) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
    }
  } else {
    for (let r = 0; r < rows; r++, from += stride) {
      s0 = f32x4.add(s0, loadPart(from, left, zero));
      if (left > 4) s1 = f32x4.add(s1, loadPart(from + 16, left - 4, zero));
      if (left > 8) s2 = f32x4.add(s2, loadPart(from + 32, left - 8, zero));
      if (left > 12) s3 = f32x4.add(s3, loadPart(from + 48, left - 12, zero));
    }
  }
  storePart(out, s0, left);
  if (left > 4) storePart(out + 16, s1, left - 4);
  if (left > 8) storePart(out + 32, s2, left - 8);
  if (left > 12) storePart(out + 48, s3, left - 12);
}
