import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { createRng } from "../../extension/algorithms/rng";
import { ops } from "../../extension/engine/ops";
import { referenceOps } from "../../extension/engine/referenceOps";
import type { TransformerOps } from "../../extension/engine/transformerOps";
import {
  evaluate,
  normals,
  opCases,
  relativeDifference,
  valueOf,
  type Evaluated,
  type OpCase,
} from "../support/opCases";
import { expectClose } from "../support/expectClose";
import { mainBackend, useTestBackend } from "../support/testBackend";

/** Whose operations are compared with the reference. */
const variants =
  mainBackend === "tensorflow"
    ? [{ name: "TensorFlow's operations", threads: 2, seeds: 15 }]
    : [
        { name: "our kernels on 1 thread", threads: 1, seeds: 25 },
        { name: "our kernels on 3 threads", threads: 3, seeds: 5 },
      ];

describe("transformer operations", () => {
  describe("the reference composition on cpu", () => {
    before(() => useTestBackend("cpu"));

    it("a logit of −∞ is a token of probability 0", () => checkImpossibleTokens(referenceOps));

    for (const { name } of opCases(1, 5))
      it(`${name}: the gradient equals central differences`, async () => {
        for (const seed of [1, 2, 3]) {
          const item = opCases(seed, 5).find((c) => c.name === name)!;
          const { gradients } = await evaluate(referenceOps, item, seed);
          for (const [argument, gradient] of Object.entries(gradients)) {
            const expected = await centralDifferences(item, argument, seed);
            const difference = relativeDifference(gradient, expected);
            assert.ok(difference < 3e-3, `${name}, seed ${seed}: d${argument} differs by ${difference}`);
          }
        }
      });
  });

  for (const { name: variant, threads, seeds: count } of variants)
    describe(`${variant} against the reference`, () => {
      const seeds = Array.from({ length: count }, (_, i) => i + 1);
      const sizeOf = (seed: number): number => (seed % 5 === 0 ? 90 : 13);
      const expected = new Map<string, Evaluated>();

      before(async function () {
        this.timeout(120_000);
        await useTestBackend("cpu");
        for (const seed of seeds)
          for (const item of opCases(seed, sizeOf(seed)))
            expected.set(`${item.name} ${seed}`, await evaluate(referenceOps, item, seed));
        await useTestBackend(mainBackend, threads);
      });

      for (const { name } of opCases(1, 5))
        it(`${name}: values and gradients at ${seeds.length} sizes`, async () => {
          for (const seed of seeds) {
            const item = opCases(seed, sizeOf(seed)).find((c) => c.name === name)!;
            const found = await evaluate(ops(), item, seed);
            const wanted = expected.get(`${name} ${seed}`)!;
            const off = relativeDifference(found.value, wanted.value);
            assert.ok(off < 1e-5, `seed ${seed}: the value differs by ${off}`);
            for (const [argument, gradient] of Object.entries(wanted.gradients)) {
              const difference = relativeDifference(found.gradients[argument], gradient);
              assert.ok(difference < 3e-5, `seed ${seed}: d${argument} differs by ${difference}`);
            }
            assert.deepEqual(await valueOf(ops(), item), found.value, "recording changes the value");
          }
        });

      it("cachedAttention: prefill and decoding, result and cache", async () => {
        for (const seed of seeds.slice(0, 8)) {
          await useTestBackend("cpu");
          const wanted = await cachedRun(referenceOps, seed);
          await useTestBackend(mainBackend, threads);
          const found = await cachedRun(ops(), seed);
          found.forEach((array, i) => {
            const difference = relativeDifference(array, wanted[i]);
            assert.ok(difference < 1e-5, `seed ${seed}, array ${i}: ${difference}`);
          });
        }
      });

      it("sampleTokens: the same draws, and the likeliest token at temperature 0", async () => {
        for (const seed of seeds) {
          await useTestBackend("cpu");
          const wanted = await draws(referenceOps, seed);
          await useTestBackend(mainBackend, threads);
          assert.deepEqual(await draws(ops(), seed), wanted, `seed ${seed}`);
        }
      });

      it("adamUpdate, sumOfSquares and blend", async () => {
        for (const seed of seeds.slice(0, 8)) {
          await useTestBackend("cpu");
          const wanted = await optimizerRun(referenceOps, seed);
          await useTestBackend(mainBackend, threads);
          (await optimizerRun(ops(), seed)).forEach((array, i) => {
            const difference = relativeDifference(array, wanted[i]);
            assert.ok(difference < 2e-6, `seed ${seed}, array ${i}: ${difference}`);
          });
        }
      });
    });

  describe(`on ${mainBackend}`, () => {
    before(() => useTestBackend());

    it("linear beyond the kernels' blocks equals products in double precision, forward and backward", async () => {
      const rng = createRng(8);
      for (const [n, cin, cout] of [
        [530, 300, 270],
        [33, 517, 131],
        [5, 1030, 67],
        // Few rows of a long sum; sums longer than are made at once; rows that are used as they lie.
        [200, 64, 96],
        [2100, 20, 33],
        [40, 2100, 32],
      ]) {
        const [x, weight] = [normals(rng, [n, cin], 1), normals(rng, [cin, cout], 1)];
        const item: OpCase = {
          name: "linear",
          floats: { x: { shape: [n, cin], data: x }, weight: { shape: [cin, cout], data: weight } },
          integers: {},
          run: (o, floats) => o.linear(floats.x, floats.weight, null),
        };
        const { value, gradients } = await evaluate(ops(), item, 1);
        const dy = normals(createRng(1).split("factors"), [n, cout], 1);
        const expected = [
          product(
            [n, cout, cin],
            (i, k) => x[i * cin + k],
            (k, j) => weight[k * cout + j],
          ),
          product(
            [n, cin, cout],
            (i, k) => dy[i * cout + k],
            (k, j) => weight[j * cout + k],
          ),
          product(
            [cin, cout, n],
            (i, k) => x[k * cin + i],
            (k, j) => dy[k * cout + j],
          ),
        ];
        [value, gradients.x, gradients.weight].forEach((found, i) => {
          const difference = relativeDifference(found, expected[i]);
          assert.ok(difference < 2e-6, `${n}×${cin}×${cout}, product ${i}: ${difference}`);
        });
      }
    });

    it("sampleTokens draws each token as often as its probability says, over seeds and over positions", async () => {
      const [count, logits] = [40_000, [0, 1, -1, 2, 0.5, -3]];
      const weights = logits.map((x) => Math.exp(x / 0.8));
      const total = weights.reduce((a, b) => a + b, 0);
      const rows = Array.from({ length: count }, (_, i) => i);
      for (const [seeds, positions] of [
        [rows, rows.map(() => 7)],
        [rows.map(() => 12345), rows],
      ]) {
        const drawn = tf.tidy(() =>
          ops().sampleTokens(
            tf.tile(tf.tensor2d([logits]), [count, 1]),
            tf.tensor1d(seeds, "int32"),
            tf.tensor1d(positions, "int32"),
            0.8,
          ),
        );
        const counts = logits.map(() => 0);
        for (const token of await drawn.data()) counts[token]++;
        drawn.dispose();
        const chiSquare = counts.reduce((sum, found, v) => {
          const expected = (count * weights[v]) / total;
          return sum + (found - expected) ** 2 / expected;
        }, 0);
        assert.ok(chiSquare < 20.5, `chi-square ${chiSquare}`); // 5 degrees of freedom: exceeded once in a thousand
      }
    });

    it("of no rows nothing is made, and no gradient reaches the weights", async () => {
      for (const activation of [undefined, "gelu"] as const) {
        const weight = { shape: [3, 4], data: normals(createRng(3), [3, 4], 1) };
        const item: OpCase = {
          name: "no rows",
          floats: { x: { shape: [0, 3], data: new Float32Array() }, weight, bias: { shape: [4], data: new Float32Array(4) } }, // prettier-ignore
          integers: {},
          run: (o, { x, weight, bias }) =>
            o.layerNorm(o.linear(x, weight, bias, activation && { activation }), bias, bias),
        };
        const { value, gradients } = await evaluate(ops(), item, 1);
        assert.equal(value.length, 0);
        for (const name of ["weight", "bias"] as const)
          for (const entry of gradients[name]) assert.equal(entry, 0);
      }
    });

    it("a logit of −∞ is a token of probability 0", () => checkImpossibleTokens(ops()));

    it("no logits, however extreme, give NaN", async () => {
      const rows = [
        [1e4, -1e4, 0, 3, 1e4],
        [1e30, -1e30, 1e30, 0, 1],
        [-1e30, -1e30, -1e30, -1e30, -1e30],
        [-Infinity, 2, 1, 0, -Infinity],
        [0, 0, 0, 0, 88],
      ];
      const item: OpCase = {
        name: "extreme",
        floats: { logits: { shape: [5, 5], data: Float32Array.from(rows.flat()) } },
        integers: { targets: Int32Array.of(0, 2, 1, 2, 3) },
        run: (o, { logits }, { targets }) =>
          tf.add(o.tokenLogprobs(logits, targets, 0.7), o.entropy(logits, 0.7)),
      };
      const { value, gradients } = await evaluate(ops(), item, 1);
      for (const x of [...value, ...gradients.logits]) assert.ok(Number.isFinite(x), String(x));
    });

    it("attention with scores of a million gives no NaN", async () => {
      const data = normals(createRng(3), [12, 24], 1e3);
      const item: OpCase = {
        name: "extreme attention",
        floats: { qkv: { shape: [12, 24], data } },
        integers: {},
        run: (o, { qkv }) => o.causalAttention(qkv, 2, 2),
      };
      const { value, gradients } = await evaluate(ops(), item, 1);
      for (const x of [...value, ...gradients.qkv]) assert.ok(Number.isFinite(x), String(x));
    });

    it("a token outside the vocabulary gives NaN, which the trainers stop at, and no other row's gradient; TensorFlow refuses it", async () => {
      const item: OpCase = {
        name: "unknown token",
        floats: { table: { shape: [4, 3], data: normals(createRng(3), [4, 3], 1) } },
        integers: { ids: Int32Array.of(1, 4, -1, 3) },
        run: (o, { table }, { ids }) => o.embedding(ids, table),
      };
      if (mainBackend === "tensorflow") {
        await assert.rejects(evaluate(ops(), item, 1), /indices\[\d\] = \S+ is not in/);
        return;
      }
      const { value, gradients } = await evaluate(ops(), item, 1);
      assert.deepEqual(
        [...value].map(Number.isNaN),
        [0, 1, 1, 0].flatMap((n) => [n === 1, n === 1, n === 1]),
      );
      assert.deepEqual(
        [...gradients.table].map((x) => x !== 0),
        [0, 1, 0, 1].flatMap((n) => [n === 1, n === 1, n === 1]),
      );
    });
  });
});

/** Log-probs, entropies and their gradients of logits some of which are −∞, beside the same in double precision; p·log p is 0 at p = 0. */
async function checkImpossibleTokens(o: TransformerOps): Promise<void> {
  const temperature = 0.7;
  const rows = [
    [-Infinity, 2, 1, 0, -Infinity],
    [3, -Infinity, -Infinity, -Infinity, -Infinity],
    [0.5, -1, -Infinity, 1, 2],
  ];
  const targets = [0, 0, 4];
  const logits = { shape: [3, 5], data: Float32Array.from(rows.flat()) };
  const p = rows.map((row) => {
    const weights = row.map((x) => Math.exp(x / temperature));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / total);
  });
  const entropies = p.map((row) => row.reduce((h, x) => (x === 0 ? h : h - x * Math.log(x)), 0));
  const factors = normals(createRng(1).split("factors"), [3], 1);
  const run = (name: "tokenLogprobs" | "entropy"): Promise<Evaluated> => {
    const call: OpCase["run"] = (_, floats, integers) =>
      name === "entropy"
        ? o.entropy(floats.logits, temperature)
        : o.tokenLogprobs(floats.logits, integers.targets, temperature);
    return evaluate(
      o,
      { name, floats: { logits }, integers: { targets: Int32Array.from(targets) }, run: call },
      1,
    );
  };
  const logprobs = await run("tokenLogprobs");
  assert.equal(logprobs.value[0], -Infinity);
  const possible = [1, 2].map((m) => Math.log(p[m][targets[m]]));
  expectClose(logprobs.value.slice(1), possible, 1e-6, "log-probs");
  expectClose(
    logprobs.gradients.logits,
    p.flatMap((row, m) => row.map((x, v) => (factors[m] * ((v === targets[m] ? 1 : 0) - x)) / temperature)),
    2e-6,
    "gradients of log-probs",
  );
  const entropy = await run("entropy");
  expectClose(entropy.value, entropies, 2e-6, "entropies");
  expectClose(
    entropy.gradients.logits,
    p.flatMap((row, m) =>
      row.map((x) => (x === 0 ? 0 : (-factors[m] * x * (Math.log(x) + entropies[m])) / temperature)),
    ),
    2e-6,
    "gradients of entropies",
  );
}

/** dΣ(out·factors)/dargument by (f(x+ε) − f(x−ε))/2ε, entry by entry. */
async function centralDifferences(item: OpCase, argument: string, seed: number): Promise<Float32Array> {
  const { data, shape } = item.floats[argument];
  const epsilon = 2e-3;
  const shifted = async (i: number, by: number): Promise<number> => {
    const moved = data.slice();
    moved[i] += by;
    const out = await valueOf(referenceOps, {
      ...item,
      floats: { ...item.floats, [argument]: { shape, data: moved } },
    });
    const factors = normals(createRng(seed).split("factors"), [out.length], 1);
    return out.reduce((sum, x, j) => sum + x * factors[j], 0);
  };
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++)
    result[i] = ((await shifted(i, epsilon)) - (await shifted(i, -epsilon))) / (2 * epsilon);
  return result;
}

/** A prefill of several tokens and two decoding steps on a cache: the three results and the cache. */
async function cachedRun(o: TransformerOps, seed: number): Promise<Float32Array[]> {
  const rng = createRng(seed);
  const [batch, heads, depth, prompt] = [1 + rng.integer(4), 1 + rng.integer(3), 1 + rng.integer(19), 5];
  const width = heads * depth;
  const lengths = Array.from({ length: batch }, () => 1 + rng.integer(prompt));
  const cache = tf.tidy(() => tf.variable(tf.zeros([batch, prompt + 3, 2 * width])));
  const results: Float32Array[] = [];
  for (let step = 0; step < 3; step++) {
    const rows = batch * (step === 0 ? prompt : 1);
    const qkv = normals(rng, [rows, 3 * width], 1);
    const filled = step === 0 ? lengths.map(() => 0) : lengths.map((n) => n + step - 1);
    const out = tf.tidy(() =>
      o.cachedAttention(tf.tensor2d(qkv, [rows, 3 * width]), cache, tf.tensor1d(filled, "int32"), heads),
    );
    results.push(Float32Array.from(await out.data()));
    out.dispose();
  }
  results.push(Float32Array.from(await cache.data()));
  cache.dispose();
  return results;
}

async function draws(o: TransformerOps, seed: number): Promise<number[][]> {
  const rng = createRng(seed);
  const [rows, vocabulary] = [1 + rng.integer(40), 2 + rng.integer(90)];
  const logits = normals(rng, [rows, vocabulary], 2);
  const numbers = (): number[] => Array.from({ length: rows }, () => rng.integer(2 ** 31 - 1));
  const [seeds, positions] = [numbers(), numbers()];
  const results = tf.tidy(() =>
    [0, 0.3, 1, 2].map((temperature) =>
      o.sampleTokens(
        tf.tensor2d(logits, [rows, vocabulary]),
        tf.tensor1d(seeds, "int32"),
        tf.tensor1d(positions, "int32"),
        temperature,
      ),
    ),
  );
  const tokens = await Promise.all(results.map(async (tensor) => [...(await tensor.data())]));
  tf.dispose(results);
  return tokens;
}

/** Three Adam steps on arrays longer and shorter than the kernels' chunks; weights, moments, a sum of squares, two blends. */
async function optimizerRun(o: TransformerOps, seed: number): Promise<Float32Array[]> {
  const rng = createRng(seed);
  const results: Float32Array[] = [];
  for (const size of [1, 7, 8192, 20001]) {
    const variable = (deviation: number, ...shape: number[]) =>
      tf.tidy(() => tf.variable(tf.tensor(normals(rng, shape, deviation), shape)));
    const [matrix, buffer, vector] = [variable(1, size, 1), variable(0, size, 1), variable(1, size)];
    const [m, v] = [variable(0, 2 * size), variable(0, 2 * size)];
    for (let step = 1; step <= 3; step++) {
      const gradient = tf.tensor2d(normals(rng, [size], 1), [size, 1]);
      o.blend(buffer, step === 1 ? 0 : 0.5, gradient, 2);
      const schedule = tf.tensor1d([0.01, 1 / (1 - 0.9 ** step), 1 / (1 - 0.95 ** step), 0.3]);
      const ofVector = tf.reshape(gradient, [size]);
      const weights = [
        { weight: matrix, gradient: buffer, decay: 0.1 },
        { weight: vector, gradient: ofVector, decay: 0 },
      ];
      o.adamUpdate(weights, { m, v }, schedule, { beta1: 0.9, beta2: 0.95, epsilon: 1e-8 });
      tf.dispose([gradient, ofVector, schedule]);
    }
    const squares = o.sumOfSquares([matrix, buffer, m]);
    for (const tensor of [matrix, m, v, buffer, vector, squares]) {
      results.push(Float32Array.from(await tensor.data()));
      tensor.dispose();
    }
  }
  return results;
}

/** [m, n] = Σ_k a(i, k)·b(k, j) in double precision. */
function product(
  [m, n, k]: readonly number[],
  a: (i: number, k: number) => number,
  b: (k: number, j: number) => number,
): Float32Array {
  const out = new Float32Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let step = 0; step < k; step++) sum += a(i, step) * b(step, j);
      out[i * n + j] = sum;
    }
  return out;
}
