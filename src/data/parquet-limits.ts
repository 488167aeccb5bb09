import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Compressors } from "hyparquet";
import { compressors, decompressGzip, decompressZstd } from "hyparquet-compressors";
import { OptionError, show } from "../errors.ts";

const MIB = 2 ** 20;

/**
 * What a parquet file may come to. Its own numbers are checked first; what lies about itself meets the memory's bound.
 */
export interface ParquetLimits {
  /** The description of all columns and row groups, at the end of the file. */
  readonly metadataBytes: number;
  readonly groupRows: number;
  /** Of the columns that are read, decompressed. */
  readonly groupBytes: number;
  /** The same as they stand in the file: they are in memory at once. */
  readonly groupStoredBytes: number;
  readonly pageBytes: number;
  /** Pages that are decompressed at once: those of about a window, where the file is honest. */
  readonly openBytes: number;
  /** Decompressed, of the rows that are in memory at once. */
  readonly windowBytes: number;
  /** Resident memory of the process that decodes. */
  readonly memoryBytes: number;
  /** Characters of texts for a byte of the file; natural text has 3 to 30. */
  readonly charactersPerByte: number;
  /** Characters that any file may have. */
  readonly smallCharacters: number;
}

export const PARQUET_LIMITS: ParquetLimits = {
  metadataBytes: 64 * MIB,
  groupRows: 2 * MIB,
  groupBytes: 1024 * MIB,
  groupStoredBytes: 512 * MIB,
  pageBytes: 128 * MIB,
  openBytes: 256 * MIB,
  windowBytes: 64 * MIB,
  memoryBytes: 960 * MIB,
  charactersPerByte: 256,
  smallCharacters: 64 * MIB,
};

/**
 * Every one fills what a page announced, and ends where there is more: the system's own for the formats that it has.
 */
const DECODERS: Compressors = {
  ...compressors,
  GZIP: (input, length) =>
    isGzip(input) ? gunzipSync(input, { maxOutputLength: Math.max(1, length) }) : decompressGzip(input, length),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};

/** Some writers leave gzip's header out. */
function isGzip(input: Uint8Array): boolean {
  return input[0] === 0x1f && input[1] === 0x8b;
}

/** Decompressors that refuse a page before they give it memory, and all pages together once they come to too much. */
export class BoundedCompressors {
  private open = 0;

  constructor(private readonly path: string) {}

  readonly codecs: Compressors = Object.fromEntries(
    Object.entries(DECODERS).map(([codec, decode]) => [
      codec,
      (input: Uint8Array, length: number) => decode(input, this.take(length)),
    ]),
  );

  /** The pages so far are done with. */
  release(): void {
    this.open = 0;
  }

  private take(length: number): number {
    if (!Number.isSafeInteger(length) || length < 0) throw new Error(`a page of ${length} bytes`);
    this.open += length;
    const { pageBytes, openBytes } = PARQUET_LIMITS;
    if (length <= pageBytes && this.open <= openBytes) return length;
    throw new OptionError(
      `Expected pages of ${show(this.path)} to have at most ${pageBytes} bytes, and ${openBytes} together, got ${length} and ${this.open}; write it with smaller pages.`,
    );
  }
}
