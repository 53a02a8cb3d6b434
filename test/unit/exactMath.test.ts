import assert from "node:assert/strict";
import * as exactMath from "../../extension/algorithms/exactMath";
import golden from "../golden/exactMath.json";
import { ulpDistance } from "../support/ulpDistance";

const { exp, expm1, log, log1p, tanh, sigmoid, softplus, sin, cos, pow } = exactMath;

/** The greatest distance from the expected values, in units in the last place. */
function worst(f: (x: number) => number, cases: readonly number[][]): number {
  return Math.max(...cases.map(([x, expected]) => ulpDistance(f(x), expected)));
}

describe("exactMath", () => {
  const functions = { exp, expm1, log, log1p, tanh, sigmoid, softplus, sin, cos };
  for (const [name, f] of Object.entries(functions)) {
    it(`${name}() is within two units in the last place of the true value`, () => {
      const cases = golden[name as keyof typeof functions];
      assert.ok(cases.length >= 120);
      assert.ok(worst(f, cases) <= 2, `${worst(f, cases)} units`);
    });
  }

  it("pow() is within two units for whole exponents and 2 + |ln x| for others", () => {
    for (const [x, y, expected] of golden.pow) {
      const allowed = Number.isInteger(y) ? 2 : 2 + Math.abs(Math.log(x));
      assert.ok(ulpDistance(pow(x, y), expected) <= allowed, `pow(${x}, ${y})`);
    }
  });

  // The platform's own functions are within one or two units themselves.
  const grids: readonly [string, (x: number) => number, (x: number) => number, number, number][] = [
    ["exp", exp, Math.exp, -740, 709.7],
    ["expm1", expm1, Math.expm1, -4, 4],
    ["log", log, Math.log, 1e-9, 5],
    ["log1p", log1p, Math.log1p, -0.99, 5],
    ["tanh", tanh, Math.tanh, -25, 25],
    ["sin", sin, Math.sin, -1e6, 1e6],
    ["cos", cos, Math.cos, -1e6, 1e6],
  ];
  for (const [name, ours, theirs, low, high] of grids) {
    it(`${name}() is close to Math.${name} on a dense grid`, () => {
      for (let i = 0; i <= 40_000; i++) {
        const x = low + ((high - low) * i) / 40_000;
        const distance = ulpDistance(ours(x), theirs(x));
        assert.ok(distance <= 3, `${name}(${x}) is ${ours(x)}, ${distance} units from ${theirs(x)}`);
      }
    });
  }

  it("functions have the limits of their definitions", () => {
    const cases: readonly [number, number][] = [
      [exp(0), 1],
      [exp(710), Infinity],
      [exp(Infinity), Infinity],
      [exp(-746), 0],
      [exp(-Infinity), 0],
      [exp(-745), 5e-324],
      [expm1(-Infinity), -1],
      [expm1(Infinity), Infinity],
      [expm1(-0), -0],
      [log(1), 0],
      [log(0), -Infinity],
      [log(-0), -Infinity],
      [log(Infinity), Infinity],
      [log(5e-324), -744.4400719213812],
      [log1p(-1), -Infinity],
      [log1p(Infinity), Infinity],
      [log1p(-0), -0],
      [log1p(1e-300), 1e-300],
      [tanh(Infinity), 1],
      [tanh(-Infinity), -1],
      [tanh(-0), -0],
      [sigmoid(0), 0.5],
      [sigmoid(-800), 0],
      [sigmoid(Infinity), 1],
      [sigmoid(-Infinity), 0],
      [softplus(-Infinity), 0],
      [softplus(Infinity), Infinity],
      [softplus(1000), 1000],
      [sin(-0), -0],
      [cos(0), 1],
      [pow(0, 3), 0],
      [pow(0, -1), Infinity],
      [pow(0, 0), 1],
      [pow(NaN, 0), 1],
      [pow(2, 400), 2 ** 400],
      [pow(2, -10), 2 ** -10],
      [pow(10, 400), Infinity],
    ];
    for (const [actual, expected] of cases) assert.ok(Object.is(actual, expected), `${actual} ${expected}`);
  });

  it("functions of NaN, and log below its range, are NaN", () => {
    const functions = { exp, expm1, log, log1p, tanh, sigmoid, softplus, sin, cos };
    for (const [name, f] of Object.entries(functions)) assert.ok(Number.isNaN(f(NaN)), name);
    for (const value of [log(-1), log1p(-2), sin(Infinity), cos(-Infinity), pow(NaN, 2), pow(2, NaN)])
      assert.ok(Number.isNaN(value));
  });

  it("sin(), cos() and pow() refuse what they are not made for", () => {
    assert.throws(() => sin(2 ** 21), RangeError);
    assert.throws(() => cos(-(2 ** 21)), RangeError);
    assert.throws(() => pow(-1, 2), RangeError);
  });
});
