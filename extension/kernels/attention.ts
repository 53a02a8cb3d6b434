// Causal attention of whole sequences, one (sequence, head) a tile.
import { run, setFloat, setInteger, setPointer, float, integer, pointer, thread } from "./control";
import { Operation } from "./operations";
import { pack } from "./packing";
import { blockAnywhere } from "./block";
import { softmaxRow } from "./softmaxRow";
import { loadPart, madd, splat, storePart, sumLanes } from "./vectorMath";

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

/** c [m, n] (rows `stride` floats apart) = packed a · packed b over depth; rows and columns of the packed operands are `aDepth` deep. */
@inline
function panelProduct(
  a: usize,
  b: usize,
  bDepth: i32,
  depth: i32,
  c: usize,
  stride: i32,
  rows: i32,
  columns: i32,
): void {
  for (let j = 0; j < columns; j += 8)
    blockAnywhere(
      a,
      b + ((<usize>(j * bDepth)) << 2),
      depth,
      c + ((<usize>j) << 2),
      (<usize>stride) << 2,
      false,
      rows,
      columns - j,
    );
}

/** Packs all of [count, …] lanes, `lanes` at a time. */
function packAll(
  to: usize,
  source: usize,
  stride: i32,
  along: bool,
  lanes: i32,
  count: i32,
  depth: i32,
): void {
  for (let lane = 0; lane < count; lane += lanes) {
    const from = source + ((<usize>(along ? lane * stride : lane)) << 2);
    pack(to + ((<usize>(lane * depth)) << 2), from, stride, along, lanes, min(lanes, count - lane), depth);
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
  const strip = values + size;
  packAll(keys, k, 3 * c, true, 8, t, d);
  packAll(values, v, 3 * c, false, 8, d, t);
  for (let i = 0; i < t; i += 4) {
    const rows = min(4, t - i);
    const visible = i + rows;
    const scores = weights + ((<usize>i * <usize>t) << 2);
    pack(strip, q + ((<usize>(i * 3 * c)) << 2), 3 * c, true, 4, rows, d);
    panelProduct(strip, keys, d, d, scores, t, rows, visible);
    for (let r = 0; r < rows; r++)
      softmaxRow(scores + ((<usize>r * <usize>t) << 2), i + r + 1, t, float(7));
    pack(strip, scores, t, true, 4, rows, visible);
    panelProduct(strip, values, t, visible, out + ((<usize>(i * c)) << 2), c, rows, d);
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
  const strip = dyPanels + size; // at most [T][4] or [D][4]
  const dScores = strip + size;
  packAll(valuesAlong, q + 2 * part, 3 * c, true, 8, t, d); // [D][8 keys]
  packAll(keys, q + part, 3 * c, false, 8, d, t);
  packAll(queries, q, 3 * c, false, 8, d, t);
  packAll(dyPanels, dy, c, false, 8, d, t);
  for (let i = 0; i < t; i += 4) {
    const rows = min(4, t - i);
    const visible = i + rows;
    const dRows = dScores + ((<usize>(i * t)) << 2);
    pack(strip, dy + ((<usize>(i * c)) << 2), c, true, 4, rows, d);
    panelProduct(strip, valuesAlong, d, d, dRows, t, rows, visible);
    for (let r = 0; r < rows; r++) {
      const offset = (<usize>(r * t)) << 2;
      scoreGradient(weights + ((<usize>(i * t)) << 2) + offset, dRows + offset, i + r + 1, t);
    }
    pack(strip, dRows, t, true, 4, rows, visible);
    panelProduct(strip, keys, t, visible, dq + ((<usize>(i * 3 * c)) << 2), 3 * c, rows, d);
  }
  for (let j = 0; j < t; j += 4) {
    // Keys j… are seen by queries j… only.
    const rows = min(4, t - j);
    const depth = t - j;
    const from = (<usize>(j * t + j)) << 2;
    const skipped = (<usize>(j * 8)) << 2;
    const place = (<usize>(j * 3 * c)) << 2;
    pack(strip, dScores + from, t, false, 4, rows, depth);
    panelProduct(strip, queries + skipped, t, depth, dq + part + place, 3 * c, rows, d);
    pack(strip, weights + from, t, false, 4, rows, depth);
    panelProduct(strip, dyPanels + skipped, t, depth, dq + 2 * part + place, 3 * c, rows, d);
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
