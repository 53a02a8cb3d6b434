import assert from "node:assert/strict";
import { sparkline } from "../../extension/charts/sparkline";

describe("sparkline", () => {
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const golden: readonly (readonly [values: readonly number[], width: number, drawn: string])[] = [
    [[], 8, ""],
    [[1], 8, ""],
    [range(8), 8, "▁▂▃▄▅▆▇█"],
    [[3, 2, 1], 8, "█▅▁"],
    [[5, 5, 5], 8, "▄▄▄"],
    [range(16), 8, "▁▂▃▄▅▆▇█"],
    [range(1000), 4, "▁▃▆█"],
    [[0, NaN, 1], 8, "▁ █"],
    [[NaN, NaN], 8, ""],
    [[0, Infinity, 1], 8, "▁ █"],
    [[-1e300, 1e300], 8, "▁█"],
  ];
  for (const [values, width, drawn] of golden)
    it(`draws ${values.length} values of which the last is ${values.at(-1)} as "${drawn}"`, () =>
      assert.equal(sparkline(values, width), drawn));
});
