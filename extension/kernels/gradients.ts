// What a linear layer's gradient needs beside matrix products.
import { run, setInteger, setPointer, integer, pointer } from "./control";
import { Operation } from "./operations";
import { geluSlope4, loadPart, storePart, madd } from "./vectorMath";

const columnGroup: i32 = 32;
const chunk: i32 = 4096;

/** out[c] = Σ_n x[n, c]·(y[n, c] or 1): sums over rows in order, whatever the number of threads. x, y [n, columns]; y may be 0. */
export function columnSums(x: usize, y: usize, out: usize, rows: i32, columns: i32): void {
  setPointer(0, x);
  setPointer(1, y);
  setPointer(2, out);
  setInteger(3, rows);
  setInteger(4, columns);
  run(Operation.columnSumsTile, (columns + columnGroup - 1) / columnGroup);
}

export function columnSumsTile(tile: i32): void {
  const rows = integer(3);
  const columns = integer(4);
  const stride = (<usize>columns) << 2;
  const y = pointer(1);
  const last = min((tile + 1) * columnGroup, columns);
  for (let column = tile * columnGroup; column < last; column += 4) {
    const count = last - column;
    const offset = (<usize>column) << 2;
    let sum = f32x4.splat(0);
    const zero = sum;
    for (let r = 0; r < rows; r++) {
      const place = <usize>r * stride + offset;
      const entry = loadPart(pointer(0) + place, count, zero);
      sum = y == 0 ? f32x4.add(sum, entry) : madd(sum, entry, loadPart(y + place, count, zero));
    }
    storePart(pointer(2) + offset, sum, count);
  }
}

/** out = dy·gelu'(u), elementwise. */
export function geluBackward(dy: usize, u: usize, out: usize, size: i32): void {
  setPointer(0, dy);
  setPointer(1, u);
  setPointer(2, out);
  setInteger(3, size);
  run(Operation.geluBackwardTile, (size + chunk - 1) / chunk);
}

export function geluBackwardTile(tile: i32): void {
  const first = (<usize>(tile * chunk)) << 2;
  const count = min(chunk, integer(3) - tile * chunk);
  const dy = pointer(0) + first;
  const u = pointer(1) + first;
  const out = pointer(2) + first;
  for (let i = 0; i < count; i += 4) {
    const place = (<usize>i) << 2;
    const zero = f32x4.splat(0);
    const left = count - i;
    const slope = geluSlope4(loadPart(u + place, left, zero));
    storePart(out + place, f32x4.mul(loadPart(dy + place, left, zero), slope), left);
  }
}
