// The inner loop of every matrix product: a block of 4×8 outputs, each summed over the depth in order in a register of its own.
import { geluGate4, geluSlope4, loadPart, madd, storePart } from "./vectorMath";
import { edgeBlock } from "./control";

/**
 * c (4×8, rows `stride` bytes apart) = packed a · packed b over `depth`; `resume` goes on from what c holds. One chain of additions an
 * output, in the order of the depth: so every way to compute a product gives the same bits.
 */
export function block(a: usize, b: usize, depth: i32, c: usize, stride: usize, resume: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  if (resume) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + stride);
    c11 = v128.load(c + stride, 16);
    c20 = v128.load(c + 2 * stride);
    c21 = v128.load(c + 2 * stride, 16);
    c30 = v128.load(c + 3 * stride);
    c31 = v128.load(c + 3 * stride, 16);
  }
  const end = a + ((<usize>depth) << 4);
  const evenEnd = a + ((<usize>(depth & ~1)) << 4);
  while (a < evenEnd) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load_splat<f32>(a, 4);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load_splat<f32>(a, 8);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load_splat<f32>(a, 12);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = v128.load_splat<f32>(a, 16);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load_splat<f32>(a, 20);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load_splat<f32>(a, 24);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load_splat<f32>(a, 28);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
    a += 32;
    b += 64;
  }
  if (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load_splat<f32>(a, 4);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load_splat<f32>(a, 8);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load_splat<f32>(a, 12);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + stride, c10);
  v128.store(c + stride, c11, 16);
  v128.store(c + 2 * stride, c20);
  v128.store(c + 2 * stride, c21, 16);
  v128.store(c + 3 * stride, c30);
  v128.store(c + 3 * stride, c31, 16);
}

/** `block` where only `rows` × `columns` of the 4×8 outputs exist. */
export function blockAnywhere(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  stride: usize,
  resume: bool,
  rows: i32,
  columns: i32,
): void {
  if (rows >= 4 && columns >= 8) {
    block(a, b, depth, c, stride, resume);
    return;
  }
  const edge = edgeBlock();
  const width = (<usize>min(columns, 8)) << 2;
  const height = <usize>min(rows, 4);
  if (resume) for (let r: usize = 0; r < height; r++) memory.copy(edge + r * 32, c + r * stride, width);
  block(a, b, depth, edge, 32, resume);
  for (let r: usize = 0; r < height; r++) memory.copy(c + r * stride, edge + r * 32, width);
}

/**
 * Finishes rows of sums: adds the bias (0 = none) and applies GELU where wanted; its slopes are kept (0 = not).
 * `out` and `slopes` point at the same place of matrices with rows `stride` bytes apart.
 */
export function finishRows(
  out: usize,
  bias: usize,
  gelu: bool,
  slopes: usize,
  stride: usize,
  rows: i32,
  columns: i32,
): void {
  if (bias == 0 && !gelu) return;
  const zero = f32x4.splat(0);
  const whole = (<usize>(columns & ~3)) << 2;
  const left = columns & 3;
  for (let r = 0; r < rows; r++) {
    const row = <usize>r * stride;
    for (let i: usize = 0; i < whole; i += 16) {
      let x = v128.load(out + row + i);
      if (bias != 0) x = f32x4.add(x, v128.load(bias + i));
      if (gelu) {
        const gate = geluGate4(x);
        if (slopes != 0) v128.store(slopes + row + i, geluSlope4(x, gate));
        x = f32x4.mul(x, gate);
      }
      v128.store(out + row + i, x);
    }
    if (left > 0) {
      let x = loadPart(out + row + whole, left, zero);
      if (bias != 0) x = f32x4.add(x, loadPart(bias + whole, left, zero));
      if (gelu) {
        const gate = geluGate4(x);
        if (slopes != 0) storePart(slopes + row + whole, geluSlope4(x, gate), left);
        x = f32x4.mul(x, gate);
      }
      storePart(out + row + whole, x, left);
    }
  }
}
