/**
 * Rows that need not be in memory: read one by one, always the same row under the same index.
 *
 * A data set of a run is named by its digest, so that a resume notices when the rows have changed.
 */
export interface Dataset<Row> {
  readonly name: string;
  /** SHA-256 over all rows, 64 hexadecimal digits. */
  readonly digest: string;
  readonly length: number;
  /** @param index from 0 to `length - 1` */
  at(index: number): Promise<Row>;
  /** Where the rows with the longest texts stand, where that is known without reading all. */
  longest?(count: number): readonly number[];
}
