import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import type { WasmBackend } from "./wasmBackend";

/** Makes a kernel of ours from tfjs's JavaScript version, which takes what ours does not. */
export type KernelMaker = (javascript: KernelFunc) => KernelFunc;

/** Operations of one argument in the order of kernels/elementwise.ts, by tfjs's names. */
const unaryOperations = [
  "Exp",
  "Log",
  "Log1p",
  "Sigmoid",
  "Softplus",
  "Tanh",
  "Neg",
  "Sqrt",
  "Square",
  "Abs",
  "ClipByValue",
] as const;

/** Operations of two arguments in the order of kernels/elementwise.ts, by tfjs's names. */
const binaryOperations = [
  "Add",
  "Sub",
  "Multiply",
  "RealDiv",
  "Maximum",
  "Minimum",
  "SquaredDifference",
] as const;

/** The number of multiplication in kernels/elementwise.ts. */
export const binaryMultiply = binaryOperations.indexOf("Multiply");

/** Comparisons, in JavaScript: their results are bytes. */
const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Greater: (a, b) => a > b,
  GreaterEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessEqual: (a, b) => a <= b,
  Equal: (a, b) => a === b,
  NotEqual: (a, b) => a !== b,
  LogicalAnd: (a, b) => a !== 0 && b !== 0,
};

export const elementwiseKernels: Readonly<Record<string, KernelMaker>> = {
  ...Object.fromEntries(unaryOperations.map((name, operation) => [name, unaryKernel(operation)])),
  ...Object.fromEntries(binaryOperations.map((name, operation) => [name, binaryKernel(operation)])),
  ...Object.fromEntries(Object.entries(comparisons).map(([name, test]) => [name, comparison(test)])),
};

function unaryKernel(operation: number): KernelMaker {
  return (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const x = args.inputs.x as TensorInfo;
    if (x.dtype !== "float32") return javascript(args);
    const out = backend.create(x.shape);
    const [low, high] = [args.attrs?.clipValueMin, args.attrs?.clipValueMax] as (number | undefined)[];
    const [from, to] = [backend.address(x), backend.address(out)];
    backend.kernels.unary(operation, from, to, sizeOf(x.shape), low ?? 0, high ?? 0);
    return out;
  };
}

/** How an argument lies along [rows, columns] (kernels/elementwise.ts): all of it, one row for all, or one number a row. */
const enum Layout {
  full,
  row,
  column,
}

interface Broadcast {
  readonly rows: number;
  readonly columns: number;
  readonly a: Layout;
  readonly b: Layout;
  readonly shape: readonly number[];
}

function binaryKernel(operation: number): KernelMaker {
  return (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
    const found = a.dtype === "float32" && b.dtype === "float32" ? broadcast(a.shape, b.shape) : null;
    if (found === null) return javascript(args);
    const out = backend.create(found.shape);
    backend.kernels.binary(
      operation,
      backend.address(a),
      found.a,
      backend.address(b),
      found.b,
      backend.address(out),
      found.rows,
      found.columns,
    );
    return out;
  };
}

/** How two shapes meet, where that is one of the kernel's ways: equal shapes, a number, a row for all, or a number a row; else null. */
export function broadcast(a: readonly number[], b: readonly number[]): Broadcast | null {
  const [sizeA, sizeB] = [sizeOf(a), sizeOf(b)];
  if (sizeA === 0 || sizeB === 0) return null;
  if (a.length === b.length && a.every((n, i) => n === b[i]))
    return { rows: 1, columns: sizeA, a: Layout.full, b: Layout.full, shape: a };
  if (sizeB > sizeA || (sizeA === sizeB && b.length > a.length)) {
    const found = broadcast(b, a);
    return found && { ...found, a: found.b, b: found.a };
  }
  if (b.length > a.length) return null;
  const other = [...new Array<number>(a.length - b.length).fill(1), ...b];
  const whole = { a: Layout.full, shape: a };
  if (sizeA === sizeB) return { ...whole, rows: 1, columns: sizeA, b: Layout.full };
  if (sizeB === 1) return { ...whole, rows: 1, columns: sizeA, b: Layout.column };
  const [rows, columns] = [sizeB, sizeA / sizeB];
  const same = (from: number, to: number): boolean =>
    other.slice(from, to).every((n, i) => n === a[from + i]);
  const ones = (from: number, to: number): boolean => other.slice(from, to).every((n) => n === 1);
  for (let split = 1; split < a.length; split++) {
    if (ones(0, split) && same(split, a.length))
      return { ...whole, rows: columns, columns: rows, b: Layout.row };
    if (same(0, split) && ones(split, a.length)) return { ...whole, rows, columns, b: Layout.column };
  }
  return null;
}

function comparison(test: (a: number, b: number) => boolean): KernelMaker {
  return (javascript) => (args) => {
    const backend = args.backend as WasmBackend;
    const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
    const found = a.dtype === "string" ? null : broadcast(a.shape, b.shape);
    if (found === null || found.rows !== 1) return javascript(args);
    const out = backend.create(found.shape, "bool");
    const [x, y, result] = [backend.numbers(a), backend.numbers(b), backend.numbers(out)];
    const [stepX, stepY] = [found.a === Layout.full ? 1 : 0, found.b === Layout.full ? 1 : 0];
    for (let i = 0; i < result.length; i++) result[i] = test(x[i * stepX], y[i * stepY]) ? 1 : 0;
    return out;
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
