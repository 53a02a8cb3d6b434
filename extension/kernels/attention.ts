// Causal attention of whole sequences, one (sequence, head) a tile.
import { run, setFloat, setInteger, setPointer, float, integer, pointer, thread } from "./control";
import { Operation } from "./operations";
import { packPanel, transpose } from "./packing";
import { panelProduct } from "./block";
import { softmaxRow } from "./softmaxRow";
import { loadPart, madd, splat, storePart, sumLanes } from "./vectorMath";

const rowGroup: i32 = 8; // rows done together: a compromise between calls and work above the diagonal

/** Rounded up to whole panels. */
@inline
function padded(size: i32): i32 {
  return (size + 7) & ~7;
}

/** Bytes of scratch memory a thread needs for T positions and head width D. */
export function attentionScratch(t: i32, d: i32): usize {
  const rows = <usize>padded(t);
  const depth = <usize>padded(d);
  return (5 * rows * depth + rows * rows) * 4;
}

/** qkv [B·T, 3C]; out [B·T, C]; weights [B, H, T, T] are kept for the gradient. */
export function causalAttention(
  qkv: usize,
  out: usize,
  weights: usize,
  batch: i32,
  t: i32,
  heads: i32,
  d: i32,
  scratch: usize,
): void {
  setPointer(0, qkv);
  setPointer(1, out);
  setPointer(2, weights);
  setInteger(3, t);
  setInteger(4, heads);
  setInteger(5, d);
  setPointer(6, scratch);
  setFloat(7, <f32>(1 / sqrt<f64>(<f64>d)));
  run(Operation.attentionTile, batch * heads);
}

/** c [rows, columns] = a·b over `depth`; b as packed panels, each bDepth deep. Rows of a and c lie aRow and cRow bytes apart. */
function product(
  a: usize,
  aRow: usize,
  b: usize,
  bDepth: i32,
  depth: i32,
  c: usize,
  cRow: usize,
  rows: i32,
  columns: i32,
): void {
  for (let j = 0; j < columns; j += 8, b += (<usize>bDepth) << 5, c += 32)
    panelProduct(a, aRow, b, 32, depth, c, cRow, rows, columns - j, false);
}

/** Packs `columns` columns, `depth` deep, into panels. */
function packAll(to: usize, source: usize, stride: i32, along: bool, columns: i32, depth: i32): void {
  for (let column = 0; column < columns; column += 8, to += (<usize>depth) << 5) {
    const from = source + ((<usize>(along ? column * stride : column)) << 2);
    packPanel(to, from, stride, along, min(8, columns - column), depth);
  }
}

export function attentionTile(tile: i32): void {
  const t = integer(3);
  const heads = integer(4);
  const d = integer(5);
  const c = heads * d;
  const q = pointer(0) + ((<usize>((tile / heads) * t * 3 * c + (tile % heads) * d)) << 2);
  const k = q + ((<usize>c) << 2);
  const v = k + ((<usize>c) << 2);
  const out = pointer(1) + ((<usize>((tile / heads) * t * c + (tile % heads) * d)) << 2);
  const weights = pointer(2) + ((<usize>tile * <usize>t * <usize>t) << 2);
  const keys = pointer(6) + <usize>thread() * attentionScratch(t, d);
  const size = (<usize>(padded(t) * padded(d))) << 2;
  const values = keys + size;
  packAll(keys, k, 3 * c, true, t, d);
  packAll(values, v, 3 * c, false, d, t);
  const row = (<usize>t) << 2;
  const packedRow = (<usize>(3 * c)) << 2;
  for (let i = 0; i < t; i += rowGroup) {
    const rows = min(rowGroup, t - i);
    const visible = i + rows;
    const scores = weights + <usize>i * row;
    product(q + <usize>i * packedRow, packedRow, keys, d, d, scores, row, rows, visible);
    for (let r = 0; r < rows; r++) softmaxRow(scores + <usize>r * row, i + r + 1, t, float(7));
    product(scores, row, values, t, visible, out + ((<usize>(i * c)) << 2), (<usize>c) << 2, rows, d);
  }
}

/** dqkv [B·T, 3C] from dy [B·T, C], qkv and the kept weights. */
export function causalAttentionBackward(
  dy: usize,
  qkv: usize,
  weights: usize,
  dqkv: usize,
  batch: i32,
  t: i32,
  heads: i32,
  d: i32,
  scratch: usize,
): void {
  setPointer(0, qkv);
  setPointer(1, dy);
  setPointer(2, weights);
  setInteger(3, t);
  setInteger(4, heads);
  setInteger(5, d);
  setPointer(6, scratch);
  setFloat(7, <f32>(1 / sqrt<f64>(<f64>d)));
  setPointer(8, dqkv);
  run(Operation.attentionBackwardTile, batch * heads);
}

/**
 * With weights P and scores' gradient dS = P∘(dY·Vᵀ − rowsum(P∘dY·Vᵀ))·scale:
 *   dV = Pᵀ·dY,  dQ = dS·K,  dK = dSᵀ·Q
 */
export function attentionBackwardTile(tile: i32): void {
  const t = integer(3);
  const heads = integer(4);
  const d = integer(5);
  const c = heads * d;
  const first = (<usize>((tile / heads) * t * 3 * c + (tile % heads) * d)) << 2;
  const part = (<usize>c) << 2;
  const q = pointer(0) + first;
  const dq = pointer(8) + first;
  const dy = pointer(1) + ((<usize>((tile / heads) * t * c + (tile % heads) * d)) << 2);
  const weights = pointer(2) + ((<usize>tile * <usize>t * <usize>t) << 2);
  const size = (<usize>(padded(t) * padded(d))) << 2;
  const valuesAlong = pointer(6) + <usize>thread() * attentionScratch(t, d);
  const keys = valuesAlong + size;
  const queries = keys + size;
  const dyPanels = queries + size;
  const rowsOfTranspose = dyPanels + size; // rowGroup rows of T
  const dScores = rowsOfTranspose + size;
  packAll(valuesAlong, q + 2 * part, 3 * c, true, t, d); // [D][8 keys]
  packAll(keys, q + part, 3 * c, false, d, t);
  packAll(queries, q, 3 * c, false, d, t);
  packAll(dyPanels, dy, c, false, d, t);
  const row = (<usize>t) << 2;
  const packedRow = 3 * part;
  for (let i = 0; i < t; i += rowGroup) {
    const rows = min(rowGroup, t - i);
    const visible = i + rows;
    const dRows = dScores + <usize>i * row;
    product(dy + <usize>i * part, part, valuesAlong, d, d, dRows, row, rows, visible);
    for (let r = 0; r < rows; r++)
      scoreGradient(weights + <usize>(i + r) * row, dRows + <usize>r * row, i + r + 1, t);
    product(dRows, row, keys, t, visible, dq + <usize>i * packedRow, packedRow, rows, d);
  }
  for (let j = 0; j < t; j += rowGroup) {
    // Keys j… are seen by queries j… only.
    const rows = min(rowGroup, t - j);
    const depth = t - j;
    const from = (<usize>j * <usize>(t + 1)) << 2;
    const skipped = (<usize>j) << 5;
    const dk = dq + part + <usize>j * packedRow;
    transpose(rowsOfTranspose, row, dScores + from, row, rows, depth);
    product(rowsOfTranspose, row, queries + skipped, t, depth, dk, packedRow, rows, d);
    transpose(rowsOfTranspose, row, weights + from, row, rows, depth);
    product(rowsOfTranspose, row, dyPanels + skipped, t, depth, dk + part, packedRow, rows, d);
  }
}

/** One row of dS, in place of dY·Vᵀ. */
function scoreGradient(weights: usize, row: usize, count: i32, t: i32): void {
  const zero = splat(0);
  let dot = zero;
  for (let i = 0; i < count; i += 4) {
    const place = (<usize>i) << 2;
    dot = madd(dot, loadPart(weights + place, count - i, zero), loadPart(row + place, count - i, zero));
  }
  const sum = splat(sumLanes(dot));
  const scale = splat(float(7));
  for (let i = 0; i < count; i += 4) {
    const place = (<usize>i) << 2;
    const p = loadPart(weights + place, count - i, zero);
    const d = f32x4.sub(loadPart(row + place, count - i, zero), sum);
    storePart(row + place, f32x4.mul(f32x4.mul(p, d), scale), count - i);
  }
  memory.fill(row + ((<usize>count) << 2), 0, (<usize>(t - count)) << 2);
}
