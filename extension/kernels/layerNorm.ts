// Layer normalisation over the last axis: (x − mean)·inverse·gain + bias, inverse = 1/√(variance + 1e-5).
import { run, setInteger, setPointer, integer, pointer } from "./control";
import { Operation } from "./operations";
import { loadPart, madd, splat, storePart, sumLanes } from "./vectorMath";

const rowGroup: i32 = 32;
const epsilon: f32 = 1e-5;

/** x, out [n, c]; gain, bias [c]; statistics [n, 2]: mean and inverse, kept for the gradient. */
export function layerNorm(
  x: usize,
  gain: usize,
  bias: usize,
  out: usize,
  statistics: usize,
  n: i32,
  c: i32,
): void {
  setPointer(0, x);
  setPointer(1, gain);
  setPointer(2, bias);
  setPointer(3, out);
  setPointer(4, statistics);
  setInteger(5, n);
  setInteger(6, c);
  run(Operation.layerNormTile, (n + rowGroup - 1) / rowGroup);
}

export function layerNormTile(tile: i32): void {
  const c = integer(6);
  const width = (<usize>c) << 2;
  const last = min((tile + 1) * rowGroup, integer(5));
  for (let row = tile * rowGroup; row < last; row++) {
    const x = pointer(0) + <usize>row * width;
    const out = pointer(3) + <usize>row * width;
    const mean = rowSum(x, c) / <f32>c;
    const variance = squaredDistances(x, mean, c) / <f32>c;
    const inverse: f32 = <f32>1 / sqrt<f32>(variance + epsilon);
    const statistics = pointer(4) + ((<usize>row) << 3);
    store<f32>(statistics, mean);
    store<f32>(statistics, inverse, 4);
    const zero = splat(0);
    for (let i = 0; i < c; i += 4) {
      const place = (<usize>i) << 2;
      const left = c - i;
      const normal = f32x4.mul(f32x4.sub(loadPart(x + place, left, zero), splat(mean)), splat(inverse));
      const scaled = f32x4.mul(normal, loadPart(pointer(1) + place, left, zero));
      storePart(out + place, f32x4.add(scaled, loadPart(pointer(2) + place, left, zero)), left);
    }
  }
}

/** Σ x over a row, four chains. */
function rowSum(x: usize, c: i32): f32 {
  const zero = splat(0);
  let sum = zero;
  for (let i = 0; i < c; i += 4, x += 16) sum = f32x4.add(sum, loadPart(x, c - i, zero));
  return sumLanes(sum);
}

function squaredDistances(x: usize, mean: f32, c: i32): f32 {
  const centre = splat(mean);
  let sum = splat(0);
  for (let i = 0; i < c; i += 4, x += 16) {
    const d = f32x4.sub(loadPart(x, c - i, centre), centre);
    sum = madd(sum, d, d);
  }
  return sumLanes(sum);
}

/**
 * With h = (x − mean)·inverse and g = dy·gain:
 *   dx = inverse·(g − mean(g) − h·mean(g·h)),  dgain = Σ_n dy·h,  dbias = Σ_n dy
 */
export function layerNormBackward(
  dy: usize,
  x: usize,
  gain: usize,
  statistics: usize,
  dx: usize,
  dGain: usize,
  dBias: usize,
  n: i32,
  c: i32,
): void {
  setPointer(0, dy);
  setPointer(1, x);
  setPointer(2, gain);
  setPointer(3, statistics);
  setPointer(4, dx);
  setPointer(5, dGain);
  setPointer(6, dBias);
  setInteger(7, n);
  setInteger(8, c);
  run(Operation.layerNormInputTile, (n + rowGroup - 1) / rowGroup);
  run(Operation.layerNormParameterTile, (c + 15) / 16);
}

export function layerNormInputTile(tile: i32): void {
  const c = integer(8);
  const width = (<usize>c) << 2;
  const last = min((tile + 1) * rowGroup, integer(7));
  const zero = splat(0);
  for (let row = tile * rowGroup; row < last; row++) {
    const offset = <usize>row * width;
    const dy = pointer(0) + offset;
    const x = pointer(1) + offset;
    const dx = pointer(4) + offset;
    const statistics = pointer(3) + ((<usize>row) << 3);
    const mean = v128.load_splat<f32>(statistics);
    const inverse = v128.load_splat<f32>(statistics, 4);
    let sum = zero;
    let product = zero;
    for (let i = 0; i < c; i += 4) {
      const place = (<usize>i) << 2;
      const left = c - i;
      const g = f32x4.mul(loadPart(dy + place, left, zero), loadPart(pointer(2) + place, left, zero));
      const h = f32x4.mul(f32x4.sub(loadPart(x + place, left, mean), mean), inverse);
      sum = f32x4.add(sum, g);
      product = madd(product, g, h);
    }
    const meanSum = splat(sumLanes(sum) / <f32>c);
    const meanProduct = splat(sumLanes(product) / <f32>c);
    for (let i = 0; i < c; i += 4) {
      const place = (<usize>i) << 2;
      const left = c - i;
      const g = f32x4.mul(loadPart(dy + place, left, zero), loadPart(pointer(2) + place, left, zero));
      const h = f32x4.mul(f32x4.sub(loadPart(x + place, left, mean), mean), inverse);
      const d = f32x4.sub(f32x4.sub(g, meanSum), f32x4.mul(h, meanProduct));
      storePart(dx + place, f32x4.mul(d, inverse), left);
    }
  }
}

export function layerNormParameterTile(tile: i32): void {
  const n = integer(7);
  const c = integer(8);
  const width = (<usize>c) << 2;
  const zero = splat(0);
  for (let column = tile * 16; column < min(tile * 16 + 16, c); column += 4) {
    const left = c - column;
    const offset = (<usize>column) << 2;
    let gainSum = zero;
    let biasSum = zero;
    for (let row = 0; row < n; row++) {
      const place = <usize>row * width + offset;
      const statistics = pointer(3) + ((<usize>row) << 3);
      const mean = v128.load_splat<f32>(statistics);
      const dy = loadPart(pointer(0) + place, left, zero);
      const h = f32x4.mul(
        f32x4.sub(loadPart(pointer(1) + place, left, mean), mean),
        v128.load_splat<f32>(statistics, 4),
      );
      gainSum = madd(gainSum, dy, h);
      biasSum = f32x4.add(biasSum, dy);
    }
    storePart(pointer(5) + offset, gainSum, left);
    storePart(pointer(6) + offset, biasSum, left);
  }
}
