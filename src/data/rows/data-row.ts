/** A row of somebody's data: its columns by name, values as JSON has them. */
export type DataRow = Readonly<Record<string, unknown>>;

/** Why a row can't be used. */
export interface RowFault {
  /** The same words for all rows with this fault, so that they can be counted. */
  readonly reason: string;
  /** The whole error, which names the row. */
  readonly message: string;
}

/** Where a row stands in its file. */
export interface RowPlace {
  /** The line, or the row where rows have no lines; from 1. */
  readonly number: number;
  /** Offsets in bytes, `end` left out. */
  readonly start: number;
  readonly end: number;
}

/** A row as it was found, or what is wrong with it. */
export type FoundRow =
  | (RowPlace & { readonly row: DataRow; readonly fault?: never })
  | (RowPlace & { readonly fault: RowFault; readonly row?: never });

/** Bytes that one row may have in its file. */
export const LONGEST_ROW = 10_000_000;

/** How rows stand in a file. */
export type DataFormat = "JSONL" | "JSON" | "CSV" | "Parquet";

/** A file of rows: all in order, and each again by its place. */
export interface RowFile {
  /** What messages call it. */
  readonly path: string;
  readonly format: DataFormat;
  /** Bytes in which its rows have their places. */
  readonly bytes: number;
  /** In pieces of some hundreds, in their order. */
  rows(): AsyncIterable<readonly FoundRow[]>;
  /** The row at a place that `rows` gave. */
  read(place: Pick<RowPlace, "start" | "end">): Promise<DataRow>;
  close(): Promise<void>;
}
