import * as tf from "@tensorflow/tfjs-core";
import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import type { KernelMaker } from "./elementwiseKernels";
import type { WasmBackend } from "./wasmBackend";

/** tfjs kernels that sum, copy or fill: the ones that meet large tensors in a training step. */
export const arrayKernels: Readonly<Record<string, KernelMaker>> = {
  Sum: (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const x = args.inputs.x as TensorInfo;
    const { axis, keepDims } = args.attrs as { axis: number | number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const last = axes.every((a, i) => a === x.shape.length - axes.length + i);
    const first = axes.every((a, i) => a === i);
    if (x.dtype !== "float32" || !(last || first)) return javascript(args);
    const shape = x.shape.filter((_, i) => !axes.includes(i));
    const [kept, summed] = [sizeOf(shape), sizeOf(axes.map((a) => x.shape[a]))];
    const out = backend.create(keepDims ? x.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape);
    const [from, to] = [backend.address(x), backend.address(out)];
    if (last) backend.kernels.sumRows(from, to, kept, summed);
    else backend.kernels.columnSums(from, to, summed, kept);
    return out;
  },

  Softmax: (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const logits = args.inputs.logits as TensorInfo;
    const rank = logits.shape.length;
    const dim = args.attrs?.dim as number;
    if (logits.dtype !== "float32" || rank === 0 || (dim !== -1 && dim !== rank - 1)) return javascript(args);
    const out = backend.create(logits.shape);
    const columns = logits.shape[rank - 1];
    const [from, to] = [backend.address(logits), backend.address(out)];
    backend.kernels.softmax(from, to, sizeOf(logits.shape) / columns, columns);
    return out;
  },

  /** tfjs's version changes the type's name only and leaves integers and bytes where floats are meant. */
  Cast: (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const x = args.inputs.x as TensorInfo;
    const dtype = args.attrs?.dtype as TensorInfo["dtype"];
    if (x.dtype === dtype) {
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype };
    }
    if (dtype !== "float32" && dtype !== "int32") return javascript(args);
    const out = backend.create(x.shape, dtype);
    backend.numbers(out).set(backend.numbers(x));
    return out;
  },

  Slice: (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const x = args.inputs.x as TensorInfo;
    const { begin, size } = args.attrs as { begin: number | number[]; size: number | number[] };
    const [from, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
    tf.slice_util.assertParamsValid(x as tf.Tensor, from, sizes);
    if (x.dtype !== "float32" || !tf.slice_util.isSliceContinous(x.shape, from, sizes))
      return javascript(args);
    const offset = tf.slice_util.computeFlatOffset(from, tf.util.computeStrides(x.shape));
    const out = backend.create(sizes);
    backend.numbers(out).set(backend.numbers(x).subarray(offset, offset + sizeOf(sizes)));
    return out;
  },

  /** Where the condition has the choices' shape; else tfjs's version. */
  Select: (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const { condition, t, e } = args.inputs as Record<"condition" | "t" | "e", TensorInfo>;
    const equal = tf.util.arraysEqual(condition.shape, t.shape) && tf.util.arraysEqual(t.shape, e.shape);
    if (!equal || t.dtype !== "float32" || e.dtype !== "float32") return javascript(args);
    const out = backend.create(t.shape);
    const [which, yes, no, result] = [condition, t, e, out].map((tensor) => backend.numbers(tensor));
    for (let i = 0; i < result.length; i++) result[i] = which[i] !== 0 ? yes[i] : no[i];
    return out;
  },

  /** The largest number of all; else tfjs's version. */
  Max: (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const x = args.inputs.x as TensorInfo;
    const { reductionIndices, keepDims } = args.attrs as { reductionIndices: number[]; keepDims: boolean };
    const axes = tf.util.parseAxisParam(reductionIndices, x.shape);
    if (x.dtype !== "float32" || keepDims || axes.length !== x.shape.length) return javascript(args);
    const out = backend.create([]);
    let largest = -Infinity;
    for (const value of backend.numbers(x)) if (value > largest || Number.isNaN(value)) largest = value;
    backend.numbers(out)[0] = largest;
    return out;
  },

  ZerosLike: filled(0),
  OnesLike: filled(1),
};

function filled(value: number): KernelMaker {
  return (javascript: KernelFunc) => (args) => {
    const backend = args.backend as WasmBackend;
    const x = args.inputs.x as TensorInfo;
    if (x.dtype !== "float32" && x.dtype !== "int32") return javascript(args);
    const out = backend.create(x.shape, x.dtype);
    backend.numbers(out).fill(value);
    return out;
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
