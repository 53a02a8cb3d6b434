// The inner loop of every matrix product: a block of 4×8 outputs, each summed over the depth in order in a register of its own.
import { geluGate4, geluSlope4, loadPart, madd, storePart } from "./vectorMath";
import { edgeBlock } from "./control";

/**
 * c [rows, columns ≤ 8] = a·b over `depth`; `resume` goes on from what c holds. Rows of a lie aRow bytes apart, rows of c cRow, rows
 * of b bStep; b has 8 columns even where c has fewer. One chain of additions an output, in the order of the depth: so every way to compute
 * a product gives the same bits.
 *
 * Written for V8: the innermost loop belongs to this function, because arguments beyond the sixth would be read from the stack in every
 * turn, and it has one depth a turn, because two are slower.
 */
export function panelProduct(
  a: usize,
  aRow: usize,
  b: usize,
  bStep: usize,
  depth: i32,
  c: usize,
  cRow: usize,
  rows: i32,
  columns: i32,
  resume: bool,
): void {
  const edge = edgeBlock();
  const width = (<usize>columns) << 2;
  for (let row = 0; row < rows; row += 4, a += 4 * aRow, c += 4 * cRow) {
    // Rows that do not exist repeat the last one.
    const last = <usize>(min(rows - row, 4) - 1);
    const second = min<usize>(1, last);
    const third = min<usize>(2, last);
    if (columns >= 8) {
      block(a, second * aRow, third * aRow, last * aRow, b, bStep, depth, c, second * cRow, third * cRow, last * cRow, resume);
      continue;
    }
    if (resume) for (let r: usize = 0; r <= last; r++) memory.copy(edge + r * 32, c + r * cRow, width);
    block(a, second * aRow, third * aRow, last * aRow, b, bStep, depth, edge, second * 32, third * 32, last * 32, resume);
    for (let r: usize = 0; r <= last; r++) memory.copy(c + r * cRow, edge + r * 32, width);
  }
}

/** Four rows (at a, and a1, a2, a3 bytes further) of eight columns. */
@inline
function block(
  a: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  b: usize,
  bStep: usize,
  depth: i32,
  c: usize,
  c1: usize,
  c2: usize,
  c3: usize,
  resume: bool,
): void {
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
    c10 = v128.load(c + c1);
    c11 = v128.load(c + c1, 16);
    c20 = v128.load(c + c2);
    c21 = v128.load(c + c2, 16);
    c30 = v128.load(c + c3);
    c31 = v128.load(c + c3, 16);
  }
  for (let i = 0; i < depth; i++, a += 4, b += bStep) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load_splat<f32>(a + a1);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load_splat<f32>(a + a2);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load_splat<f32>(a + a3);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + c1, c10);
  v128.store(c + c1, c11, 16);
  v128.store(c + c2, c20);
  v128.store(c + c2, c21, 16);
  v128.store(c + c3, c30);
  v128.store(c + c3, c31, 16);
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
