import { EngineError, OptionError, show } from "../errors.ts";
import { startWorker, workerModule } from "../host/worker-host.ts";
import { damagedParquet } from "./damaged-parquet.ts";
import type { ParquetCalls, ParquetInit } from "./parquet-worker.ts";
import { checkExample, type TrainingExample } from "./training-example.ts";

/** Characters of a prompt and its completion. */
const LONGEST_EXAMPLE = 10_000_000;

/**
 * The examples of a parquet file: columns of strings `prompt` and `completion`, and perhaps `problemId`; other columns
 * are not read. Decoded in a thread of its own, one row group at a time.
 *
 * @param deadlineSeconds for opening the file and for each row group; past it the file counts as damaged
 * @throws AhaError for a file that is damaged or without the columns, for row groups of more than 1 GiB or two million
 *   rows, and naming the row that isn't an example
 */
export async function* parquetExamples(path: string, deadlineSeconds: number = 60): AsyncGenerator<TrainingExample> {
  const init: ParquetInit = { path, required: ["prompt", "completion"], optional: ["problemId"] };
  const worker = await startWorker<ParquetInit, ParquetCalls>({
    name: "the Parquet reader",
    module: workerModule("./parquet-worker", import.meta.url),
    init,
  });
  try {
    let number = 0;
    const groups = await inTime(path, worker.calls.groups(), deadlineSeconds);
    for (let group = 0; group < groups; group++) {
      for (const row of await inTime(path, worker.calls.rows(group), deadlineSeconds)) {
        const where = `row ${++number} of ${show(path)}`;
        const example = checkExample(row, where);
        if (example.prompt.length + example.completion.length > LONGEST_EXAMPLE)
          throw new OptionError(
            `Expected ${where} to have at most ${LONGEST_EXAMPLE / 1e6} million characters, got more; split it, or leave it out.`,
          );
        yield example;
      }
    }
  } finally {
    await worker.stop();
  }
}

/**
 * What the thread gives, unless it takes too long or breaks down, for example because damage made it fill its memory.
 */
async function inTime<T>(path: string, answer: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(damagedParquet(path, `not decoded within ${seconds} seconds`)), seconds * 1000);
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw error instanceof EngineError ? damagedParquet(path, error.message) : error;
  } finally {
    clearTimeout(timer);
  }
}
