import type { FileHandle } from "node:fs/promises";
import { readBytesInto } from "../host/read-bytes.ts";

/** A matrix in a file, row after row; a vector is one row. */
export interface StoredMatrix {
  readonly file: FileHandle;
  readonly path: string;
  /** The matrix is known to lie within the file from this byte on. */
  readonly begin: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowBytes: number;
  /** Rows that only mean something together, a divisor of `rows`. */
  readonly unit: number;
  /** Widens the numbers of whole units to 32 bits. */
  readonly widen: (bytes: Uint8Array, out: Float32Array) => void;
}

/** What is read at a time: few enough to stay in a processor's cache until it stands where it belongs. */
const CHUNK_BYTES = 2 ** 19;

/**
 * Reads matrices some rows at a time, in memory that it keeps for the next: a model costs no more than its parameters.
 */
export class RowReader {
  private bytes = new Uint8Array(0);
  private values = new Float32Array(0);

  /**
   * @param onRows told the numbers of some rows, in memory that is used again, and which row is the first
   * @throws CheckpointError where the file has become shorter
   */
  async read(
    { file, path, begin, rows, columns, rowBytes, unit, widen }: StoredMatrix,
    onRows: (values: Float32Array, row: number) => void,
  ): Promise<void> {
    const step = unit * Math.max(1, Math.floor(CHUNK_BYTES / (unit * rowBytes)));
    for (let row = 0; row < rows; row += step) {
      const count = Math.min(step, rows - row);
      this.reserve(count * rowBytes, count * columns);
      const bytes = this.bytes.subarray(0, count * rowBytes);
      const values = this.values.subarray(0, count * columns);
      await readBytesInto(file, begin + row * rowBytes, bytes, path);
      widen(bytes, values);
      onRows(values, row);
    }
  }

  private reserve(bytes: number, values: number): void {
    if (this.bytes.length < bytes) this.bytes = new Uint8Array(bytes);
    if (this.values.length < values) this.values = new Float32Array(values);
  }
}
