// Log-probabilities of chosen tokens, entropies and their gradients, a row of logits at a time.
import { run, setFloat, setInteger, setPointer, float, integer, pointer } from "./control";
import { Operation } from "./operations";
import { exp4, loadPart, log4, madd, maxLanes, splat, storePart, sumLanes } from "./vectorMath";

const rowGroup: i32 = 8;

@inline
function tilesOf(m: i32): i32 {
  return (m + rowGroup - 1) / rowGroup;
}

/** max z and ln Σ e^{z − max} of z = logits/temperature, written to statistics[0…1]. Sums in four chains, token v in chain v mod 4. */
function rowStatistics(logits: usize, v: i32, temperature: v128, statistics: usize): void {
  const low = splat(-Infinity);
  let top = low;
  for (let i = 0; i < v; i += 4)
    top = f32x4.max(top, f32x4.div(loadPart(logits + ((<usize>i) << 2), v - i, low), temperature));
  const largest = maxLanes(top);
  let sum = splat(0);
  for (let i = 0; i < v; i += 4) {
    const z = f32x4.div(loadPart(logits + ((<usize>i) << 2), v - i, low), temperature);
    sum = f32x4.add(sum, exp4(f32x4.sub(z, splat(largest))));
  }
  store<f32>(statistics, largest);
  store<f32>(statistics, f32x4.extract_lane(log4(splat(sumLanes(sum))), 0), 4);
}

/** out [m] = ln softmax(logits/temperature)[targets]; statistics [m, 2] are kept for the gradient. */
export function tokenLogprobs(
  logits: usize,
  targets: usize,
  out: usize,
  statistics: usize,
  m: i32,
  v: i32,
  temperature: f32,
): void {
  setPointer(0, logits);
  setPointer(1, targets);
  setPointer(2, out);
  setPointer(3, statistics);
  setInteger(4, m);
  setInteger(5, v);
  setFloat(6, temperature);
  run(Operation.tokenLogprobsTile, tilesOf(m));
}

export function tokenLogprobsTile(tile: i32): void {
  const v = integer(5);
  const temperature = float(6);
  for (let row = tile * rowGroup; row < min((tile + 1) * rowGroup, integer(4)); row++) {
    const logits = pointer(0) + ((<usize>row * <usize>v) << 2);
    const statistics = pointer(3) + ((<usize>row) << 3);
    rowStatistics(logits, v, splat(temperature), statistics);
    const target = load<i32>(pointer(1) + ((<usize>row) << 2));
    const known = target >= 0 && target < v;
    const z: f32 = known ? load<f32>(logits + ((<usize>target) << 2)) / temperature : NaN;
    store<f32>(pointer(2) + ((<usize>row) << 2), z - load<f32>(statistics) - load<f32>(statistics, 4));
  }
}

/** dlogits [m, v] = dy·([v = target] − softmax)/temperature. */
export function tokenLogprobsBackward(
  dy: usize,
  logits: usize,
  targets: usize,
  statistics: usize,
  dlogits: usize,
  m: i32,
  v: i32,
  temperature: f32,
): void {
  setPointer(0, logits);
  setPointer(1, targets);
  setPointer(2, dy);
  setPointer(3, statistics);
  setInteger(4, m);
  setInteger(5, v);
  setFloat(6, temperature);
  setPointer(7, dlogits);
  run(Operation.tokenLogprobsBackwardTile, tilesOf(m));
}

export function tokenLogprobsBackwardTile(tile: i32): void {
  const v = integer(5);
  const temperature = float(6);
  const zero = splat(0);
  for (let row = tile * rowGroup; row < min((tile + 1) * rowGroup, integer(4)); row++) {
    const offset = (<usize>row * <usize>v) << 2;
    const factor: f32 = load<f32>(pointer(2) + ((<usize>row) << 2)) / temperature;
    if (factor == 0) {
      memory.fill(pointer(7) + offset, 0, (<usize>v) << 2); // masked rows cost nothing
      continue;
    }
    const statistics = pointer(3) + ((<usize>row) << 3);
    const largest = v128.load_splat<f32>(statistics);
    const logSum = v128.load_splat<f32>(statistics, 4);
    const minus = splat(-factor);
    for (let i = 0; i < v; i += 4) {
      const place = offset + ((<usize>i) << 2);
      const z = f32x4.div(loadPart(pointer(0) + place, v - i, zero), splat(temperature));
      const p = exp4(f32x4.sub(f32x4.sub(z, largest), logSum));
      storePart(pointer(7) + place, f32x4.mul(p, minus), v - i);
    }
    const target = load<i32>(pointer(1) + ((<usize>row) << 2));
    if (target < 0 || target >= v) continue;
    const place = pointer(7) + offset + ((<usize>target) << 2);
    store<f32>(place, load<f32>(place) + factor);
  }
}

/** out [m] = −Σ p ln p of p = softmax(logits/temperature); statistics [m, 2] are kept for the gradient. */
export function entropy(
  logits: usize,
  out: usize,
  statistics: usize,
  m: i32,
  v: i32,
  temperature: f32,
): void {
  setPointer(0, logits);
  setPointer(2, out);
  setPointer(3, statistics);
  setInteger(4, m);
  setInteger(5, v);
  setFloat(6, temperature);
  run(Operation.entropyTile, tilesOf(m));
}

export function entropyTile(tile: i32): void {
  const v = integer(5);
  const temperature = splat(float(6));
  const low = splat(-Infinity);
  for (let row = tile * rowGroup; row < min((tile + 1) * rowGroup, integer(4)); row++) {
    const logits = pointer(0) + ((<usize>row * <usize>v) << 2);
    const statistics = pointer(3) + ((<usize>row) << 3);
    rowStatistics(logits, v, temperature, statistics);
    const largest = v128.load_splat<f32>(statistics);
    const logSum = v128.load_splat<f32>(statistics, 4);
    let sum = splat(0);
    for (let i = 0; i < v; i += 4) {
      const z = f32x4.div(loadPart(logits + ((<usize>i) << 2), v - i, low), temperature);
      const logprob = f32x4.sub(f32x4.sub(z, largest), logSum);
      // p·ln p is 0 where p is 0, also for a logit of −∞.
      sum = madd(sum, exp4(logprob), f32x4.max(logprob, splat(-200)));
    }
    store<f32>(pointer(2) + ((<usize>row) << 2), -sumLanes(sum));
  }
}

/** dlogits [m, v] = −dy·p·(ln p + H)/temperature. */
export function entropyBackward(
  dy: usize,
  logits: usize,
  entropies: usize,
  statistics: usize,
  dlogits: usize,
  m: i32,
  v: i32,
  temperature: f32,
): void {
  setPointer(0, logits);
  setPointer(1, entropies);
  setPointer(2, dy);
  setPointer(3, statistics);
  setInteger(4, m);
  setInteger(5, v);
  setFloat(6, temperature);
  setPointer(7, dlogits);
  run(Operation.entropyBackwardTile, tilesOf(m));
}

export function entropyBackwardTile(tile: i32): void {
  const v = integer(5);
  const temperature = float(6);
  const low = splat(-Infinity);
  for (let row = tile * rowGroup; row < min((tile + 1) * rowGroup, integer(4)); row++) {
    const offset = (<usize>row * <usize>v) << 2;
    const factor = splat(-load<f32>(pointer(2) + ((<usize>row) << 2)) / temperature);
    const h = v128.load_splat<f32>(pointer(1) + ((<usize>row) << 2));
    const statistics = pointer(3) + ((<usize>row) << 3);
    const largest = v128.load_splat<f32>(statistics);
    const logSum = v128.load_splat<f32>(statistics, 4);
    for (let i = 0; i < v; i += 4) {
      const place = offset + ((<usize>i) << 2);
      const z = f32x4.div(loadPart(pointer(0) + place, v - i, low), splat(temperature));
      const logprob = f32x4.sub(f32x4.sub(z, largest), logSum);
      const inner = f32x4.add(f32x4.max(logprob, splat(-200)), h);
      storePart(pointer(7) + place, f32x4.mul(f32x4.mul(exp4(logprob), inner), factor), v - i);
    }
  }
}
