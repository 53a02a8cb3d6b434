// out = op(A)·op(B), with bias and GELU: both factors are packed, then tiles of the output are dealt to the threads.
import { run, setInteger, setPointer, integer, pointer } from "./control";
import { Operation } from "./operations";
import { pack } from "./packing";
import { blockAnywhere, finishRows } from "./block";

const stripGroup: i32 = 16; // strips or panels a packing tile
const depthBlock: i32 = 256; // a panel of this depth stays in the first-level cache
const tileColumns: i32 = 128;

/**
 * out [m, n] (rows side by side) = op(a)·op(b). op(a) is [m, k]: a has rows of `aStride` floats, and is stored transposed if `aTransposed`;
 * b likewise. bias [n] or 0. With `gelu` the sums' GELU is what is written to out, and its slopes to `slopes` [m, n] (0 = nowhere).
 * scratch: (4·⌈m/4⌉ + 8·⌈n/8⌉)·k floats.
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
  scratch: usize,
): void {
  const strips = (m + 3) >> 2;
  const panels = (n + 7) >> 3;
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
  setPointer(11, slopes);
  setPointer(12, scratch);
  setPointer(13, scratch + ((<usize>strips * <usize>k) << 4));
  run(Operation.matmulPack, tilesOf(strips) + tilesOf(panels));
  const tileRows = m >= 512 ? 64 : 32;
  const across = (n + tileColumns - 1) / tileColumns;
  setInteger(14, tileRows);
  setInteger(15, across);
  setInteger(16, gelu ? 1 : 0);
  run(Operation.matmulTile, ((m + tileRows - 1) / tileRows) * across);
}

@inline
function tilesOf(strips: i32): i32 {
  return (strips + stripGroup - 1) / stripGroup;
}

export function matmulPack(tile: i32): void {
  const k = integer(9);
  const strips = (integer(7) + 3) >> 2;
  const left = tile < tilesOf(strips);
  const lanes = left ? 4 : 8;
  const size = left ? integer(7) : integer(8);
  const stride = left ? integer(1) : integer(4);
  const along = left ? integer(2) == 0 : integer(5) != 0;
  const source = left ? pointer(0) : pointer(3);
  const to = left ? pointer(12) : pointer(13);
  const first = (left ? tile : tile - tilesOf(strips)) * stripGroup;
  const last = min(first + stripGroup, (size + lanes - 1) / lanes);
  for (let strip = first; strip < last; strip++) {
    const lane = strip * lanes;
    const from = source + (<usize>lane * <usize>(along ? stride : 1)) * 4;
    pack(to + <usize>lane * <usize>k * 4, from, stride, along, lanes, min(lanes, size - lane), k);
  }
}

export function matmulTile(tile: i32): void {
  const m = integer(7);
  const n = integer(8);
  const k = integer(9);
  const across = integer(15);
  const row0 = (tile / across) * integer(14);
  const row1 = min(row0 + integer(14), m);
  const column0 = (tile % across) * tileColumns;
  const column1 = min(column0 + tileColumns, n);
  const stride = (<usize>n) << 2;
  for (let k0 = 0; k0 < k; k0 += depthBlock) {
    const depth = min(depthBlock, k - k0);
    for (let column = column0; column < column1; column += 8) {
      const b = pointer(13) + (<usize>column * <usize>k + (<usize>k0 << 3)) * 4;
      for (let row = row0; row < row1; row += 4) {
        const a = pointer(12) + (<usize>row * <usize>k + (<usize>k0 << 2)) * 4;
        const c = pointer(6) + <usize>row * stride + ((<usize>column) << 2);
        blockAnywhere(a, b, depth, c, stride, k0 > 0, m - row, n - column);
      }
    }
  }
  const place = <usize>row0 * stride + ((<usize>column0) << 2);
  const bias = pointer(10) == 0 ? 0 : pointer(10) + ((<usize>column0) << 2);
  const slopes = pointer(11) == 0 ? 0 : pointer(11) + place;
  finishRows(
    pointer(6) + place,
    bias,
    integer(16) != 0,
    slopes,
    stride,
    row1 - row0,
    column1 - column0,
  );
}
