/**
 * A uniform number in (0, 1) that depends on three 32-bit integers alone: no state, so every row and position has its own draws.
 * kernels/sample.ts has the same function: both backends draw the same tokens. The mixing constants are Wellons's "lowbias32" (2018).
 */
export function counterUniform(seed: number, counter1: number, counter2: number): number {
  return counterUniforms(seed, counter1)(counter2);
}

/** `counterUniform` for many values of the last counter: half the work for each. */
export function counterUniforms(seed: number, counter1: number): (counter2: number) => number {
  const key = mix(mix(seed ^ 0x9e3779b9) ^ Math.imul(counter1 + 1, 0xc2b2ae35));
  return (counter2) => {
    const bits = mix(key ^ Math.imul(counter2 + 1, 0x27d4eb2f));
    return ((bits >>> 8) + 0.5) / 16777216;
  };
}

function mix(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}
