// Attention on a key/value cache, one (sequence, head) a tile. The same chains of additions as in attention.ts, hence the same bits.
import { run, setFloat, setInteger, setPointer, float, integer, pointer, thread } from "./control";
import { Operation } from "./operations";
import { softmaxRow } from "./softmaxRow";
import { loadPart, madd, splat, storePart } from "./vectorMath";

/** qkv [B·T, 3C]; cache [B, S, 2C]; lengths int32 [B]; out [B·T, C]; scratch: S rounded up to 4 floats a thread. */
export function cachedAttention(
  qkv: usize,
  cache: usize,
  lengths: usize,
  out: usize,
  batch: i32,
  t: i32,
  slots: i32,
  heads: i32,
  d: i32,
  scratch: usize,
): void {
  setPointer(0, qkv);
  setPointer(1, cache);
  setPointer(2, lengths);
  setPointer(3, out);
  setInteger(4, t);
  setInteger(5, slots);
  setInteger(6, heads);
  setInteger(7, d);
  setPointer(8, scratch);
  setFloat(9, <f32>(1 / sqrt<f64>(<f64>d)));
  run(Operation.cachedAttentionTile, batch * heads);
}

export function cachedAttentionTile(tile: i32): void {
  const t = integer(4);
  const slots = integer(5);
  const heads = integer(6);
  const d = integer(7);
  const c = heads * d;
  const sequence = tile / heads;
  const width = (<usize>c) << 2;
  const headBytes = (<usize>d) << 2;
  const q = pointer(0) + <usize>(sequence * t) * 3 * width + <usize>(tile % heads) * headBytes;
  const keys = pointer(1) + <usize>(sequence * slots) * 2 * width + <usize>(tile % heads) * headBytes;
  const out = pointer(3) + <usize>(sequence * t) * width + <usize>(tile % heads) * headBytes;
  const filled = load<i32>(pointer(2) + ((<usize>sequence) << 2));
  const scores = pointer(8) + <usize>thread() * ((<usize>((slots + 3) & ~3)) << 2);
  for (let i = 0; i < t; i++) {
    const slot = filled + i;
    if (slot < 0 || slot >= slots) continue;
    const row = <usize>i * 3 * width;
    const to = keys + <usize>slot * 2 * width;
    memory.copy(to, q + row + width, headBytes);
    memory.copy(to + width, q + row + 2 * width, headBytes);
  }
  for (let i = 0; i < t; i++) {
    const visible = min(filled + i + 1, slots);
    keyScores(q + <usize>i * 3 * width, keys, 2 * width, d, visible, scores);
    softmaxRow(scores, visible, visible, float(9));
    weightedValues(scores, keys + width, 2 * width, d, visible, out + <usize>i * width);
  }
}

/** scores[j] = Σ_e q[e]·keys[j, e], four keys at a time. */
function keyScores(q: usize, keys: usize, stride: usize, d: i32, count: i32, scores: usize): void {
  for (let j = 0; j < count; j += 4) {
    const k0 = keys + <usize>j * stride;
    const k1 = keys + <usize>min(j + 1, count - 1) * stride;
    const k2 = keys + <usize>min(j + 2, count - 1) * stride;
    const k3 = keys + <usize>min(j + 3, count - 1) * stride;
    let sum = splat(0);
    let e = 0;
    for (; e + 4 <= d; e += 4) {
      const place = (<usize>e) << 2;
      const a = v128.load(k0 + place);
      const b = v128.load(k1 + place);
      const f = v128.load(k2 + place);
      const g = v128.load(k3 + place);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const fg = v128.shuffle<f32>(f, g, 0, 4, 1, 5);
      const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const fg2 = v128.shuffle<f32>(f, g, 2, 6, 3, 7);
      sum = madd(sum, v128.load_splat<f32>(q + place), v128.shuffle<f64>(ab, fg, 0, 2));
      sum = madd(sum, v128.load_splat<f32>(q + place, 4), v128.shuffle<f64>(ab, fg, 1, 3));
      sum = madd(sum, v128.load_splat<f32>(q + place, 8), v128.shuffle<f64>(ab2, fg2, 0, 2));
      sum = madd(sum, v128.load_splat<f32>(q + place, 12), v128.shuffle<f64>(ab2, fg2, 1, 3));
    }
    for (; e < d; e++) {
      const place = (<usize>e) << 2;
      let entries = v128.load_splat<f32>(k0 + place);
      entries = f32x4.replace_lane(entries, 1, load<f32>(k1 + place));
      entries = f32x4.replace_lane(entries, 2, load<f32>(k2 + place));
      entries = f32x4.replace_lane(entries, 3, load<f32>(k3 + place));
      sum = madd(sum, v128.load_splat<f32>(q + place), entries);
    }
    v128.store(scores + ((<usize>j) << 2), sum);
  }
}

/** out[e] = Σ_j weights[j]·values[j, e], in the order of the keys. */
function weightedValues(weights: usize, values: usize, stride: usize, d: i32, count: i32, out: usize): void {
  let e = 0;
  for (; e + 16 <= d; e += 16) {
    let from = values + ((<usize>e) << 2);
    let s0 = splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let j = 0; j < count; j++, from += stride) {
      const weight = v128.load_splat<f32>(weights + ((<usize>j) << 2));
      s0 = madd(s0, weight, v128.load(from));
      s1 = madd(s1, weight, v128.load(from, 16));
      s2 = madd(s2, weight, v128.load(from, 32));
      s3 = madd(s3, weight, v128.load(from, 48));
    }
    const place = out + ((<usize>e) << 2);
    v128.store(place, s0);
    v128.store(place, s1, 16);
    v128.store(place, s2, 32);
    v128.store(place, s3, 48);
  }
  const zero = splat(0);
  for (; e < d; e += 4) {
    let from = values + ((<usize>e) << 2);
    let sum = zero;
    for (let j = 0; j < count; j++, from += stride) {
      const weight = v128.load_splat<f32>(weights + ((<usize>j) << 2));
      sum = madd(sum, weight, loadPart(from, d - e, zero));
    }
    storePart(out + ((<usize>e) << 2), sum, d - e);
  }
}
