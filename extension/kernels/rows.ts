// Rows of a table by number, and gradients summed back into them.
import { run, setInteger, setPointer, integer, pointer } from "./control";
import { Operation } from "./operations";
import { loadPart, storePart, splat } from "./vectorMath";

const columnGroup: i32 = 64;

/** out[m] = table[ids[m]], rows of `width` floats; a number outside the table gives NaN. */
export function gatherRows(table: usize, ids: usize, out: usize, m: i32, size: i32, width: i32): void {
  const bytes = (<usize>width) << 2;
  for (let i = 0; i < m; i++) {
    const id = load<i32>(ids + ((<usize>i) << 2));
    const to = out + <usize>i * bytes;
    if (id >= 0 && id < size) memory.copy(to, table + <usize>id * bytes, bytes);
    else for (let e = 0; e < width; e++) store<f32>(to + ((<usize>e) << 2), NaN);
  }
}

/** out [size, width] = 0, then out[ids[m]] += dy[m] in the order of m. A tile has some columns of all rows. */
export function scatterRows(dy: usize, ids: usize, out: usize, m: i32, size: i32, width: i32): void {
  setPointer(0, dy);
  setPointer(1, ids);
  setPointer(2, out);
  setInteger(3, m);
  setInteger(4, size);
  setInteger(5, width);
  memory.fill(out, 0, (<usize>size * <usize>width) << 2);
  run(Operation.scatterRowsTile, (width + columnGroup - 1) / columnGroup);
}

export function scatterRowsTile(tile: i32): void {
  const width = integer(5);
  const bytes = (<usize>width) << 2;
  const last = min((tile + 1) * columnGroup, width);
  const zero = splat(0);
  for (let i = 0; i < integer(3); i++) {
    const id = load<i32>(pointer(1) + ((<usize>i) << 2));
    if (id < 0 || id >= integer(4)) continue;
    const from = pointer(0) + <usize>i * bytes;
    const to = pointer(2) + <usize>id * bytes;
    for (let e = tile * columnGroup; e < last; e += 4) {
      const place = (<usize>e) << 2;
      const left = width - e;
      storePart(
        to + place,
        f32x4.add(loadPart(to + place, left, zero), loadPart(from + place, left, zero)),
        left,
      );
    }
  }
}
