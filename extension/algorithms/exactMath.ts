/**
 * Exponentials, logarithms and circular functions in plain IEEE double arithmetic.
 *
 * The language leaves the last bits of Math.exp, Math.log, Math.tanh, `**` and the like to the engine, so two machines may differ. Here
 * only +, −, ×, ÷ and exact powers of two are used, which the standard fixes, so the bits are the same everywhere. Each function is
 * within two units in the last place of the true value (pow in parts of its range a little more, as it says).
 */

/** ln 2 in two parts: the first has 32 bits after the point, so that its product with an exponent is exact. */
const ln2High = 0.6931471806019545;
const ln2Low = -4.2009150726810846e-11;
const inverseLn2 = 1.4426950408889634;
/** π/2 in three parts of about 32 bits, 32 bits and the rest. */
const halfPiHigh = 1.5707963267341256;
const halfPiMiddle = 6.077100509014471e-11;
const halfPiLow = -2.508278806334166e-20;
const inverseHalfPi = 0.6366197723675814;
const sqrt2 = 1.4142135623730951;
const twoTo54 = 18014398509481984;

const smallestExponent = -1074;
/** 2^-1074 … 2^1023, exact, subnormal numbers included. */
const powersOfTwo = new Float64Array(2098);
powersOfTwo[-smallestExponent] = 1;
for (let i = 1 - smallestExponent; i < powersOfTwo.length; i++) powersOfTwo[i] = powersOfTwo[i - 1] * 2;
for (let i = -1 - smallestExponent; i >= 0; i--) powersOfTwo[i] = powersOfTwo[i + 1] / 2;

/** x·2^e for ½ ≤ |x| ≤ 2 and −1075 ≤ e ≤ 1024, rounded once. */
function scale(x: number, e: number): number {
  if (e > 1023) return x * 2 * powersOfTwo[1023 - smallestExponent];
  return e < smallestExponent ? (x / 2) * powersOfTwo[0] : x * powersOfTwo[e - smallestExponent];
}

/** 1/first!, 1/(first + stride)!, … 1/last!; with stride 2 the signs alternate, the first as given. Factorials to 20! stay exact. */
function reciprocalFactorials(first: number, last: number, stride: 1 | 2, firstSign: 1 | -1): number[] {
  const result: number[] = [];
  let factorial = 1;
  let sign: number = firstSign;
  for (let n = 1; n <= last; n++) {
    factorial *= n;
    if (n < first || (n - first) % stride !== 0) continue;
    result.push(sign / factorial);
    if (stride === 2) sign = -sign;
  }
  return result;
}

/** e^r = 1 + r + r²/2! + …: the coefficients of r², r³, … r¹⁵. */
const exponentialSeries = reciprocalFactorials(2, 15, 1, 1);
/** sin r = r − r³/3! + …: the coefficients of r³, r⁵, … r¹⁹. */
const sineSeries = reciprocalFactorials(3, 19, 2, -1);
/** cos r = 1 − r²/2! + r⁴/4! − …: the coefficients of r⁴, r⁶, … r²⁰. */
const cosineSeries = reciprocalFactorials(4, 20, 2, 1);
/** 2·atanh s = 2s + s·(2/3·s² + 2/5·s⁴ + …): the coefficients of s², s⁴, … in the bracket. */
const atanhSeries = Array.from({ length: 12 }, (_, i) => 2 / (2 * i + 3));

/** c₀ + c₁·x + c₂·x² + … by Horner's rule. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}

/** e^r − 1 for |r| ≤ ½. */
function smallExpm1(r: number): number {
  return r + r * r * polynomial(exponentialSeries, r);
}

/** e^x. */
export function exp(x: number): number {
  if (!(x < 709.782712893384)) return x >= 709.782712893384 ? Infinity : NaN;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * inverseLn2 + 0.5);
  return scale(1 + smallExpm1(x - k * ln2High - k * ln2Low), k);
}

/** e^x − 1, accurate near 0, where the difference of e^x and 1 would not be. */
export function expm1(x: number): number {
  if (Math.abs(x) < 1e-300 || Number.isNaN(x)) return x;
  if (x < -38) return -1;
  if (x > 38) return exp(x);
  if (Math.abs(x) < 0.5) return smallExpm1(x);
  const k = Math.floor(x * inverseLn2 + 0.5);
  return scale(smallExpm1(x - k * ln2High - k * ln2Low) + (1 - scale(1, -k)), k);
}

const bits = new DataView(new ArrayBuffer(8));

/** The m and e of x = m·2^e with √½ ≤ m < √2, for positive finite x. */
function splitExponent(x: number): { readonly m: number; readonly e: number } {
  const subnormal = x < 2.2250738585072014e-308;
  bits.setFloat64(0, subnormal ? x * twoTo54 : x);
  const high = bits.getUint32(0);
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  const m = bits.getFloat64(0);
  const e = (high >>> 20) - 1023 - (subnormal ? 54 : 0);
  return m < sqrt2 ? { m, e } : { m: m / 2, e: e + 1 };
}

/**
 * ln x, in nats; −∞ at 0 and NaN below.
 *
 *   x = 2^e·(1 + f),  s = f/(2 + f),  ln(1 + f) = 2·atanh s = f − f²/2 + s·(f²/2 + 2/3·s² + 2/5·s⁴ + …)
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return Infinity;
  const { m, e } = splitExponent(x);
  const f = m - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const half = 0.5 * f * f;
  const rest = s * (half + s2 * polynomial(atanhSeries, s2));
  return e * ln2High - (half - (rest + e * ln2Low) - f);
}

/** ln(1 + x), accurate near 0: the rounding error of 1 + x is put back to first order. */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  if (!(u > 0) || u === Infinity) return log(u);
  const error = Math.abs(x) < 1 ? x - (u - 1) : 1 - (u - x);
  return log(u) + error / u;
}

/** tanh x = (e^{2x} − 1)/(e^{2x} + 1). */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a < 1e-300 || Number.isNaN(x)) return x;
  if (a > 22) return Math.sign(x);
  const t = expm1(2 * a);
  const result = a < 1 ? t / (t + 2) : 1 - 2 / (t + 2);
  return x < 0 ? -result : result;
}

/** σ(x) = 1/(1 + e^{−x}). */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const e = exp(x);
  return e / (1 + e);
}

/** ln(1 + e^x); −softplus(−x) is ln σ(x). */
export function softplus(x: number): number {
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)));
}

/** x = k·π/2 + high + low with |high| ≤ π/4. Throws RangeError beyond 2^20, where three parts of π no longer suffice. */
function reduceByHalfPi(x: number): {
  readonly quadrant: number;
  readonly high: number;
  readonly low: number;
} {
  if (Math.abs(x) > 1048576)
    throw new RangeError(`sin and cos are made for angles up to 2^20 in size, not ${x}`);
  const k = Math.floor(x * inverseHalfPi + 0.5);
  const first = x - k * halfPiHigh;
  const product = k * halfPiMiddle;
  const second = first - product;
  const rest = first - second - product - k * halfPiLow;
  const high = second + rest;
  return { quadrant: ((k % 4) + 4) % 4, high, low: second - high + rest };
}

/** sin(high + low) for |high| ≤ π/4. */
function smallSine(high: number, low: number): number {
  const square = high * high;
  return high + (high * square * polynomial(sineSeries, square) + low * (1 - square / 2));
}

/** cos(high + low) for |high| ≤ π/4. */
function smallCosine(high: number, low: number): number {
  const square = high * high;
  const half = square / 2;
  const first = 1 - half;
  return first + (1 - first - half + (square * square * polynomial(cosineSeries, square) - high * low));
}

/** sin x, x in radians, |x| ≤ 2^20; NaN for NaN and ±∞. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (x === 0) return x;
  const { quadrant, high, low } = reduceByHalfPi(x);
  const size = quadrant % 2 === 0 ? smallSine(high, low) : smallCosine(high, low);
  return quadrant < 2 ? size : -size;
}

/** cos x, x in radians, |x| ≤ 2^20; NaN for NaN and ±∞. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  const { quadrant, high, low } = reduceByHalfPi(x);
  const size = quadrant % 2 === 0 ? smallCosine(high, low) : smallSine(high, low);
  return quadrant === 0 || quadrant === 3 ? size : -size;
}

/** A number as a sum of two doubles, the second far below the first. */
type Pair = readonly [high: number, low: number];

/** The product of two such sums; its error is near 2^-100 of it. */
function multiply([a, aLow]: Pair, [b, bLow]: Pair): Pair {
  const product = a * b;
  const aHigh = a * 134217729 - (a * 134217729 - a); // 2^27 + 1 cuts a double into halves whose products are exact
  const bHigh = b * 134217729 - (b * 134217729 - b);
  const aRest = a - aHigh;
  const bRest = b - bHigh;
  const error = aHigh * bHigh - product + aHigh * bRest + aRest * bHigh + aRest * bRest;
  const low = error + (a * bLow + aLow * b);
  const high = product + low;
  return [high, product - high + low];
}

/** x^n for a whole n ≥ 0, where no square on the way leaves the range of doubles. */
function wholePower(x: number, n: number): number {
  let result: Pair = [1, 0];
  let square: Pair = [x, 0];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    if (rest > 1) square = multiply(square, square);
  }
  return result[0];
}

/**
 * x^y for x ≥ 0: by squaring for the whole part of y, e^{y·ln x} for its fraction.
 * While the result is between 10^-150 and 10^150 it is within two units in the last place for whole y, and within 2 + |ln x| for others;
 * beyond, the error grows with |y·ln x|. Throws RangeError for a negative x.
 */
export function pow(x: number, y: number): number {
  if (x < 0) throw new RangeError(`pow takes a base of at least 0, not ${x}`);
  if (y === 0) return 1;
  const exponent = y * log(x);
  if (!(Math.abs(exponent) < 346)) return exp(exponent);
  const whole = Math.floor(Math.abs(y));
  const fraction = Math.abs(y) - whole;
  const size = wholePower(x, whole) * (fraction === 0 ? 1 : exp(fraction * log(x)));
  return y < 0 ? 1 / size : size;
}
