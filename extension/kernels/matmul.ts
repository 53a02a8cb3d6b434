// out = op(A)·op(B), with bias and GELU. Tiles of the output are dealt to the threads; a thread copies what it reads again and again into
// small buffers of its own, which stay in its caches.
import { run, setInteger, setPointer, integer, pointer, panelBuffer, rowBuffer, depthBlock } from "./control";
import { Operation } from "./operations";
import { packPanel, transpose } from "./packing";
import { panelProduct, finishRows } from "./block";

/** Up to so many rows a plain B is read where it lies: copying it would cost more than it saves. */
const fewRows: i32 = 32;

/**
 * out [m, n] (rows side by side) = op(a)·op(b). op(a) is [m, k]: a has rows of `aStride` floats, and is stored transposed if `aTransposed`;
 * b likewise. bias [n] or 0. With `gelu` the sums' GELU is what is written to out, and its slopes to `slopes` [m, n] (0 = nowhere).
 */
export function matmul(
  a: usize,
  aStride: i32,
  aTransposed: bool,
  b: usize,
  bStride: i32,
  bTransposed: bool,
  out: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  gelu: bool,
  slopes: usize,
): void {
  // A sum of nothing.
  if (k == 0) memory.fill(out, 0, (<usize>m * <usize>n) << 2);
  setPointer(0, a);
  setInteger(1, aStride);
  setInteger(2, aTransposed ? 1 : 0);
  setPointer(3, b);
  setInteger(4, bStride);
  setInteger(5, bTransposed ? 1 : 0);
  setPointer(6, out);
  setInteger(7, m);
  setInteger(8, n);
  setInteger(9, k);
  setPointer(10, bias);
  setInteger(11, gelu ? 1 : 0);
  setPointer(12, slopes);
  // Tall tiles use a panel of B often; a transposed A is copied, and wide tiles use that often.
  const tileRows = aTransposed ? 64 : 256;
  const tileColumns = aTransposed ? 256 : 64;
  const across = (n + tileColumns - 1) / tileColumns;
  setInteger(13, tileRows);
  setInteger(14, tileColumns);
  setInteger(15, across);
  run(Operation.matmulTile, ((m + tileRows - 1) / tileRows) * across);
}

export function matmulTile(tile: i32): void {
  const across = integer(15);
  const row0 = (tile / across) * integer(13);
  const row1 = min(row0 + integer(13), integer(7));
  const column0 = (tile % across) * integer(14);
  const column1 = min(column0 + integer(14), integer(8));
  const k = integer(9);
  for (let k0 = 0; k0 < k; k0 += depthBlock) addDepths(row0, row1, column0, column1, k0, min(depthBlock, k - k0));
  const stride = (<usize>integer(8)) << 2;
  const place = <usize>row0 * stride + ((<usize>column0) << 2);
  const bias = pointer(10) == 0 ? 0 : pointer(10) + ((<usize>column0) << 2);
  const slopes = pointer(12) == 0 ? 0 : pointer(12) + place;
  finishRows(pointer(6) + place, bias, integer(11) != 0, slopes, stride, row1 - row0, column1 - column0);
}

/** Adds the products of `depth` depths from k0 on to a tile of the output. */
function addDepths(row0: i32, row1: i32, column0: i32, column1: i32, k0: i32, depth: i32): void {
  const aStride = integer(1);
  const aTransposed = integer(2) != 0;
  const bStride = integer(4);
  const bTransposed = integer(5) != 0;
  const n = integer(8);
  const cRow = (<usize>n) << 2;
  let a = pointer(0) + ((<usize>row0 * <usize>aStride + <usize>k0) << 2);
  let aRow = (<usize>aStride) << 2;
  if (aTransposed) {
    aRow = (<usize>depthBlock) << 2;
    const from = pointer(0) + ((<usize>k0 * <usize>aStride + <usize>row0) << 2);
    transpose(rowBuffer(), aRow, from, (<usize>aStride) << 2, row1 - row0, depth);
    a = rowBuffer();
  }
  for (let column = column0; column < column1; column += 8) {
    const columns = n - column;
    let b = pointer(3) + ((bTransposed ? <usize>column * <usize>bStride + <usize>k0 : <usize>k0 * <usize>bStride + <usize>column) << 2);
    let bStep = (<usize>bStride) << 2;
    if (bTransposed || columns < 8 || row1 - row0 > fewRows) {
      packPanel(panelBuffer(), b, bStride, bTransposed, min(8, columns), depth);
      b = panelBuffer();
      bStep = 32;
    }
    const c = pointer(6) + <usize>row0 * cRow + ((<usize>column) << 2);
    panelProduct(a, aRow, b, bStep, depth, c, cRow, row1 - row0, columns, k0 > 0);
  }
}
