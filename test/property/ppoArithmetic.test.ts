import assert from "node:assert/strict";
import fc from "fast-check";
import { gae } from "../../extension/algorithms/gae";
import { penalizeKl } from "../../extension/algorithms/klPenalty";
import { scaleToUnitVariance, whiten } from "../../extension/algorithms/whiten";
import { expectClose } from "../support/expectClose";

fc.configureGlobal({ seed: 20220304 });

interface Batch {
  readonly rows: number;
  readonly columns: number;
  readonly lengths: readonly number[];
  readonly responseMask: Float32Array;
  readonly logprobs: Float32Array;
  readonly referenceLogprobs: Float32Array;
  readonly rewards: Float32Array;
  readonly values: Float32Array;
  readonly scores: readonly number[];
}

const number = (min: number, max: number) =>
  fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true });

/** Up to six responses of up to nine tokens, and numbers for each of their places, padding too. */
const batches: fc.Arbitrary<Batch> = fc
  .record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, columns }) => {
    const grid = (min: number, max: number) =>
      fc
        .array(number(min, max), { minLength: rows * columns, maxLength: rows * columns })
        .map((data) => Float32Array.from(data));
    const rowsOf = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: rows, maxLength: rows });
    return fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      lengths: rowsOf(fc.integer({ min: 1, max: columns })),
      logprobs: grid(-12, 0),
      referenceLogprobs: grid(-12, 0),
      rewards: grid(-5, 5),
      values: grid(-5, 5),
      scores: rowsOf(number(-5, 5)),
    });
  })
  .map((batch) => ({ ...batch, responseMask: maskOf(batch.lengths, batch.columns) }));

function maskOf(lengths: readonly number[], columns: number): Float32Array {
  return Float32Array.from(
    lengths.flatMap((n) => Array.from({ length: columns }, (_, t) => (t < n ? 1 : 0))),
  );
}

/** A grid with `extra` more columns, filled with `filling`. */
function widened(data: Float32Array, { rows, columns }: Batch, extra: number, filling: number): Float32Array {
  const wide = new Float32Array(rows * (columns + extra)).fill(filling);
  for (let b = 0; b < rows; b++)
    wide.set(data.subarray(b * columns, (b + 1) * columns), b * (columns + extra));
  return wide;
}

/** The rows of a grid in another order. */
function reordered(data: Float32Array, columns: number, order: readonly number[]): Float32Array {
  return Float32Array.from(order.flatMap((b) => [...data.subarray(b * columns, (b + 1) * columns)]));
}

const real = (data: Float32Array, { lengths, columns }: Batch): number[] =>
  lengths.flatMap((n, b) => [...data.subarray(b * columns, b * columns + n)]);

describe("properties of PPO's arithmetic", () => {
  it("gae() at λ = 1 is the discounted return less the value", () => {
    fc.assert(
      fc.property(batches, fc.constantFrom(1, 0.9, 0.5, 0), (batch, gamma) => {
        const { advantages, returns } = gae({ ...batch, gamma, lambda: 1 });
        batch.lengths.forEach((length, b) => {
          for (let t = 0; t < length; t++) {
            let discounted = 0;
            for (let u = length - 1; u >= t; u--)
              discounted = batch.rewards[b * batch.columns + u] + gamma * discounted;
            const at = b * batch.columns + t;
            expectClose(advantages[at], discounted - batch.values[at], 1e-5);
            expectClose(returns[at], discounted, 1e-5);
          }
        });
      }),
    );
  });

  it("gae() at λ = 0 is the one-step error", () => {
    fc.assert(
      fc.property(batches, fc.constantFrom(1, 0.9, 0.5), (batch, gamma) => {
        const { advantages } = gae({ ...batch, gamma, lambda: 0 });
        batch.lengths.forEach((length, b) => {
          for (let t = 0; t < length; t++) {
            const at = b * batch.columns + t;
            const next = t + 1 < length ? batch.values[at + 1] : 0;
            expectClose(advantages[at], batch.rewards[at] + gamma * next - batch.values[at], 1e-5);
          }
        });
      }),
    );
  });

  it("penalizeKl() adds up to score − β·KL for each response", () => {
    fc.assert(
      fc.property(batches, number(0, 2), (batch, klCoef) => {
        const { rewards, klPerSequence } = penalizeKl({ ...batch, klCoef });
        for (let b = 0; b < batch.rows; b++) {
          let sum = 0;
          for (let t = 0; t < batch.columns; t++) sum += rewards[b * batch.columns + t];
          expectClose(sum, batch.scores[b] - klCoef * klPerSequence[b], 1e-5);
        }
      }),
    );
  });

  it("padding never changes a result, whatever stands in it", () => {
    fc.assert(
      fc.property(
        batches,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0, 1e30, NaN, -Infinity),
        (batch, extra, filling) => {
          const wide: Batch = {
            ...batch,
            columns: batch.columns + extra,
            responseMask: maskOf(batch.lengths, batch.columns + extra),
            logprobs: widened(batch.logprobs, batch, extra, filling),
            referenceLogprobs: widened(batch.referenceLogprobs, batch, extra, filling),
            rewards: widened(batch.rewards, batch, extra, filling),
            values: widened(batch.values, batch, extra, filling),
          };
          const results = (of: Batch): Float32Array[] => {
            const { rewards } = penalizeKl({ ...of, klCoef: 0.1 });
            const { advantages, returns } = gae({ ...of, gamma: 1, lambda: 0.95 });
            const whitened = whiten(of.rewards, of.responseMask);
            return [rewards, advantages, returns, whitened, scaleToUnitVariance(of.rewards, of.responseMask)];
          };
          const [narrow, broad] = [results(batch), results(wide)];
          narrow.forEach((data, i) => {
            assert.deepEqual(real(broad[i], wide), real(data, batch));
            wide.responseMask.forEach((m, at) => assert.ok(m === 1 || broad[i][at] === 0, `result ${i}`));
          });
        },
      ),
    );
  });

  it("permuting the responses permutes the results", () => {
    const shuffled = batches.chain((batch) => {
      const numbers = batch.lengths.map((_, b) => b);
      return fc.record({
        batch: fc.constant(batch),
        order: fc.shuffledSubarray(numbers, { minLength: batch.rows }),
      });
    });
    fc.assert(
      fc.property(shuffled, ({ batch, order }) => {
        const moved = (data: Float32Array): Float32Array => reordered(data, batch.columns, order);
        const other: Batch = {
          ...batch,
          lengths: order.map((b) => batch.lengths[b]),
          scores: order.map((b) => batch.scores[b]),
          responseMask: moved(batch.responseMask),
          logprobs: moved(batch.logprobs),
          referenceLogprobs: moved(batch.referenceLogprobs),
          rewards: moved(batch.rewards),
          values: moved(batch.values),
        };
        const penalized = penalizeKl({ ...batch, klCoef: 0.3 });
        assert.deepEqual(penalizeKl({ ...other, klCoef: 0.3 }).rewards, moved(penalized.rewards));
        const estimates = gae({ ...batch, gamma: 0.99, lambda: 0.95 });
        assert.deepEqual(
          gae({ ...other, gamma: 0.99, lambda: 0.95 }).advantages,
          moved(estimates.advantages),
        );
        // Sums over the batch in another order differ by rounding, which equal entries magnify.
        const spread = Math.max(...real(batch.rewards, batch)) - Math.min(...real(batch.rewards, batch));
        if (spread < 0.01) return;
        expectClose(
          whiten(other.rewards, other.responseMask),
          moved(whiten(batch.rewards, batch.responseMask)),
          1e-4,
        );
      }),
    );
  });

  it("whiten() leaves mean 0 and variance 1 among the real entries", () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const entries = real(batch.rewards, batch);
        if (Math.max(...entries) - Math.min(...entries) < 0.1) return;
        const whitened = real(whiten(batch.rewards, batch.responseMask), batch);
        const mean = whitened.reduce((a, b) => a + b, 0) / whitened.length;
        expectClose(mean, 0, 1e-5);
        expectClose(whitened.reduce((sum, x) => sum + x * x, 0) / whitened.length, 1, 1e-4);
      }),
    );
  });
});
