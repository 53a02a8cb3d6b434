// Transcendental functions on four floats, in plain multiplications, additions and divisions, so that the bits are the same on any
// machine. Within about 1e-7 of the true value, relatively, over the whole range. Polynomials: Moshier's Cephes library, single precision.

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}
/** acc + x·y, rounded twice. */
@inline
export function madd(acc: v128, x: v128, y: v128): v128 {
  return f32x4.add(acc, f32x4.mul(x, y));
}
@inline
function horner(acc: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(acc, x), splat(coefficient));
}
/** The four lanes added in a fixed order. */
@inline
export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}
@inline
export function maxLanes(x: v128): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max<f32>(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}
/** 1 to 3 floats at an address, the other lanes as in `rest`; 4 and more give a whole vector. */
@inline
export function loadPart(address: usize, count: i32, rest: v128): v128 {
  if (count >= 4) return v128.load(address);
  let x = f32x4.replace_lane(rest, 0, load<f32>(address));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(address, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(address, 8));
  return x;
}
/** Stores the first `count` lanes. */
@inline
export function storePart(address: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, x);
    return;
  }
  store<f32>(address, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(address, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(address, f32x4.extract_lane(x, 2), 8);
}

/** 2^n for whole −126 ≤ n ≤ 127. */
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x: 0 below −103.97, ∞ above 88.72. */
@inline
export function exp4(argument: v128): v128 {
  const x = f32x4.max(f32x4.min(argument, splat(89)), splat(-104));
  const k = f32x4.nearest(f32x4.mul(x, splat(1.44269504088896341)));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(k, splat(0.693359375))), f32x4.mul(k, splat(-2.12194440e-4)));
  let p = splat(1.9875691500e-4);
  p = horner(p, r, 1.3981999507e-3);
  p = horner(p, r, 8.3334519073e-3);
  p = horner(p, r, 4.1665795894e-2);
  p = horner(p, r, 1.6666665459e-1);
  p = horner(p, r, 5.0000001201e-1);
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), p), r), splat(1));
  // In two factors, so that subnormal results and ∞ come out right.
  const n = i32x4.trunc_sat_f32x4_s(k);
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** ln x; −∞ at 0, NaN below. */
@inline
export function log4(x: v128): v128 {
  const small = f32x4.lt(x, splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, splat(8388608)), x, small);
  const bits = i32x4.sub(scaled, i32x4.splat(0x3f3504f3)); // the bits of √½
  const exponent = i32x4.shr_s(bits, 23);
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(exponent, 23)), splat(1)); // √½ − 1 ≤ f < √2 − 1
  const e = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(small, splat(23)));
  const z = f32x4.mul(f, f);
  let p = splat(7.0376836292e-2);
  p = horner(p, f, -1.1514610310e-1);
  p = horner(p, f, 1.1676998740e-1);
  p = horner(p, f, -1.2420140846e-1);
  p = horner(p, f, 1.4249322787e-1);
  p = horner(p, f, -1.6668057665e-1);
  p = horner(p, f, 2.0000714765e-1);
  p = horner(p, f, -2.4999993993e-1);
  p = horner(p, f, 3.3333331174e-1);
  let y = f32x4.mul(f32x4.mul(f, z), p);
  y = f32x4.add(y, f32x4.mul(e, splat(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(z, splat(0.5)));
  y = f32x4.add(f32x4.add(f, y), f32x4.mul(e, splat(0.693359375)));
  y = v128.bitselect(splat(-Infinity), y, f32x4.eq(x, splat(0)));
  y = v128.bitselect(x, y, f32x4.eq(x, splat(Infinity)));
  return v128.bitselect(y, splat(NaN), f32x4.ge(x, splat(0)));
}

/** ln(1 + x) for x > −1: the rounding error of 1 + x is put back to first order. */
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(splat(1), x);
  const large = f32x4.gt(x, splat(1e8));
  const error = f32x4.div(f32x4.sub(x, f32x4.sub(u, splat(1))), u);
  return f32x4.add(log4(u), v128.andnot(v128.bitselect(splat(0), error, f32x4.le(x, splat(-1))), large));
}

/** tanh x. */
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = splat(-5.70498872745e-3);
  p = horner(p, z, 2.06390887954e-2);
  p = horner(p, z, -5.37397155531e-2);
  p = horner(p, z, 1.33314422036e-1);
  p = horner(p, z, -3.33332819422e-1);
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(x, z), p));
  const e = exp4(f32x4.add(size, size));
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(e, splat(1))));
  const signed = v128.bitselect(x, far, i32x4.splat(i32.MIN_VALUE));
  const result = v128.bitselect(near, signed, f32x4.lt(size, splat(0.625)));
  return v128.bitselect(result, x, f32x4.eq(x, x)); // NaN stays NaN
}

/** σ(x) = 1/(1 + e^{−x}), from e^{−|x|}, which cannot overflow. */
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(splat(1), e, f32x4.ge(x, splat(0)));
  return f32x4.div(numerator, f32x4.add(splat(1), e));
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^{−|x|}). */
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}

const geluScale: f32 = 0.7978845608028654; // √(2/π)
const geluCubic: f32 = 0.044715;

/** GPT-2's GELU is ½u(1 + tanh z) = u·σ(2z), z = √(2/π)(u + 0.044715u³): this is σ(2z), which its slope wants too. */
@inline
export function geluGate4(u: v128): v128 {
  const square = f32x4.mul(u, u);
  const z = f32x4.mul(u, f32x4.add(splat(geluScale), f32x4.mul(square, splat(geluScale * geluCubic))));
  return sigmoid4(f32x4.add(z, z));
}

/** d gelu/du = s + u·s·(1 − s)·2·dz/du, s = σ(2z). */
@inline
export function geluSlope4(u: v128, s: v128): v128 {
  const square = f32x4.mul(u, u);
  const slope = f32x4.add(
    splat(2 * geluScale),
    f32x4.mul(square, splat(6 * geluScale * geluCubic)),
  );
  const inner = f32x4.mul(f32x4.mul(u, f32x4.mul(s, f32x4.sub(splat(1), s))), slope);
  return f32x4.add(s, v128.bitselect(inner, splat(0), f32x4.lt(f32x4.abs(u), splat(1e6))));
}
