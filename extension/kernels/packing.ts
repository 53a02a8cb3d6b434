// Packed operands of matrix products: strips of 4 rows of the left factor ([depth][4]) and panels of 8 columns of the right one
// ([depth][8]), zeros where the matrix ends. Here "lanes" are the 4 or 8 rows or columns side by side.

/** Columns 0…3 of four rows -> four vectors, stored `step` bytes apart. */
@inline
export function transposeFour(a: v128, b: v128, c: v128, d: v128, to: usize, step: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(to + step, v128.shuffle<f64>(ab, cd, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<f64>(ab2, cd2, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<f64>(ab2, cd2, 1, 3));
}

/**
 * Packs `valid` of `lanes` (4 or 8) lanes. Lane l's entry at depth k lies at source + (l·stride + k)·4 (along = true: depth is
 * contiguous), or at source + (k·stride + l)·4.
 */
export function pack(
  to: usize,
  source: usize,
  stride: i32,
  along: bool,
  lanes: i32,
  valid: i32,
  depth: i32,
): void {
  const row = <usize>stride << 2;
  const step = <usize>lanes << 2;
  if (valid < lanes) packEdge(to, source, row, along, lanes, valid, depth);
  else if (!along) {
    if (lanes == 4)
      for (let k = 0; k < depth; k++, to += 16, source += row) v128.store(to, v128.load(source));
    else
      for (let k = 0; k < depth; k++, to += 32, source += row) {
        v128.store(to, v128.load(source));
        v128.store(to, v128.load(source, 16), 16);
      }
  } else {
    for (let group = 0; group < lanes; group += 4) {
      let a = source + <usize>group * row;
      let place = to + ((<usize>group) << 2);
      let k = 0;
      for (; k + 4 <= depth; k += 4, a += 16, place += 4 * step)
        transposeFour(
          v128.load(a),
          v128.load(a + row),
          v128.load(a + 2 * row),
          v128.load(a + 3 * row),
          place,
          step,
        );
      for (; k < depth; k++, a += 4, place += step)
        for (let l: usize = 0; l < 4; l++) store<f32>(place + (l << 2), load<f32>(a + l * row));
    }
  }
}

function packEdge(
  to: usize,
  source: usize,
  row: usize,
  along: bool,
  lanes: i32,
  valid: i32,
  depth: i32,
): void {
  const lane: usize = along ? row : 4;
  const next: usize = along ? 4 : row;
  for (let k = 0; k < depth; k++, source += next)
    for (let l = 0; l < lanes; l++, to += 4)
      store<f32>(to, l < valid ? load<f32>(source + <usize>l * lane) : 0);
}
