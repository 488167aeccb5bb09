import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { AhaError, OptionError, show } from "../errors.ts";
import { childEnvironment } from "../host/child-environment.ts";
import { programArguments } from "../host/open-thread.ts";
import { linesOf } from "../host/byte-lines.ts";
import { withDeadline } from "../host/deadline.ts";
import { damagedParquet } from "./damaged-parquet.ts";
import { PARQUET_LIMITS } from "./parquet-limits.ts";
import type { ParquetLine } from "./parquet-process.ts";
import type { ParquetColumns } from "./parquet-rows.ts";
import type { DataRow } from "./rows/data-row.ts";

/** Bytes: more than a row of control characters has, which are written as six each. */
const LONGEST_LINE = 2 ** 26;
/** Megabytes of V8's own heap, within the memory of the whole process. */
const HEAP = 640;

/**
 * The rows of a parquet file, in their order. Decoded in a process of its own, which holds some rows at a time and has
 * no keys in its environment.
 *
 * @param deadlineSeconds for opening the file and for each group of rows; past it the file counts as damaged
 * @throws AhaError for a file that is damaged, without the columns or beyond PARQUET_LIMITS
 */
export async function* parquetTable(
  path: string,
  wanted: ParquetColumns,
  deadlineSeconds: number = 60,
): AsyncGenerator<DataRow> {
  const flags = [
    `--max-old-space-size=${HEAP}`,
    ...programArguments("./parquet-process", import.meta.url),
    path,
    JSON.stringify(wanted),
  ];
  const child = spawn(process.execPath, flags, {
    stdio: ["ignore", "pipe", "ignore"],
    windowsHide: true,
    env: childEnvironment(),
  });
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  failed.catch(() => undefined);
  const late = (): never => {
    throw damagedParquet(path, `not decoded within ${deadlineSeconds} seconds`);
  };
  try {
    const lines = linesOf(child.stdout as Readable & AsyncIterable<Uint8Array>, LONGEST_LINE, path);
    for (;;) {
      const { value, done } = await withDeadline(Promise.race([lines.next(), failed]), deadlineSeconds, late);
      if (done === true || !value.whole)
        throw new OptionError(
          `Expected ${show(path)} to be decoded within ${PARQUET_LIMITS.memoryBytes / 2 ** 20} MiB of memory, got a file that takes more or breaks the decoder; write it with smaller row groups and pages.`,
        );
      const line = JSON.parse(value.text!) as ParquetLine;
      if ("end" in line) return;
      if ("error" in line) throw new AhaError(line.error);
      yield line.row;
    }
  } finally {
    child.kill("SIGKILL");
  }
}
