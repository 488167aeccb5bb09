/**
 * The program of `parquetExamples`: writes the examples of the file that its argument names to standard output, one
 * JSON a
 * line, and in the place of the next one the error that ends them. A process of its own, because the decoder never ends
 * on
 * some damaged files, and fills the memory from others; both end this process alone.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AhaError, OptionError, show } from "../errors.ts";
import { startWorker, workerModule } from "../host/worker-host.ts";
import { diskError } from "../host/disk-error.ts";
import { damagedParquet } from "./damaged-parquet.ts";
import type { MemoryWatchInit } from "./memory-watch.ts";
import { PARQUET_LIMITS } from "./parquet-limits.ts";
import { parquetRows } from "./parquet-rows.ts";
import { checkExample, type TrainingExample } from "./training-example.ts";

/** A line of the output. The last one says that all came, or why not. */
export type ParquetLine = { readonly example: TrainingExample } | { readonly error: string } | { readonly end: true };

/** Characters of an example. */
const LONGEST_EXAMPLE = 10_000_000;

const [path] = process.argv.slice(2) as [string];

async function* examples(): AsyncGenerator<ParquetLine> {
  try {
    let number = 0;
    for await (const rows of parquetRows(path, { required: ["prompt", "completion"], optional: ["problemId"] })) {
      for (const row of rows) yield { example: boundedExample(row, `row ${++number} of ${show(path)}`) };
    }
    yield { end: true };
  } catch (error) {
    const explained = diskError("read", path, error);
    const known =
      explained instanceof AhaError
        ? explained
        : damagedParquet(path, error instanceof Error ? error.message : String(error));
    yield { error: known.message };
  }
}

function boundedExample(row: unknown, where: string): TrainingExample {
  const example = checkExample(row, where);
  const { prompt, completion, problemId = "" } = example;
  if (prompt.length + completion.length + problemId.length <= LONGEST_EXAMPLE) return example;
  throw new OptionError(
    `Expected ${where} to have at most ${LONGEST_EXAMPLE / 1e6} million characters, got more; split it, or leave it out.`,
  );
}

async function* lines(): AsyncGenerator<string> {
  for await (const line of examples()) yield `${JSON.stringify(line)}\n`;
}

const watch = await startWorker<MemoryWatchInit, object>({
  name: "the watch of memory",
  module: workerModule("./memory-watch", import.meta.url),
  init: { most: PARQUET_LIMITS.memoryBytes },
});
await pipeline(Readable.from(lines()), process.stdout);
await watch.stop();
