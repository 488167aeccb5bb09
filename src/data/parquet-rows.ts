import { open, type FileHandle } from "node:fs/promises";
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
  type RowGroup,
  type SchemaTree,
} from "hyparquet";
import { OptionError, show } from "../errors.ts";
import { readBytes } from "../host/read-bytes.ts";
import { BoundedCompressors, PARQUET_LIMITS } from "./parquet-limits.ts";
import type { DataRow } from "./rows/data-row.ts";
import { fieldList } from "./training-example.ts";

/** What is read of a parquet file. */
export interface ParquetColumns {
  /** Columns that must be there. */
  readonly required: readonly string[];
  /** Columns that are read where they are there. */
  readonly optional: readonly string[] | "all";
  /** Whether columns may hold lists and parts, or one value a row alone. */
  readonly nested?: boolean;
  /** Rows from the beginning; all where absent. */
  readonly rows?: number;
}

interface OpenParquet {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
  /** Pieces that a row group has of the columns. */
  readonly leaves: number;
}

/**
 * The rows of a parquet file as objects of the columns, some at a time: as many as their announced size allows. What
 * texts
 * come to is counted before a row is given, so that a dictionary of one long text is refused before it is copied.
 *
 * @param windowBytes decompressed, of all rows that are in memory at once
 * @throws OptionError for a file without the columns, or beyond PARQUET_LIMITS; whatever the decoder throws at damage
 */
export async function* parquetRows(
  path: string,
  wanted: ParquetColumns,
  windowBytes: number = PARQUET_LIMITS.windowBytes,
): AsyncGenerator<readonly DataRow[]> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const opened = await openParquet(path, bufferOf(handle, size, path), wanted);
    const most = PARQUET_LIMITS.smallCharacters + size * PARQUET_LIMITS.charactersPerByte;
    let characters = 0;
    let left = wanted.rows ?? Number.POSITIVE_INFINITY;
    for (const group of opened.metadata.row_groups) {
      if (left <= 0) return;
      for await (const rows of groupRows(opened, group, { windowBytes, mostRows: left })) {
        left -= rows.length;
        characters += textLength(rows);
        if (characters > most)
          throw new OptionError(
            `Expected ${show(path)} of ${size} bytes to hold at most ${most} characters, got at least ${characters}; it repeats its texts too often, take a part of it.`,
          );
        yield rows;
      }
    }
  } finally {
    await handle.close();
  }
}

/** The file as the decoder reads it: nothing outside of it, and no more at once than a row group has. */
function bufferOf(handle: FileHandle, size: number, path: string): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const length = end - start;
      if (!(start >= 0 && length >= 0 && end <= size)) throw new Error(`bytes ${start} to ${end} of ${size}`);
      if (length > PARQUET_LIMITS.groupStoredBytes) throw new Error(`${length} bytes in one piece`);
      return (await readBytes(handle, start, length, path)).buffer as ArrayBuffer;
    },
  };
}

async function openParquet(
  path: string,
  file: AsyncBuffer,
  { required, optional, nested = false }: ParquetColumns,
): Promise<OpenParquet> {
  if (file.byteLength < 12) throw new Error(`${file.byteLength} bytes`);
  const described = new DataView(await file.slice(file.byteLength - 8)).getUint32(0, true);
  if (described > PARQUET_LIMITS.metadataBytes) throw new Error(`a description of ${described} bytes`);
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  const fields = parquetSchema(metadata).children;
  const names = fields.map(({ element }) => element.name);
  for (const name of required) {
    if (!names.includes(name))
      throw new OptionError(
        `Expected ${show(path)} to have the column \`${name}\`, got ${fieldList(names)}; rename or add it.`,
      );
  }
  const columns = optional === "all" ? names : [...required, ...optional].filter((name) => names.includes(name));
  for (const name of columns) {
    const same = fields.filter(({ element }) => element.name === name);
    if (same.length > 1)
      throw new OptionError(
        `Expected the columns of ${show(path)} to differ, got ${show(name)} ${same.length} times; rename or remove one.`,
      );
    const plain = same[0]!.children.length === 0 && same[0]!.element.repetition_type !== "REPEATED";
    if (!plain && !nested)
      throw new OptionError(
        `Expected the column \`${name}\` of ${show(path)} to hold one text a row, got lists or parts; write the text itself.`,
      );
  }
  const leaves = sum(fields.filter(({ element }) => columns.includes(element.name)).map(leavesOf));
  return { path, file, metadata, columns, leaves };
}

/** Columns below a field that hold values. */
function leavesOf({ children }: SchemaTree): bigint {
  return children.length === 0 ? 1n : BigInt(sum(children.map(leavesOf)));
}

async function* groupRows(
  { path, file, metadata, columns, leaves }: OpenParquet,
  group: RowGroup,
  { windowBytes, mostRows: wantedRows }: { readonly windowBytes: number; readonly mostRows: number },
): AsyncGenerator<readonly DataRow[]> {
  const rows = Number(group.num_rows);
  if (rows === 0) return;
  const chunks = group.columns.filter(({ meta_data: data }) => columns.includes(data?.path_in_schema[0] ?? ""));
  if (chunks.length !== leaves) throw new Error(`${chunks.length} pieces of ${leaves} columns`);
  const bytes = sum(chunks.map(({ meta_data: data }) => data?.total_uncompressed_size));
  const stored = sum(chunks.map(({ meta_data: data }) => data?.total_compressed_size));
  const { groupRows: mostRows, groupBytes: mostBytes, groupStoredBytes: mostStored } = PARQUET_LIMITS;
  if (!(rows > 0 && rows <= mostRows && bytes <= mostBytes && stored <= mostStored))
    throw new OptionError(
      `Expected row groups of ${show(path)} to have at most ${mostRows} rows and 1 GiB, 512 MiB of it as stored, got ${rows} rows and ${bytes} bytes, ${stored} as stored; write it with smaller row groups.`,
    );
  const compressors = new BoundedCompressors(path);
  const step = Math.ceil(rows / Math.max(1, Math.ceil(bytes / windowBytes)));
  const last = Math.min(rows, wantedRows);
  for (let rowStart = 0; rowStart < last; rowStart += step) {
    const rowEnd = Math.min(last, rowStart + step);
    const found = await parquetReadObjects({
      file,
      metadata: { ...metadata, row_groups: [group] },
      columns: [...columns],
      compressors: compressors.codecs,
      rowStart,
      rowEnd,
    });
    if (found.length !== rowEnd - rowStart)
      throw new Error(`${rowEnd - rowStart} rows announced and ${found.length} found`);
    compressors.release();
    yield found;
  }
}

/** NaN where one is missing, which no bound lets through. */
function sum(sizes: readonly (bigint | undefined)[]): number {
  return sizes.reduce((total, size) => total + (size === undefined || size < 0n ? Number.NaN : Number(size)), 0);
}

/** Characters of all texts of rows, at any depth. */
export function textLength(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return 0;
  let length = 0;
  for (const item of Array.isArray(value) ? value : Object.values(value)) length += textLength(item);
  return length;
}
