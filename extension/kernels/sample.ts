// Gumbel-max sampling with the counter-based generator of algorithms/counterRng.ts: the same hash, so the same uniform numbers.
import { run, setFloat, setInteger, setPointer, float, integer, pointer } from "./control";
import { Operation } from "./operations";
import { loadPart, log4, splat } from "./vectorMath";

/** tokens int32 [b] = argmax_v logits/temperature + Gumbel noise of (seed, position, v); plain argmax at temperature 0. */
export function sampleTokens(
  logits: usize,
  seeds: usize,
  positions: usize,
  tokens: usize,
  b: i32,
  v: i32,
  temperature: f32,
): void {
  setPointer(0, logits);
  setPointer(1, seeds);
  setPointer(2, positions);
  setPointer(3, tokens);
  setInteger(4, v);
  setFloat(5, temperature);
  run(Operation.sampleTile, b);
}

export function sampleTile(row: i32): void {
  const v = integer(4);
  const temperature = float(5);
  const offset = (<usize>row) << 2;
  const logits = pointer(0) + offset * <usize>v;
  const key = streamKey(load<i32>(pointer(1) + offset), load<i32>(pointer(2) + offset));
  const low = splat(-Infinity);
  let best = low;
  let bestTokens = i32x4.splat(0);
  let tokens = i32x4(0, 1, 2, 3);
  for (let i = 0; i < v; i += 4) {
    let x = loadPart(logits + ((<usize>i) << 2), v - i, low);
    if (temperature != 0) x = f32x4.add(f32x4.div(x, splat(temperature)), gumbel(hash(key, tokens)));
    const better = f32x4.gt(x, best); // strictly: the first of equals stays
    best = v128.bitselect(x, best, better);
    bestTokens = v128.bitselect(tokens, bestTokens, better);
    tokens = i32x4.add(tokens, i32x4.splat(4));
  }
  let score = f32x4.extract_lane(best, 0);
  let token = i32x4.extract_lane(bestTokens, 0);
  for (let lane = 1; lane < 4; lane++) {
    best = v128.shuffle<i32>(best, best, 1, 2, 3, 0);
    bestTokens = v128.shuffle<i32>(bestTokens, bestTokens, 1, 2, 3, 0);
    const other = f32x4.extract_lane(best, 0);
    const otherToken = i32x4.extract_lane(bestTokens, 0);
    if (other > score || (other == score && otherToken < token)) {
      score = other;
      token = otherToken;
    }
  }
  store<i32>(pointer(3) + offset, token);
}

/** The generator's state after seed and first counter. */
@inline
function streamKey(seed: i32, position: i32): i32 {
  return mix(mix(seed ^ 0x9e3779b9) ^ ((position + 1) * 0xc2b2ae35));
}

@inline
function mix(x: i32): i32 {
  x ^= x >>> 16;
  x *= 0x7feb352d;
  x ^= x >>> 15;
  x *= 0x846ca68b;
  return x ^ (x >>> 16);
}

/** The generator's upper 24 bits for four second counters. */
@inline
function hash(key: i32, counters: v128): v128 {
  const one = i32x4.splat(1);
  let x = v128.xor(
    i32x4.splat(key),
    i32x4.mul(i32x4.add(counters, one), i32x4.splat(0x27d4eb2f)),
  );
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(0x846ca68b));
  x = v128.xor(x, i32x4.shr_u(x, 16));
  return i32x4.shr_u(x, 8);
}

/**
 * −ln(−ln u), u = (k + ½)/2^24. u itself needs 25 bits above ½, but 1 − u has 24 there: so −ln u is ln of u below ½, and above it
 * 2·atanh s, s = (1 − u)/(1 + u), as a series up to s¹³ (s ≤ ⅓: the rest is below 2e-8 of the value).
 */
@inline
function gumbel(k: v128): v128 {
  const unit: f32 = 5.9604644775390625e-8; // 2^-24
  const below = i32x4.lt_s(k, i32x4.splat(8388608));
  const count = f32x4.convert_i32x4_s(v128.bitselect(k, i32x4.sub(i32x4.splat(16777215), k), below));
  const part = f32x4.mul(f32x4.add(count, splat(0.5)), splat(unit)); // u, or 1 − u: exact
  const s = f32x4.div(part, f32x4.sub(splat(2), part));
  const z = f32x4.mul(s, s);
  let p = splat(1.0 / 13);
  p = f32x4.add(f32x4.mul(p, z), splat(1.0 / 11));
  p = f32x4.add(f32x4.mul(p, z), splat(1.0 / 9));
  p = f32x4.add(f32x4.mul(p, z), splat(1.0 / 7));
  p = f32x4.add(f32x4.mul(p, z), splat(1.0 / 5));
  p = f32x4.add(f32x4.mul(p, z), splat(1.0 / 3));
  p = f32x4.mul(f32x4.mul(p, z), s);
  const far = f32x4.add(s, p);
  const surprise = v128.bitselect(f32x4.neg(log4(part)), f32x4.add(far, far), below);
  return f32x4.neg(log4(surprise));
}
