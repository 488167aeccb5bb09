/**
 * The program of `parquetTexts`: writes the rows of the file that its argument names to standard output, one JSON a
 * line, and in the place of the next one the error that ends them. A process of its own, because the decoder never ends
 * on some damaged files, and fills the memory from others; both end this process alone.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AhaError, OptionError, show } from "../errors.ts";
import { watchMemory } from "../host/watch-memory.ts";
import { diskError } from "../host/disk-error.ts";
import { damagedParquet } from "./damaged-parquet.ts";
import { PARQUET_LIMITS } from "./parquet-limits.ts";
import { parquetRows, textLength, type ParquetColumns } from "./parquet-rows.ts";
import type { DataRow } from "./rows/data-row.ts";

/** The last line of the output: all came, or why not. Lines of rows begin with a space, so that none passes for it. */
export type ParquetEnd = { readonly error: string } | { readonly end: true };

/** Characters of a row. */
const LONGEST_ROW_TEXT = 10_000_000;

const [path, wanted] = process.argv.slice(2) as [string, string];

async function* tableRows(): AsyncGenerator<string> {
  try {
    let number = 0;
    for await (const rows of parquetRows(path, JSON.parse(wanted) as ParquetColumns)) {
      for (const row of rows) yield ` ${JSON.stringify(boundedRow(row, ++number), jsonValue)}\n`;
    }
    yield ended({ end: true });
  } catch (error) {
    const explained = diskError("read", path, error);
    const known =
      explained instanceof AhaError
        ? explained
        : damagedParquet(path, error instanceof Error ? error.message : String(error));
    yield ended({ error: known.message });
  }
}

function ended(end: ParquetEnd): string {
  return `${JSON.stringify(end)}\n`;
}

function boundedRow(row: DataRow, number: number): DataRow {
  if (textLength(row) <= LONGEST_ROW_TEXT) return row;
  throw new OptionError(
    `Expected row ${number} of ${show(path)} to have at most ${LONGEST_ROW_TEXT / 1e6} million characters, got more; split it, or leave it out.`,
  );
}

/** What JSON doesn't have as it would write it; bytes, such as those of pictures, are left out. */
function jsonValue(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return ArrayBuffer.isView(value) ? null : value;
}

/** Few large pieces cost a pipe less than many small ones. */
const PIECE = 65_536;

async function* pieces(): AsyncGenerator<string> {
  let piece = "";
  for await (const line of tableRows()) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

const watch = await watchMemory(PARQUET_LIMITS.memoryBytes);
await pipeline(Readable.from(pieces()), process.stdout);
await watch.stop();
