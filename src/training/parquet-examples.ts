import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema, type AsyncBuffer, type FileMetaData, type RowGroup } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { AhaError, OptionError, show } from "../errors.ts";
import { checkExample, fieldList, type TrainingExample } from "./training-example.ts";

const REQUIRED = ["prompt", "completion"] as const;
const COLUMNS: readonly string[] = [...REQUIRED, "problemId"];
/** Characters of one text. */
const LONGEST_TEXT = 10_000_000;
/** A row group is decoded as a whole, so a file that claims more is refused before memory is spent on it. */
const MOST_ROWS_A_GROUP = 2 ** 21;
const MOST_BYTES_A_GROUP = 2 ** 30;

/**
 * The examples of a parquet file: columns of strings `prompt` and `completion`, and perhaps `problemId`; other columns are not read.
 *
 * @throws OptionError for a file that is damaged or without the columns, for row groups of more than 1 GiB or two million rows, and naming the row that isn't an example
 */
export async function* parquetExamples(path: string): AsyncGenerator<TrainingExample> {
  const { file, metadata, columns } = await reading(path, () => open(path));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await reading(path, () => readGroup(path, group, { file, metadata, columns, rowStart, rowEnd }));
    for (const [index, row] of rows.entries()) {
      const example = checkExample(row, `row ${rowStart + index + 1} of ${show(path)}`);
      if (example.prompt.length + example.completion.length > LONGEST_TEXT) throw new OptionError(`Expected row ${rowStart + index + 1} of ${show(path)} to have at most ${LONGEST_TEXT / 1e6} million characters, got more; split it, or leave it out.`);
      yield example;
    }
    rowStart = rowEnd;
  }
}

async function open(path: string): Promise<{ file: AsyncBuffer; metadata: FileMetaData; columns: string[] }> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  for (const name of REQUIRED) {
    if (!names.includes(name)) throw new OptionError(`Expected ${show(path)} to have the column \`${name}\`, got ${fieldList(names)}; rename or add it.`);
  }
  return { file, metadata, columns: COLUMNS.filter((name) => names.includes(name)) };
}

interface GroupToRead {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: string[];
  readonly rowStart: number;
  readonly rowEnd: number;
}

async function readGroup(path: string, group: RowGroup, { rowStart, rowEnd, ...rest }: GroupToRead): Promise<readonly unknown[]> {
  const rows = rowEnd - rowStart;
  if (rows === 0) return [];
  const bytes = group.columns.reduce((sum, { meta_data: data }) => (COLUMNS.includes(data?.path_in_schema[0] ?? "") ? sum + Number(data?.total_uncompressed_size) : sum), 0);
  if (!(rows <= MOST_ROWS_A_GROUP && bytes <= MOST_BYTES_A_GROUP)) throw new OptionError(`Expected row groups of ${show(path)} of at most ${MOST_ROWS_A_GROUP} rows and 1 GiB, got ${rows} rows and ${bytes} bytes; write the file with smaller row groups.`);
  const found = await parquetReadObjects({ ...rest, compressors, rowStart, rowEnd });
  if (found.length !== rows) throw new Error(`${rows} rows announced and ${found.length} found`);
  return found;
}

/** Turns whatever the decoder throws at bytes that it can't read into one line. */
async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    // The file system's own errors say more than that the file is damaged.
    if (error instanceof AhaError || /^E[A-Z]+$/.test(String((error as NodeJS.ErrnoException | null)?.code))) throw error;
    throw new OptionError(`Expected ${show(path)} to be a parquet file, got one that can't be read (${show(error instanceof Error ? error.message : error)}); it is damaged, write or download it again.`, { cause: error });
  }
}
