// Adam, sums of squares and blends, in place.
import { run, setFloat, setInteger, setPointer, float, integer, pointer } from "./control";
import { Operation } from "./operations";
import { loadPart, madd, splat, storePart } from "./vectorMath";

const chunk: i32 = 8192;

@inline
function tilesOf(size: i32): i32 {
  return (size + chunk - 1) / chunk;
}

/** One Adam step; `step` [4] holds learning rate, 1/(1−β1^t), 1/(1−β2^t) and the gradient's factor. See TransformerOps.adamUpdate. */
export function adamUpdate(
  weight: usize,
  gradient: usize,
  m: usize,
  v: usize,
  step: usize,
  size: i32,
  beta1: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  epsilon: f32,
  weightDecay: f32,
): void {
  setPointer(0, weight);
  setPointer(1, gradient);
  setPointer(2, m);
  setPointer(3, v);
  setPointer(4, step);
  setInteger(5, size);
  setFloat(6, beta1);
  setFloat(7, oneMinusBeta1);
  setFloat(8, beta2);
  setFloat(9, oneMinusBeta2);
  setFloat(10, epsilon);
  setFloat(11, weightDecay);
  run(Operation.adamTile, tilesOf(size));
}

export function adamTile(tile: i32): void {
  const first = (<usize>(tile * chunk)) << 2;
  const count = min(chunk, integer(5) - tile * chunk);
  const rate = v128.load_splat<f32>(pointer(4));
  const correction1 = v128.load_splat<f32>(pointer(4), 4);
  const correction2 = v128.load_splat<f32>(pointer(4), 8);
  const factor = v128.load_splat<f32>(pointer(4), 12);
  const beta1 = splat(float(6));
  const rest1 = splat(float(7));
  const beta2 = splat(float(8));
  const rest2 = splat(float(9));
  const epsilon = splat(float(10));
  const decay = splat(float(11));
  const zero = splat(0);
  for (let i = 0; i < count; i += 4) {
    const place = first + ((<usize>i) << 2);
    const left = count - i;
    const g = f32x4.mul(loadPart(pointer(1) + place, left, zero), factor);
    const m = f32x4.add(f32x4.mul(loadPart(pointer(2) + place, left, zero), beta1), f32x4.mul(g, rest1));
    const v = f32x4.add(
      f32x4.mul(loadPart(pointer(3) + place, left, zero), beta2),
      f32x4.mul(f32x4.mul(g, g), rest2),
    );
    const w = loadPart(pointer(0) + place, left, zero);
    const direction = f32x4.div(
      f32x4.mul(m, correction1),
      f32x4.add(f32x4.sqrt(f32x4.mul(v, correction2)), epsilon),
    );
    storePart(pointer(2) + place, m, left);
    storePart(pointer(3) + place, v, left);
    storePart(pointer(0) + place, f32x4.sub(w, f32x4.mul(rate, madd(direction, w, decay))), left);
  }
}

/** partial[tile] (f64) = Σ x² over a chunk. The caller adds the chunks in order with `sumPartials`. */
export function squaresByChunk(x: usize, partial: usize, size: i32): void {
  setPointer(0, x);
  setPointer(1, partial);
  setInteger(2, size);
  run(Operation.squaresTile, tilesOf(size));
}

export function squaresTile(tile: i32): void {
  const first = (<usize>(tile * chunk)) << 2;
  const count = min(chunk, integer(2) - tile * chunk);
  let low = f64x2.splat(0);
  let high = low;
  const zero = splat(0);
  for (let i = 0; i < count; i += 4) {
    const x = loadPart(pointer(0) + first + ((<usize>i) << 2), count - i, zero);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  const to = pointer(1) + ((<usize>tile) << 3);
  store<f64>(to, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/** out (f32) = Σ partial[0…count), in order. */
export function sumPartials(partial: usize, out: usize, count: i32): void {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += load<f64>(partial + ((<usize>i) << 3));
  store<f32>(out, <f32>sum);
}

/** How many chunks `squaresByChunk` makes. */
export function chunksOf(size: i32): i32 {
  return tilesOf(size);
}

/** target = a·target + b·x; with a = 0 just b·x, whatever target held. */
export function blend(target: usize, a: f32, x: usize, b: f32, size: i32): void {
  setPointer(0, target);
  setPointer(1, x);
  setFloat(2, a);
  setFloat(3, b);
  setInteger(4, size);
  run(Operation.blendTile, tilesOf(size));
}

export function blendTile(tile: i32): void {
  const first = (<usize>(tile * chunk)) << 2;
  const count = min(chunk, integer(4) - tile * chunk);
  const a = float(2);
  const b = splat(float(3));
  const zero = splat(0);
  for (let i = 0; i < count; i += 4) {
    const place = first + ((<usize>i) << 2);
    const left = count - i;
    let result = f32x4.mul(loadPart(pointer(1) + place, left, zero), b);
    if (a != 0) result = f32x4.add(f32x4.mul(loadPart(pointer(0) + place, left, zero), splat(a)), result);
    storePart(pointer(0) + place, result, left);
  }
}
