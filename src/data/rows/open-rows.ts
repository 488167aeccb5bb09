import { createWriteStream } from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { OptionError, show } from "../../errors.ts";
import { checkPlainFile } from "../../host/check-plain-file.ts";
import { diskError } from "../../host/disk-error.ts";
import { readBytes } from "../../host/read-bytes.ts";
import { parquetTexts } from "../parquet-table.ts";
import { csvHeader, csvRows, parseCsvRow } from "./csv-rows.ts";
import type { DataFormat, DataRow, FoundRow, RowFault, RowFile, RowPlace } from "./data-row.ts";
import { utf8Text, jsonArrayRows } from "./json-array-rows.ts";
import { jsonRow, type RowWords } from "./json-row.ts";
import { jsonlRows } from "./jsonl-rows.ts";
import { sniffFormat, SNIFFED_BYTES } from "./sniff-format.ts";

/** Bytes that standard input, or the rows of a Parquet file, may come to on the disk. */
const MOST_KEPT_BYTES = 64e9;

/** What of a file is wanted. */
export interface OpenRowsOptions {
  /** What messages call the file; its path where absent. */
  readonly name?: string;
  /** Columns that are read of a Parquet file; all where absent. Other formats have them in the row anyway. */
  readonly columns?: readonly string[];
  /** Columns of a Parquet file that are read where it has them, in the place of all. */
  readonly optional?: readonly string[];
  /** Rows from the beginning that are enough; all where absent. */
  readonly rows?: number;
}

/** Standard input as a file, which goes with `forget` or the process. */
export async function keepInput(): Promise<{ readonly path: string; forget(): void }> {
  const path = keptFile();
  await keep(process.stdin, path, "standard input");
  return { path, forget: () => forget(path) };
}

/**
 * Opens a file of rows, whatever its format. Rows of Parquet, which can't be had one by one, are written to a file of
 * their own meanwhile, which goes when it is closed or the process ends.
 *
 * @throws OptionError for a file that holds no rows; RunError where it can't be read
 */
export async function openRows(path: string, options: OpenRowsOptions = {}): Promise<RowFile> {
  return openFile(path, options.name ?? path, options);
}

async function openFile(path: string, name: string, options: OpenRowsOptions): Promise<RowFile> {
  try {
    await checkPlainFile(path);
    const handle = await open(path);
    try {
      return await openFormat({ path, name, handle }, options);
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw diskError("read", name, error);
  }
}

interface OpenFile {
  readonly path: string;
  readonly name: string;
  readonly handle: FileHandle;
  readonly bytes: number;
}

async function openFormat({ path, name, handle }: Omit<OpenFile, "bytes">, options: OpenRowsOptions): Promise<RowFile> {
  const { size } = await handle.stat();
  const format = sniffFormat(await readBytes(handle, 0, Math.min(size, SNIFFED_BYTES), name), name);
  const file = { path, name, handle, bytes: size };
  if (format === "JSONL") return rowFile(file, format, () => jsonlRows(path, name), readJson);
  if (format === "JSON") return rowFile(file, format, () => jsonArrayRows(path, name), readJson);
  if (format === "CSV") {
    const header = await csvHeader(path, name);
    return rowFile(
      file,
      format,
      () => csvRows(path, header, name),
      (text, number, words) => parseCsvRow(text ?? "", header, () => words.where(number)),
    );
  }
  await handle.close();
  return openParquet(path, name, options);
}

async function openParquet(path: string, name: string, options: OpenRowsOptions): Promise<RowFile> {
  const { columns, rows } = options;
  const wanted = {
    required: columns ?? [],
    optional: options.optional ?? (columns === undefined ? ("all" as const) : []),
    nested: true,
    ...(rows === undefined ? {} : { rows }),
  };
  const kept = keptFile();
  try {
    await keep(Readable.from(jsonLines(parquetTexts(path, wanted))), kept, name);
  } catch (error) {
    forget(kept);
    throw error;
  }
  const handle = await open(kept);
  const file = { path: kept, name, handle, bytes: (await handle.stat()).size };
  const lines = rowFile(file, "Parquet", () => jsonlRows(kept, name), readJson);
  return { ...lines, close: () => lines.close().finally(() => forget(kept)) };
}

async function* jsonLines(pieces: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  for await (const rows of pieces) yield `${rows.join("\n")}\n`;
}

type ReadRow = (
  text: string | null,
  number: number,
  words: RowWords,
) => { readonly row?: DataRow; readonly fault?: RowFault };

const readJson: ReadRow = (text, number, words) => jsonRow(text?.replace(/^\ufeff/, "") ?? null, number, words);

function rowFile(
  { name, handle, bytes }: OpenFile,
  format: DataFormat,
  rows: () => AsyncIterable<readonly FoundRow[]>,
  parse: ReadRow,
): RowFile {
  const words: RowWords = {
    where: (start) => `the row at byte ${start} of ${show(name)}`,
    advice: "write one object a line",
  };
  return {
    path: name,
    format,
    bytes,
    rows,
    async read({ start, end }: Pick<RowPlace, "start" | "end">) {
      const { row, fault } = parse(utf8Text(await readBytes(handle, start, end - start, name)), start, words);
      if (row !== undefined) return row;
      throw new OptionError(`${fault?.message ?? words.where(start)} The file changed while it was used.`);
    },
    close: () => handle.close(),
  };
}

const folders = new Set<string>();
let forgetsAtExit = false;

/** A file of our own that nobody else may read; it is gone with the process at the latest. */
function keptFile(): string {
  if (!forgetsAtExit) process.once("exit", () => folders.forEach((folder) => forget(join(folder, "rows"))));
  forgetsAtExit = true;
  const folder = mkdtempSync(join(tmpdir(), "aha-rows-"));
  folders.add(folder);
  return join(folder, "rows");
}

function forget(kept: string): void {
  const folder = join(kept, "..");
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

async function keep(source: Readable, path: string, name: string): Promise<void> {
  let bytes = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= MOST_KEPT_BYTES) return done(null, chunk);
      done(
        new OptionError(
          `Expected ${show(name)} to hold at most ${MOST_KEPT_BYTES / 1e9} GB of rows, got more; take a part of it.`,
        ),
      );
    },
  });
  await pipeline(source, bounded, createWriteStream(path, { mode: 0o600 }));
}
