import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { AhaError, OptionError, show } from "../errors.ts";
import { childEnvironment } from "../host/child-environment.ts";
import { programArguments } from "../host/open-thread.ts";
import { lineBatchesOf, type ByteLine } from "../host/byte-lines.ts";
import { withDeadline } from "../host/deadline.ts";
import { damagedParquet } from "./damaged-parquet.ts";
import { PARQUET_LIMITS } from "./parquet-limits.ts";
import type { ParquetEnd } from "./parquet-process.ts";
import type { ParquetColumns } from "./parquet-rows.ts";

/** Bytes: more than a row of control characters has, which are written as six each. */
const LONGEST_LINE = 2 ** 26;
/** Megabytes of V8's own heap, within the memory of the whole process. */
const HEAP = 640;

/**
 * The rows of a parquet file in their order, as texts of JSON in pieces of some hundreds. Decoded in a process of its
 * own, which holds some rows at a time and has no keys in its environment.
 *
 * @param deadlineSeconds for opening the file and for each group of rows; past it the file counts as damaged
 * @throws AhaError for a file that is damaged, without the columns or beyond PARQUET_LIMITS
 */
export async function* parquetTexts(
  path: string,
  wanted: ParquetColumns,
  deadlineSeconds: number = 60,
): AsyncGenerator<readonly string[]> {
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
    const batches = lineBatchesOf(child.stdout as Readable & AsyncIterable<Uint8Array>, LONGEST_LINE, path);
    for (;;) {
      const next = await withDeadline(Promise.race([batches.next(), failed]), deadlineSeconds, late);
      const lines: readonly ByteLine[] = next.done === true ? [] : next.value;
      const last = lines.at(-1);
      const rows = lines.filter(({ text, whole }) => whole && text!.startsWith(" ")).map(({ text }) => text!);
      if (rows.length > 0) yield rows;
      if (last === undefined || !last.whole)
        throw new OptionError(
          `Expected ${show(path)} to be decoded within ${PARQUET_LIMITS.memoryBytes / 2 ** 20} MiB of memory, got a file that takes more or breaks the decoder; write it with smaller row groups and pages.`,
        );
      if (last.text!.startsWith(" ")) continue;
      const end = JSON.parse(last.text!) as ParquetEnd;
      if ("error" in end) throw new AhaError(end.error);
      return;
    }
  } finally {
    child.kill("SIGKILL");
  }
}
