// Elementwise operations: one argument, or two with the broadcasts that occur (same shape, a number, a row, a column).
import { run, setFloat, setInteger, setPointer, float, integer, pointer } from "./control";
import { Operation } from "./operations";
import {
  exp4,
  loadPart,
  log1p4,
  log4,
  sigmoid4,
  softplus4,
  splat,
  storePart,
  tanh4,
} from "./vectorMath";

const chunk: i32 = 4096;

/** Operations of one argument, numbered as in `unaryOperations` of engine/wasm/elementwiseKernels.ts. */
@inline
function unaryValue(operation: i32, x: v128): v128 {
  switch (operation) {
    case 0:
      return exp4(x);
    case 1:
      return log4(x);
    case 2:
      return log1p4(x);
    case 3:
      return sigmoid4(x);
    case 4:
      return softplus4(x);
    case 5:
      return tanh4(x);
    case 6:
      return f32x4.neg(x);
    case 7:
      return f32x4.sqrt(x);
    case 8:
      return f32x4.mul(x, x);
    case 9:
      return f32x4.abs(x);
    case 10:
      return f32x4.min(f32x4.max(x, splat(float(4))), splat(float(5)));
    default:
      return x;
  }
}

/** out = operation(x), elementwise; low and high for clipping. */
export function unary(operation: i32, x: usize, out: usize, size: i32, low: f32, high: f32): void {
  setInteger(0, operation);
  setPointer(1, x);
  setPointer(2, out);
  setInteger(3, size);
  setFloat(4, low);
  setFloat(5, high);
  run(Operation.unaryTile, (size + chunk - 1) / chunk);
}

export function unaryTile(tile: i32): void {
  const operation = integer(0);
  const first = (<usize>(tile * chunk)) << 2;
  const count = min(chunk, integer(3) - tile * chunk);
  const x = pointer(1) + first;
  const out = pointer(2) + first;
  const zero = splat(0);
  for (let i = 0; i < count; i += 4) {
    const place = (<usize>i) << 2;
    storePart(out + place, unaryValue(operation, loadPart(x + place, count - i, zero)), count - i);
  }
}

/** Operations of two arguments, numbered as in `binaryOperations` of engine/wasm/elementwiseKernels.ts. */
@inline
function binaryValue(operation: i32, x: v128, y: v128): v128 {
  switch (operation) {
    case 0:
      return f32x4.add(x, y);
    case 1:
      return f32x4.sub(x, y);
    case 2:
      return f32x4.mul(x, y);
    case 3:
      return f32x4.div(x, y);
    case 4:
      return f32x4.max(x, y);
    case 5:
      return f32x4.min(x, y);
    default: {
      const d = f32x4.sub(x, y);
      return f32x4.mul(d, d);
    }
  }
}

/** How an argument lies along [rows, columns]: all of it, one row for all, or one number a row (one for all when rows = 1). */
const full: i32 = 0;
const column: i32 = 2;

/** out [rows, columns] = operation(x, y). */
export function binary(
  operation: i32,
  x: usize,
  xLayout: i32,
  y: usize,
  yLayout: i32,
  out: usize,
  rows: i32,
  columns: i32,
): void {
  setInteger(0, operation);
  setPointer(1, x);
  setInteger(2, xLayout);
  setPointer(3, y);
  setInteger(4, yLayout);
  setPointer(5, out);
  setInteger(6, rows);
  setInteger(7, columns);
  // Tiles are chunks of one long row, or groups of rows.
  const group = max(1, chunk / columns);
  setInteger(8, group);
  run(Operation.binaryTile, rows == 1 ? (columns + chunk - 1) / chunk : (rows + group - 1) / group);
}

export function binaryTile(tile: i32): void {
  const rows = integer(6);
  const columns = integer(7);
  const single = rows == 1;
  const row0 = single ? 0 : tile * integer(8);
  const row1 = single ? 1 : min(row0 + integer(8), rows);
  const column0 = single ? tile * chunk : 0;
  const column1 = single ? min(column0 + chunk, columns) : columns;
  for (let row = row0; row < row1; row++)
    binaryRow(
      integer(0),
      argument(pointer(1), integer(2), row, columns, column0),
      integer(2) != column,
      argument(pointer(3), integer(4), row, columns, column0),
      integer(4) != column,
      pointer(5) + ((<usize>row * <usize>columns + <usize>column0) << 2),
      column1 - column0,
    );
}

@inline
function argument(base: usize, layout: i32, row: i32, columns: i32, first: i32): usize {
  if (layout == column) return base + ((<usize>row) << 2);
  return base + (((layout == full ? <usize>row * <usize>columns : 0) + <usize>first) << 2);
}

/** The loop is compiled for each operation apart: the choice inside it would cost more than the operation. */
function binaryRow(
  operation: i32,
  x: usize,
  xMoves: bool,
  y: usize,
  yMoves: bool,
  out: usize,
  count: i32,
): void {
  switch (operation) {
    case 0:
      return binaryLoop(0, x, xMoves, y, yMoves, out, count);
    case 1:
      return binaryLoop(1, x, xMoves, y, yMoves, out, count);
    case 2:
      return binaryLoop(2, x, xMoves, y, yMoves, out, count);
    case 3:
      return binaryLoop(3, x, xMoves, y, yMoves, out, count);
    case 4:
      return binaryLoop(4, x, xMoves, y, yMoves, out, count);
    case 5:
      return binaryLoop(5, x, xMoves, y, yMoves, out, count);
    default:
      return binaryLoop(6, x, xMoves, y, yMoves, out, count);
  }
}

@inline
function binaryLoop(
  operation: i32,
  x: usize,
  xMoves: bool,
  y: usize,
  yMoves: bool,
  out: usize,
  count: i32,
): void {
  const one = splat(1);
  let a = v128.load_splat<f32>(x);
  let b = v128.load_splat<f32>(y);
  const whole = (<usize>(count & ~3)) << 2;
  for (let place: usize = 0; place < whole; place += 16) {
    if (xMoves) a = v128.load(x + place);
    if (yMoves) b = v128.load(y + place);
    v128.store(out + place, binaryValue(operation, a, b));
  }
  const left = count & 3;
  if (left == 0) return;
  if (xMoves) a = loadPart(x + whole, left, one);
  if (yMoves) b = loadPart(y + whole, left, one);
  storePart(out + whole, binaryValue(operation, a, b), left);
}
