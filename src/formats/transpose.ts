const BLOCK = 32;
const TOGETHER = 4;

/** Some rows of numbers, shape [rows, columns]. */
export interface RowMajor {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Writes the transpose of a matrix, or of some rows of a higher one: four rows at a time in blocks of columns, so that
 * both sides stay in the cache.
 *
 * @param out shape [columns, height]
 * @param height rows of the whole matrix
 * @param first which of them is the first of those given
 */
export function transposeInto(
  { values, rows, columns }: RowMajor,
  out: Float32Array,
  height: number = rows,
  first = 0,
): void {
  const together = rows - (rows % TOGETHER);
  for (let columnStart = 0; columnStart < columns; columnStart += BLOCK) {
    const columnEnd = Math.min(columnStart + BLOCK, columns);
    for (let row = 0; row < together; row += TOGETHER) {
      let from = row * columns + columnStart;
      const end = columnEnd * height + first + row;
      for (let to = columnStart * height + first + row; to < end; to += height, from++) {
        out[to] = values[from]!;
        out[to + 1] = values[from + columns]!;
        out[to + 2] = values[from + 2 * columns]!;
        out[to + 3] = values[from + 3 * columns]!;
      }
    }
    for (let row = together; row < rows; row++) {
      for (let column = columnStart; column < columnEnd; column++)
        out[column * height + first + row] = values[row * columns + column]!;
    }
  }
}
