import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { inTurn, referenceOps } from "../referenceOps";
import type { GraphLoops, LinearOptions, NamedTensors, TransformerOps } from "../transformerOps";
import { typeAttribute, type OpAttribute, type TensorHandle } from "./addon";
import { foreignTensors } from "./functionDef";
import { kernelOps, type KernelOps } from "./kernelOps";
import type { Recorder } from "./recorder";
import { withGradient } from "./withGradient";

export const backendName = "tensorflow";

/** As much of the package's backend as runs an operation of TensorFlow by its name. */
export interface OpBackend {
  getDTypeInteger(dtype: string): number;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}

/**
 * `TransformerOps` for TensorFlow: compositions as in `referenceOps`, with gradients written out, which keeps graphs small, and with
 * lookups and bit arithmetic that tfjs has no or only slow names for. All of it can be recorded: no values are read.
 */
export function tensorflowOps(
  backend: OpBackend,
  recorder: Recorder,
  options: { readonly loops: boolean; readonly kernels: boolean },
): TransformerOps {
  const { addon } = recorder;
  const type = typeAttribute.bind(null, addon);
  const [float, int] = [addon.TF_FLOAT, addon.TF_INT32];

  /** out[i] = table[ids[i]], or within each of the first `alike` axes, which table and ids share. tfjs's own gather reads the ids, to check them. */
  const rowsOf = (table: Tensor, ids: Tensor, alike = 0): Tensor =>
    tf.tidy(() =>
      backend.executeSingleOutput(
        "GatherV2",
        [
          type("Tparams", float),
          type("Tindices", int),
          type("Taxis", int),
          { name: "batch_dims", type: addon.TF_ATTR_INT, value: alike },
        ],
        [table, ids, tf.scalar(alike, "int32")],
      ),
    );
  const lookup =
    (sumIntoRows: KernelOps["sumIntoRows"]) =>
    (table: Tensor, ids: Tensor): Tensor =>
      withGradient(
        [table],
        () => ({ out: rowsOf(table, ids), saved: [ids] }),
        (dy, [rows]) => [sumIntoRows(dy, rows, table.shape[0])],
      );
  const rowsByTensorflow = lookup((d, rows, count) => tf.unsortedSegmentSum(d, rows as tf.Tensor1D, count));

  /** −log(−log u) of `counterRng`'s uniforms u(seed[b], position[b], v), in 32-bit arithmetic: [B, V]. */
  const gumbel = (seeds: Tensor, positions: Tensor, vocabulary: number): Tensor => {
    const bits = (name: string, a: Tensor, b: Tensor): Tensor =>
      backend.executeSingleOutput(name, [type("T", int)], [a, b]);
    const number = (value: number): Tensor => tf.scalar(value | 0, "int32");
    const xor = (a: Tensor, b: Tensor): Tensor => bits("BitwiseXor", a, b);
    /** Shifted right by `by` bits, zeros coming in: the sign bit's copies are masked out. */
    const shifted = (a: Tensor, by: number): Tensor =>
      bits("BitwiseAnd", bits("RightShift", a, number(by)), number(2 ** (32 - by) - 1));
    const product = (a: Tensor, b: Tensor): Tensor => bits("Mul", a, b);
    const mix = (x: Tensor): Tensor => {
      const first = product(xor(x, shifted(x, 16)), number(0x7feb352d));
      const second = product(xor(first, shifted(first, 15)), number(0x846ca68b));
      return xor(second, shifted(second, 16));
    };
    const add1 = (x: Tensor): Tensor => bits("AddV2", x, number(1));
    const column = (x: Tensor): Tensor => tf.reshape(x, [-1, 1]);
    const key = mix(
      xor(mix(xor(column(seeds), number(0x9e3779b9))), product(add1(column(positions)), number(0xc2b2ae35))),
    );
    const tokens = tf.reshape(tf.range(0, vocabulary, 1, "int32"), [1, vocabulary]);
    const drawn = shifted(mix(xor(key, product(add1(tokens), number(0x27d4eb2f)))), 8);
    const uniform = tf.div(tf.add(tf.cast(drawn, "float32"), 0.5), 16777216);
    return tf.neg(tf.log(tf.neg(tf.log(uniform))));
  };

  const composed: TransformerOps = {
    ...referenceOps,
    embedding: (ids, table) => rowsByTensorflow(table, ids),
    gatherRows: rowsByTensorflow,

    linear(x, weight, bias, { activation, transposed = false }: LinearOptions = {}) {
      return withGradient(
        bias === null ? [x, weight] : [x, weight, bias],
        () => {
          const product: Tensor = tf.matMul(x, weight, false, transposed);
          const sum = bias === null ? product : tf.add(product, bias);
          return activation === "gelu"
            ? { out: gelu(sum), saved: [x, weight, sum] }
            : { out: sum, saved: [x, weight] };
        },
        (dy, [input, matrix, inner]) => {
          const d = activation === "gelu" ? tf.mul(dy, geluSlope(inner)) : dy;
          const dx = tf.matMul(d, matrix, false, !transposed);
          const dw: Tensor = transposed ? tf.matMul(d, input, true) : tf.matMul(input, d, true);
          return bias === null ? [dx, dw] : [dx, dw, tf.sum(d, 0)];
        },
      );
    },

    layerNorm(x, gain, bias) {
      return withGradient(
        [x, gain, bias],
        () => {
          const centred = tf.sub(x, tf.mean(x, -1, true));
          const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
          const normed = tf.div(centred, deviation);
          return { out: tf.add(tf.mul(normed, gain), bias), saved: [normed, deviation, gain] };
        },
        (dy, [normed, deviation, scale]) => {
          const d = tf.mul(dy, scale);
          const along = tf.mean(tf.mul(d, normed), -1, true);
          const dx = tf.div(tf.sub(tf.sub(d, tf.mean(d, -1, true)), tf.mul(normed, along)), deviation);
          return [dx, tf.sum(tf.mul(dy, normed), 0), tf.sum(dy, 0)];
        },
      );
    },

    tokenLogprobs(logits, targets, temperature) {
      return withGradient(
        [logits],
        () => {
          const logprobs = tf.logSoftmax(tf.div(logits, temperature));
          const column = rowsOf(logprobs, tf.reshape(targets, [-1, 1]), 1);
          return { out: tf.reshape(column, [-1]), saved: [logprobs, targets] };
        },
        (dy, [logprobs, tokens]) => {
          const chosen = tf.cast(tf.oneHot(tokens as tf.Tensor1D, logprobs.shape[1] ?? 0), "float32");
          const each = tf.div(tf.reshape(dy, [-1, 1]), temperature);
          return [tf.mul(tf.sub(chosen, tf.exp(logprobs)), each)];
        },
      );
    },

    graphLoops: options.loops ? graphLoops(backend, recorder) : null,

    sampleTokens(logits, seeds, positions, temperature) {
      return tf.tidy(() => {
        if (temperature === 0) return tf.argMax(logits, -1);
        return firstLargest(
          tf.add(tf.div(logits, temperature), gumbel(seeds, positions, logits.shape[1] ?? 0)),
        );
      });
    },
  };
  if (!options.kernels) return composed;

  const kernels = kernelOps(backend, recorder);
  let composing = false;
  /** Our kernel, but where a compiler has to know the operations. */
  const either =
    <In extends readonly unknown[], Out>(kernel: (...given: In) => Out, composition: (...given: In) => Out) =>
    (...given: In): Out =>
      (composing ? composition : kernel)(...given);
  sumsByKernel(kernels.add, () => !composing);
  const rowsByKernel = lookup(kernels.sumIntoRows);
  return {
    ...composed,
    embedding: either((ids, table) => rowsByKernel(table, ids), composed.embedding),
    gatherRows: either(rowsByKernel, composed.gatherRows),
    sideBySide: sideBySide(backend, recorder),
    linear: either(kernels.linear, composed.linear),
    layerNorm: either(kernels.layerNorm, composed.layerNorm),
    causalAttention: either(kernels.causalAttention, composed.causalAttention),
    tokenLogprobs: either(kernels.tokenLogprobs, composed.tokenLogprobs),
    adamUpdate: kernels.adamUpdate,
    sumOfSquares: kernels.sumOfSquares,
    blend: (target, a, x, b) =>
      a === 0 && b === 1 ? target.assign(tf.clone(x)) : composed.blend(target, a, x, b),
    graphLoops: composed.graphLoops && {
      ...composed.graphLoops,
      composed(body) {
        composing = true;
        try {
          return body();
        } finally {
          composing = false;
        }
      },
    },
  };
}

/** Sums of two tensors of one shape go to our kernel while it `may`: TensorFlow's own wakes threads of its own beside ours. */
function sumsByKernel(add: (a: Tensor, b: Tensor) => Tensor, may: () => boolean): void {
  const config = tf.getKernel(tf.Add, backendName);
  tf.unregisterKernel(tf.Add, backendName);
  tf.registerKernel({
    ...config,
    kernelFunc: (given) => {
      const [a, b] = [given.inputs.a, given.inputs.b] as Tensor[];
      const alike = a.dtype === "float32" && b.dtype === "float32" && tf.util.arraysEqual(a.shape, b.shape);
      return alike && may() ? add(a, b) : config.kernelFunc(given);
    },
  });
}

/**
 * argmax of each row, the first of equals: [B, V] -> int32 [B]. In two reductions, because XLA puts what makes an argmax's numbers into its loop,
 * where a logarithm is taken one at a time: a seventh of sampling.
 */
function firstLargest(x: Tensor): Tensor {
  const width = x.shape[1] ?? 0;
  const tokens = tf.reshape(tf.range(0, width, 1, "int32"), [1, width]);
  const largest = tf.greaterEqual(x, tf.max(x, -1, true));
  return tf.min(tf.where(largest, tokens, tf.scalar(width - 1, "int32")), -1);
}

/** A copy of a tensor with a number of its own. */
function copier(backend: OpBackend, { addon }: Recorder): (x: Tensor) => Tensor {
  return (x) =>
    backend.executeSingleOutput(
      "Identity",
      [typeAttribute(addon, "T", backend.getDTypeInteger(x.dtype))],
      [x],
    );
}

/** Tensors as the recorder writes down what an operation gave. */
const handlesOf = (backend: OpBackend, tensors: readonly Tensor[]): TensorHandle[] =>
  backend.getInputTensorIds(tensors).map((id, i) => {
    const { shape, dtype } = tensors[i];
    return { id, shape, dtype: backend.getDTypeInteger(dtype) };
  });

/** Loops as TensorFlow's While nodes, and the write that keeps a cache in place inside of them; both only in compiled graphs. */
function graphLoops(backend: OpBackend, recorder: Recorder): GraphLoops {
  const { addon } = recorder;
  const idsOf = (tensors: readonly Tensor[]): number[] => backend.getInputTensorIds(tensors);
  const own = copier(backend, recorder);

  return {
    composed: (body) => body(),
    loop(state, next, goesOn) {
      if (!recorder.recording()) return runLoop(state, next, goesOn);
      const begin = state.map(own);
      const inputs = idsOf(begin);
      const decided = recorder.apart(() => goesOn(begin));
      const turned = recorder.apart(() => next(begin));
      const loop = {
        next: { recording: turned.recording, inputs, outputs: idsOf(turned.result) },
        goesOn: { recording: decided.recording, inputs, outputs: idsOf([decided.result]) },
      };
      const end = recorder.unheard(() => runLoop(begin, next, goesOn).map(own));
      recorder.write({
        name: "StatelessWhile",
        attributes: [],
        inputs,
        outputs: handlesOf(backend, end),
        loop,
      });
      return end;
    },
    writeSlot(cache, fresh, slot) {
      const start = tf.stack(cache.shape.map((_, axis) => (axis === 2 ? slot : tf.scalar(0, "int32"))));
      if (!recorder.recording()) return written(cache, fresh, slot);
      const result = recorder.unheard(() => written(cache, fresh, slot));
      const types = [
        typeAttribute(addon, "T", addon.TF_FLOAT),
        typeAttribute(addon, "Tindices", addon.TF_INT32),
      ];
      const inputs = idsOf([cache, fresh, start]);
      recorder.write({
        name: "XlaDynamicUpdateSlice",
        attributes: types,
        inputs,
        outputs: handlesOf(backend, [result]),
      });
      return result;
    },
  };
}

/** Parts as calls of functions, in recordings: TensorFlow runs calls at once that do not wait for each other. */
function sideBySide(backend: OpBackend, recorder: Recorder): TransformerOps["sideBySide"] {
  const recordPart = (part: () => NamedTensors): NamedTensors => {
    const variables = Object.values(tf.engine().registeredVariables);
    const before = backend.getInputTensorIds(variables);
    const { result, recording } = recorder.apart(part);
    const after = backend.getInputTensorIds(variables);
    const written = variables.filter((_, i) => after[i] !== before[i]);
    const outputs = handlesOf(backend, [...Object.values(result), ...written]);
    const given = outputs.map(({ id }) => id);
    const inputs = foreignTensors(recording, given, new Set());
    const call = { name: "PartitionedCall", attributes: [], inputs, outputs };
    recorder.write({ ...call, part: { recording, inputs, outputs: given } });
    return result;
  };
  return <T extends readonly NamedTensors[]>(...parts: { readonly [I in keyof T]: () => T[I] }): T =>
    recorder.recording() && parts.length > 1 ? (parts.map(recordPart) as unknown as T) : inTurn<T>(...parts);
}

/** Turn by turn, asking each time whether there is another. */
function runLoop(
  state: readonly Tensor[],
  next: (state: readonly Tensor[]) => readonly Tensor[],
  goesOn: (state: readonly Tensor[]) => Tensor,
): readonly Tensor[] {
  let now = state;
  while (tf.tidy(() => goesOn(now)).dataSync()[0]) {
    const after = tf.tidy(() => [...next(now)]);
    if (now !== state) tf.dispose(now.filter((tensor) => !after.includes(tensor)));
    now = after;
  }
  return now;
}

/** cache [B, H, S, D] with fresh [B, H, 1, D] at slot. */
function written(cache: Tensor, fresh: Tensor, slot: Tensor): Tensor {
  const here = tf.equal(tf.reshape(tf.range(0, cache.shape[2] ?? 0, 1, "int32"), [1, 1, -1, 1]), slot);
  return tf.where(here, fresh, cache);
}

const slope = Math.sqrt(2 / Math.PI);

/** ½u(1 + tanh(√(2/π)(u + 0.044715u³))): GPT-2's form. */
function gelu(u: Tensor): Tensor {
  return tf.mul(tf.mul(u, 0.5), tf.add(geluTanh(u), 1));
}

function geluTanh(u: Tensor): Tensor {
  return tf.tanh(tf.mul(tf.mul(u, tf.add(tf.mul(tf.square(u), 0.044715), 1)), slope));
}

/** The derivative of `gelu`: ½(1 + t) + ½u(1 − t²)·√(2/π)(1 + 3·0.044715u²), t the tanh. */
function geluSlope(u: Tensor): Tensor {
  const t = geluTanh(u);
  const inner = tf.mul(tf.add(tf.mul(tf.square(u), 3 * 0.044715), 1), slope);
  return tf.mul(0.5, tf.add(tf.add(t, 1), tf.mul(tf.mul(u, tf.sub(1, tf.square(t))), inner)));
}
