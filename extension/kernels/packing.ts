// Copies of the factors of matrix products, as `panelProduct` reads them: panels of 8 columns of the right one ([depth][8], zeros where the
// matrix ends), and rows of a left one that is stored transposed.

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
 * to [depth][8] = eight columns, of which `valid` exist. Column l's entry at depth k lies at source + (l·stride + k)·4 (along = true: a
 * transposed matrix), or at source + (k·stride + l)·4.
 */
export function packPanel(to: usize, source: usize, stride: i32, along: bool, valid: i32, depth: i32): void {
  const row = (<usize>stride) << 2;
  if (valid < 8) return packEdge(to, source, row, along, valid, depth);
  if (along) {
    transpose(to, 32, source, row, depth, 8);
    return;
  }
  for (let k = 0; k < depth; k++, to += 32, source += row) {
    v128.store(to, v128.load(source));
    v128.store(to, v128.load(source, 16), 16);
  }
}

function packEdge(to: usize, source: usize, row: usize, along: bool, valid: i32, depth: i32): void {
  const lane: usize = along ? row : 4;
  const next: usize = along ? 4 : row;
  for (let k = 0; k < depth; k++, source += next)
    for (let l = 0; l < 8; l++, to += 4)
      store<f32>(to, l < valid ? load<f32>(source + <usize>l * lane) : 0);
}

/** to [rows, columns] (rows toRow bytes apart) = the transpose of source [columns, rows] (rows sourceRow bytes apart). */
export function transpose(
  to: usize,
  toRow: usize,
  source: usize,
  sourceRow: usize,
  rows: i32,
  columns: i32,
): void {
  let row = 0;
  for (; row + 4 <= rows; row += 4, source += 16, to += 4 * toRow) {
    let from = source;
    let place = to;
    let column = 0;
    for (; column + 4 <= columns; column += 4, from += 4 * sourceRow, place += 16)
      transposeFour(
        v128.load(from),
        v128.load(from + sourceRow),
        v128.load(from + 2 * sourceRow),
        v128.load(from + 3 * sourceRow),
        place,
        toRow,
      );
    for (; column < columns; column++, from += sourceRow, place += 4)
      for (let r: usize = 0; r < 4; r++) store<f32>(place + r * toRow, load<f32>(from + (r << 2)));
  }
  for (; row < rows; row++, source += 4, to += toRow)
    for (let column: usize = 0; column < <usize>columns; column++)
      store<f32>(to + (column << 2), load<f32>(source + column * sourceRow));
}
