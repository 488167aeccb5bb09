const BLOCK = 32;

/**
 * Writes the transpose of a matrix, in square blocks so that both sides stay in the cache.
 *
 * @param values shape [rows, columns]
 * @param out shape [columns, rows]
 */
export function transposeInto(values: Float32Array, rows: number, columns: number, out: Float32Array): void {
  for (let rowStart = 0; rowStart < rows; rowStart += BLOCK) {
    const rowEnd = Math.min(rowStart + BLOCK, rows);
    for (let columnStart = 0; columnStart < columns; columnStart += BLOCK) {
      const columnEnd = Math.min(columnStart + BLOCK, columns);
      for (let row = rowStart; row < rowEnd; row++) {
        for (let column = columnStart; column < columnEnd; column++) out[column * rows + row] = values[row * columns + column]!;
      }
    }
  }
}
