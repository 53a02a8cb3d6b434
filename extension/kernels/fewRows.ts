// Products with few rows, as in decoding: the right factor is read where it lies, because packing it would cost more than the product.
// Each output is the same chain of additions as in matmul.ts, so the bits are the same.
import { run, setInteger, setPointer, integer, pointer } from "./control";
import { Operation } from "./operations";
import { finishRows } from "./block";
import { madd } from "./vectorMath";

const tileColumns: i32 = 64;

/** out [m, n] = x [m, k] · op(b); b [k, n], or [n, k] if `transposed`; bias, gelu and slopes as in `matmul`. */
export function fewRowsProduct(
  x: usize,
  b: usize,
  transposed: bool,
  out: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  gelu: bool,
  slopes: usize,
): void {
  setPointer(0, x);
  setPointer(1, b);
  setInteger(2, transposed ? 1 : 0);
  setPointer(3, out);
  setInteger(4, m);
  setInteger(5, n);
  setInteger(6, k);
  setPointer(7, bias);
  setPointer(8, slopes);
  setInteger(9, gelu ? 1 : 0);
  run(Operation.fewRowsTile, (n + tileColumns - 1) / tileColumns);
}

export function fewRowsTile(tile: i32): void {
  const m = integer(4);
  const n = integer(5);
  const k = integer(6);
  const column0 = tile * tileColumns;
  const column1 = min(column0 + tileColumns, n);
  const transposed = integer(2) != 0;
  const xRow = (<usize>k) << 2;
  const outRow = (<usize>n) << 2;
  let column = column0;
  const step = transposed ? 4 : 8;
  for (; column + step <= column1; column += step) {
    const offset = (<usize>column) << 2;
    for (let row = 0; row < m; row += 4) {
      const x = pointer(0) + <usize>row * xRow;
      const out = pointer(3) + <usize>row * outRow + offset;
      const r1 = <usize>min(1, m - row - 1);
      const r2 = <usize>min(2, m - row - 1);
      const r3 = <usize>min(3, m - row - 1);
      if (transposed)
        fourByFour(
          x,
          r1 * xRow,
          r2 * xRow,
          r3 * xRow,
          pointer(1) + <usize>column * xRow,
          k,
          out,
          outRow,
          r1,
          r2,
          r3,
        );
      else fourByEight(x, r1 * xRow, r2 * xRow, r3 * xRow, pointer(1) + offset, outRow, k, out, r1, r2, r3);
    }
  }
  for (; column < column1; column++) {
    const place = (<usize>column) << 2;
    const b = transposed ? pointer(1) + <usize>column * xRow : pointer(1) + place;
    const next: usize = transposed ? 4 : outRow;
    for (let row = 0; row < m; row++)
      store<f32>(pointer(3) + <usize>row * outRow + place, chain(pointer(0) + <usize>row * xRow, b, next, k));
  }
  const place = (<usize>column0) << 2;
  const bias = pointer(7) == 0 ? 0 : pointer(7) + place;
  const slopes = pointer(8) == 0 ? 0 : pointer(8) + place;
  finishRows(pointer(3) + place, bias, integer(9) != 0, slopes, outRow, m, column1 - column0);
}

/** Σ_k x[k]·b[k], in order. */
function chain(x: usize, b: usize, next: usize, k: i32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < k; i++, x += 4, b += next) sum = sum + load<f32>(x) * load<f32>(b);
  return sum;
}

/** Four rows × eight columns of x·b. Missing rows repeat the last one (their offsets are the same). */
function fourByEight(
  x: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  b: usize,
  bRow: usize,
  k: i32,
  out: usize,
  r1: usize,
  r2: usize,
  r3: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let i = 0; i < k; i++, x += 4, b += bRow) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(x);
    c00 = madd(c00, s, b0);
    c01 = madd(c01, s, b1);
    s = v128.load_splat<f32>(x + x1);
    c10 = madd(c10, s, b0);
    c11 = madd(c11, s, b1);
    s = v128.load_splat<f32>(x + x2);
    c20 = madd(c20, s, b0);
    c21 = madd(c21, s, b1);
    s = v128.load_splat<f32>(x + x3);
    c30 = madd(c30, s, b0);
    c31 = madd(c31, s, b1);
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out + r1 * bRow, c10);
  v128.store(out + r1 * bRow, c11, 16);
  v128.store(out + r2 * bRow, c20);
  v128.store(out + r2 * bRow, c21, 16);
  v128.store(out + r3 * bRow, c30);
  v128.store(out + r3 * bRow, c31, 16);
}

/** Four rows × four columns of x·bᵀ; b's rows are as long as x's. */
function fourByFour(
  x: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  b: usize,
  k: i32,
  out: usize,
  outRow: usize,
  r1: usize,
  r2: usize,
  r3: usize,
): void {
  const bRow = (<usize>k) << 2;
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let i = 0;
  for (; i + 4 <= k; i += 4, x += 16, b += 16) {
    const p = v128.load(b);
    const q = v128.load(b + bRow);
    const r = v128.load(b + 2 * bRow);
    const s = v128.load(b + 3 * bRow);
    const pq = v128.shuffle<f32>(p, q, 0, 4, 1, 5);
    const rs = v128.shuffle<f32>(r, s, 0, 4, 1, 5);
    const pq2 = v128.shuffle<f32>(p, q, 2, 6, 3, 7);
    const rs2 = v128.shuffle<f32>(r, s, 2, 6, 3, 7);
    let t = v128.shuffle<f64>(pq, rs, 0, 2);
    c0 = madd(c0, v128.load_splat<f32>(x), t);
    c1 = madd(c1, v128.load_splat<f32>(x + x1), t);
    c2 = madd(c2, v128.load_splat<f32>(x + x2), t);
    c3 = madd(c3, v128.load_splat<f32>(x + x3), t);
    t = v128.shuffle<f64>(pq, rs, 1, 3);
    c0 = madd(c0, v128.load_splat<f32>(x, 4), t);
    c1 = madd(c1, v128.load_splat<f32>(x + x1, 4), t);
    c2 = madd(c2, v128.load_splat<f32>(x + x2, 4), t);
    c3 = madd(c3, v128.load_splat<f32>(x + x3, 4), t);
    t = v128.shuffle<f64>(pq2, rs2, 0, 2);
    c0 = madd(c0, v128.load_splat<f32>(x, 8), t);
    c1 = madd(c1, v128.load_splat<f32>(x + x1, 8), t);
    c2 = madd(c2, v128.load_splat<f32>(x + x2, 8), t);
    c3 = madd(c3, v128.load_splat<f32>(x + x3, 8), t);
    t = v128.shuffle<f64>(pq2, rs2, 1, 3);
    c0 = madd(c0, v128.load_splat<f32>(x, 12), t);
    c1 = madd(c1, v128.load_splat<f32>(x + x1, 12), t);
    c2 = madd(c2, v128.load_splat<f32>(x + x2, 12), t);
    c3 = madd(c3, v128.load_splat<f32>(x + x3, 12), t);
  }
  for (; i < k; i++, x += 4, b += 4) {
    let t = v128.load_splat<f32>(b);
    t = f32x4.replace_lane(t, 1, load<f32>(b + bRow));
    t = f32x4.replace_lane(t, 2, load<f32>(b + 2 * bRow));
    t = f32x4.replace_lane(t, 3, load<f32>(b + 3 * bRow));
    c0 = madd(c0, v128.load_splat<f32>(x), t);
    c1 = madd(c1, v128.load_splat<f32>(x + x1), t);
    c2 = madd(c2, v128.load_splat<f32>(x + x2), t);
    c3 = madd(c3, v128.load_splat<f32>(x + x3), t);
  }
  v128.store(out, c0);
  v128.store(out + r1 * outRow, c1);
  v128.store(out + r2 * outRow, c2);
  v128.store(out + r3 * outRow, c3);
}
