import assert from "node:assert/strict";
import { expectClose } from "./expectClose";

/** Fails unless a figure is close to the expected one, or not a number where null says that it is undefined. */
export function expectGolden(actual: number, expected: number | null): void {
  if (expected === null) assert.ok(Number.isNaN(actual), `is ${actual}, and is undefined`);
  else expectClose(actual, expected, 1e-9);
}
