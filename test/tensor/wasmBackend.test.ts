import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { createRng } from "../../extension/algorithms/rng";
import { checked, useBackend } from "../../extension/engine/backend";
import { ops } from "../../extension/engine/ops";
import type { WasmBackend } from "../../extension/engine/wasm/wasmBackend";
import { normals, relativeDifference } from "../support/opCases";
import { useTestBackend } from "../support/testBackend";

const wasm = (): WasmBackend => tf.backend() as WasmBackend;

describe("wasm backend", () => {
  before(() => useTestBackend("wasm", 2));

  it("useBackend() says which device runs and how far the self-test is off", async () => {
    const one = await useBackend("wasm", { threads: 1 });
    assert.ok(one.ok && one.info.device === "1 thread of WebAssembly SIMD" && one.selfTest < 1e-5);
    const two = await useBackend("wasm", { threads: 2 });
    assert.deepEqual(two.ok && two.info, {
      name: "wasm",
      device: "2 threads of WebAssembly SIMD",
      threads: 2,
      usesGpu: false,
    });
  });

  it("useBackend() gives a sentence where the native library is missing, and cpu runs", async function () {
    const result = await useBackend("tensorflow", { threads: 0 });
    if (!result.ok) {
      assert.match(result.problem, /^the backend tensorflow does not work here: [^\n]+$/);
      assert.equal(tf.getBackend(), "cpu");
    }
    await useTestBackend("wasm", 2);
  });

  it("checked() refuses a backend whose tiny step is off, or holds NaN", () => {
    const info = { name: "wasm", device: "made up", threads: 1, usesGpu: false } as const;
    const figures = (loss: number, ...gradient: number[]) => ({
      loss,
      gradients: { w: Float32Array.from(gradient) },
    });
    assert.ok(checked(info, figures(1, 2, 3), figures(1, 2, 3.0001)).ok);
    for (const found of [figures(1, 2, 3.01), figures(1.01, 2, 3), figures(1, NaN, 3), figures(NaN, 2, 3)]) {
      const result = checked(info, found, figures(1, 2, 3));
      assert.ok(!result.ok && /^the backend wasm failed its self-test/.test(result.problem));
    }
  });

  it("elementwise operations broadcast as tfjs's do", async () => {
    const rng = createRng(4);
    const shapes: [number[], number[]][] = [
      [[7], [7]],
      [[], [5]],
      [[5], []],
      [[1], [4, 3]],
      [[6, 5], [5]],
      [[5], [6, 5]],
      [
        [6, 5],
        [6, 1],
      ],
      [
        [6, 1],
        [6, 5],
      ],
      [
        [2, 3, 4],
        [3, 4],
      ],
      [
        [2, 3, 4],
        [2, 1, 1],
      ],
      [
        [2, 3, 4],
        [1, 3, 1],
      ],
      [
        [4, 1],
        [1, 3],
      ],
      [
        [1, 1],
        [1, 1, 1],
      ],
      [[90, 70], [70]],
      [
        [3, 5000],
        [3, 1],
      ],
    ];
    const operations = {
      add: tf.add,
      sub: tf.sub,
      mul: tf.mul,
      div: tf.div,
      maximum: tf.maximum,
      minimum: tf.minimum,
      greater: tf.greater,
      lessEqual: tf.lessEqual,
    };
    const inputs = shapes.map(([a, b]) => [normals(rng, a, 1), normals(rng, b, 1)]);
    const run = async (): Promise<Float32Array[]> => {
      const results: Float32Array[] = [];
      for (const operation of Object.values(operations))
        for (const [i, [a, b]] of shapes.entries()) {
          const out = tf.tidy(() => operation(tf.tensor(inputs[i][0], a), tf.tensor(inputs[i][1], b)));
          results.push(Float32Array.from([...out.shape, ...(await out.data())]));
          out.dispose();
        }
      return results;
    };
    const found = await run();
    await useTestBackend("cpu");
    const expected = await run();
    await useTestBackend("wasm", 2);
    assert.deepEqual(found, expected);
  });

  it("functions of one argument are within 3e-7 of the true values over the whole range", async () => {
    const x = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 23);
    const positive = x.map((value) => Math.exp(value / 2));
    const cases: [string, (t: Tensor) => Tensor, (x: number) => number, Float32Array][] = [
      ["exp", tf.exp, Math.exp, x],
      ["log", tf.log, Math.log, positive],
      ["log1p", tf.log1p, Math.log1p, positive],
      ["sigmoid", tf.sigmoid, (v) => 1 / (1 + Math.exp(-v)), x],
      ["softplus", tf.softplus, (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))), x],
      ["tanh", tf.tanh, Math.tanh, x],
      ["neg", tf.neg, (v) => -v, x],
      ["sqrt", tf.sqrt, Math.sqrt, positive],
      ["squaredDifference", (t) => tf.squaredDifference(t, 0), (v) => v * v, x],
      ["square", tf.square, (v) => v * v, x],
      ["abs", tf.abs, Math.abs, x],
      ["clip", (t) => tf.clipByValue(t, -3, 11), (v) => Math.min(11, Math.max(-3, v)), x],
    ];
    for (const [name, operation, truth, argument] of cases) {
      const out = tf.tidy(() => operation(tf.tensor1d(argument)));
      const values = await out.data();
      out.dispose();
      values.forEach((value, i) => {
        const wanted = Math.fround(truth(argument[i]));
        const error = Math.abs(value - wanted) / Math.max(Math.abs(wanted), 1e-37);
        assert.ok(value === wanted || error < 3e-7, `${name}(${argument[i]}) = ${value}, not ${wanted}`);
      });
    }
  });

  it("sums, softmax, casts, slices, choices and maxima equal tfjs's", async () => {
    const x = normals(createRng(5), [6, 4, 10], 1);
    const run = async (): Promise<number[][]> => {
      const results = tf.tidy(() => {
        const t = tf.tensor3d(x, [6, 4, 10]);
        const integers = tf.tensor1d([3, -2, 0], "int32");
        const flags = tf.tensor1d([true, false, true], "bool");
        return [
          tf.sum(t),
          tf.sum(t, 2),
          tf.sum(t, [1, 2], true),
          tf.sum(t, 0),
          tf.sum(t, [0, 1]),
          tf.sum(t, 1),
          tf.softmax(t),
          tf.cast(integers, "float32"),
          tf.mul(tf.cast(integers, "float32"), 1.5),
          tf.mul(tf.cast(flags, "float32"), 1.5),
          tf.cast(tf.tensor1d([1.9, -1.9, 7]), "int32"),
          tf.cast(integers, "bool"),
          tf.slice(t, [2, 0, 0], [3, 4, 10]),
          tf.slice(t, [1, 1, 3], [2, 2, 5]),
          tf.where(tf.greater(t, 0), t, tf.zerosLike(t)),
          tf.max(t),
          tf.max(t, 1),
          tf.onesLike(t),
          tf.reshape(tf.add(t, 1), [24, 10]),
        ];
      });
      const values = await Promise.all(results.map(async (r) => [...r.shape, ...(await r.data())]));
      tf.dispose(results);
      return values;
    };
    const found = await run();
    await useTestBackend("cpu");
    const expected = await run();
    await useTestBackend("wasm", 2);
    found.forEach((array, i) => {
      const difference = relativeDifference(Float32Array.from(array), Float32Array.from(expected[i]));
      assert.ok(difference < 1e-6, `result ${i} differs by ${difference}`);
    });
  });

  it("numbers that were read stay as they were when the memory is used again", () => {
    const tensor = tf.tensor1d([1, 2, 3]);
    const values = tensor.dataSync();
    tensor.dispose();
    const next = tf.tensor1d([7, 8, 9]);
    assert.deepEqual([...values], [1, 2, 3]);
    next.dispose();
  });

  it("a slice or a clone outlives the tensor it came from", async () => {
    const whole = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const [part, clone] = [tf.slice(whole, [1, 0], [1, 2]), tf.clone(whole)];
    whole.dispose();
    const other = tf.fill([3, 2], 9);
    assert.deepEqual([...(await part.data())], [3, 4]);
    assert.deepEqual([...(await clone.data())], [1, 2, 3, 4, 5, 6]);
    tf.dispose([part, clone, other]);
  });

  it("tensors of another backend move over", async () => {
    await useTestBackend("cpu");
    const tensor = tf.tensor1d([1.5, 2.5]);
    await useTestBackend("wasm", 2);
    const doubled = tf.mul(tensor, 2);
    assert.deepEqual([...(await doubled.data())], [3, 5]);
    tf.dispose([tensor, doubled]);
  });

  it("every block comes back: bytes in use are the same before and after a tidy", () => {
    const { allocator } = wasm().memoryOfKernels;
    const before = allocator.used;
    tf.tidy(() => {
      const x = tf.variable(tf.ones([50, 60]));
      const { grads } = tf.variableGrads(() => tf.sum(tf.softplus(tf.mul(x, tf.slice(x, [3, 0], [1, 60])))));
      assert.ok(Object.keys(grads).length === 1 && allocator.used > before);
      x.dispose();
    });
    assert.equal(allocator.used, before);
  });

  it("a tensor larger than the memory can become is refused with the numbers", () => {
    assert.throws(
      () => wasm().create([2 ** 31]),
      /the tensors of this step need 8\.\d\d GiB, more than WebAssembly's memory can grow to/,
    );
  });

  it("memory grows beyond its first 64 MiB, and old tensors keep their numbers", async () => {
    const small = tf.tensor1d([1, 2, 3]);
    const large = tf.tidy(() => tf.add(tf.ones([20, 1_000_000]), 1));
    const sum = tf.sum(large);
    assert.equal((await sum.data())[0], 40_000_000);
    assert.deepEqual([...(await small.data())], [1, 2, 3]);
    tf.dispose([small, large, sum]);
  });

  it("addresses beyond 2 GiB work like all others", async () => {
    const { allocator } = wasm().memoryOfKernels;
    const wide = allocator.allocate(2.1 * 2 ** 30); // never touched, so it takes no room on the machine
    const x = normals(createRng(6), [40, 300], 1);
    const { sums, product } = tf.tidy(() => {
      const far = tf.tensor2d(x, [40, 300]);
      assert.ok(wasm().address(far) > 2 ** 31);
      return { sums: tf.sum(tf.mul(far, 2), 1), product: ops().linear(far, far, null, { transposed: true }) };
    });
    const [rows, products] = [await sums.data(), await product.data()];
    const dot = (i: number, j: number): number =>
      x.subarray(300 * i, 300 * i + 300).reduce((sum, value, k) => sum + value * x[300 * j + k], 0);
    for (let i = 0; i < 40; i++) {
      const sum = x.subarray(300 * i, 300 * i + 300).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(rows[i] - 2 * sum) < 1e-4);
      for (const j of [0, 39]) assert.ok(Math.abs(products[40 * i + j] - dot(i, j)) < 1e-3);
    }
    tf.dispose([sums, product]);
    allocator.free(wide);
  });

  it("fifty thousand small operations of changing size, dealt to three threads, are all done and done once", async () => {
    await useTestBackend("wasm", 3);
    const [ones, sums] = [tf.ones([2048]), tf.zeros([2048])];
    const [from, to, values] = [wasm().address(ones), wasm().address(sums), wasm().numbers(sums)];
    for (let i = 0; i < 50_000; i++) {
      const columns = 64 + ((i * 37) % 1900);
      values[columns - 1] = 0;
      wasm().kernels.columnSums(from, to, 1, columns);
      assert.equal(values[columns - 1], 1);
    }
    tf.dispose([ones, sums]);
    await useTestBackend("wasm", 2);
  });

  it("operations whose last bits depend on the JavaScript engine are not there", () => {
    const x = tf.tensor1d([1, 2]);
    assert.throws(() => tf.pow(x, x), /Pow/);
    assert.throws(() => tf.sin(x), /Sin/);
    x.dispose();
  });

  it("fallbacks names the JavaScript kernels that ran, with their largest tensor", () => {
    wasm().fallbacks.clear();
    tf.tidy(() => {
      tf.add(tf.ones([9, 9]), 1);
      tf.reverse(tf.ones([7, 3]));
      tf.reverse(tf.ones([2]));
    });
    assert.deepEqual([...wasm().fallbacks], [["Reverse", 21]]);
  });
});
