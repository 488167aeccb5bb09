/**
 * The thread in which a parquet file is decoded: the decoder never ends on some damaged files, and this thread can be
 * ended.
 */
import { sumOf } from "../numbers/sum.ts";
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { AhaError, OptionError, show } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import { damagedParquet } from "./damaged-parquet.ts";
import { fieldList } from "./training-example.ts";

export interface ParquetInit {
  readonly path: string;
  /** Columns that must be there. */
  readonly required: readonly string[];
  /** Columns that are read where they are there. */
  readonly optional: readonly string[];
}

export interface ParquetCalls {
  /** Opens the file and says how many row groups there are. */
  groups(): Promise<number>;
  /** The rows of a group as objects of the columns. @throws OptionError where it is damaged or too large */
  rows(group: number): Promise<readonly unknown[]>;
}

/** A row group is decoded as a whole, so a file that claims more is refused before memory is spent on it. */
const MOST_ROWS_A_GROUP = 2 ** 21;
const MOST_BYTES_A_GROUP = 2 ** 30;

interface OpenFile {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: string[];
}

/** Opens nothing yet: a thread can be ended only once it has started. */
export default function start(init: ParquetInit): ParquetCalls {
  let opened: OpenFile | undefined;
  return {
    groups: () =>
      reading(init.path, async () => {
        opened = await open(init);
        return opened.metadata.row_groups.length;
      }),
    rows: (group) => reading(init.path, async () => readGroup(init.path, (opened ??= await open(init)), group)),
  };
}

async function open({ path, required, optional }: ParquetInit): Promise<OpenFile> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  for (const name of required) {
    if (!names.includes(name))
      throw new OptionError(
        `Expected ${show(path)} to have the column \`${name}\`, got ${fieldList(names)}; rename or add it.`,
      );
  }
  return { file, metadata, columns: [...required, ...optional].filter((name) => names.includes(name)) };
}

async function readGroup(
  path: string,
  { file, metadata, columns }: OpenFile,
  index: number,
): Promise<readonly unknown[]> {
  const group = metadata.row_groups[index]!;
  const rows = Number(group.num_rows);
  if (rows === 0) return [];
  const bytes = group.columns.reduce(
    (sum, { meta_data: data }) =>
      columns.includes(data?.path_in_schema[0] ?? "") ? sum + Number(data?.total_uncompressed_size) : sum,
    0,
  );
  if (rows > MOST_ROWS_A_GROUP || bytes > MOST_BYTES_A_GROUP)
    throw new OptionError(
      `Expected row groups of ${show(path)} to have at most ${MOST_ROWS_A_GROUP} rows and 1 GiB, got ${rows} rows and ${bytes} bytes; write it with smaller row groups.`,
    );
  const rowStart = sumOf(metadata.row_groups.slice(0, index), (before) => Number(before.num_rows));
  const found = await parquetReadObjects({ file, metadata, columns, compressors, rowStart, rowEnd: rowStart + rows });
  if (found.length !== rows) throw new Error(`${rows} rows announced and ${found.length} found`);
  return found;
}

/**
 * Turns whatever the decoder throws at bytes that it can't read into one line.
 *
 * @throws OptionError; RunError where the file system fails
 */
async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const explained = diskError("read", path, error);
    if (explained instanceof AhaError) throw explained;
    throw damagedParquet(path, error instanceof Error ? error.message : String(error));
  }
}
