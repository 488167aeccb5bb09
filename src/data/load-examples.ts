import { stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { OptionError, show } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import { RUN_DATABASE } from "../store/run-files.ts";
import { checkPlainFile } from "../host/check-plain-file.ts";
import { jsonlExamples } from "./jsonl-examples.ts";
import { parquetExamples } from "./parquet-examples.ts";
import { runExamples } from "./run-examples.ts";
import type { TrainingExample } from "./training-example.ts";

type Examples = AsyncIterable<TrainingExample> | Iterable<TrainingExample>;

const READERS: ReadonlyMap<string, (path: string) => Examples> = new Map([
  [".jsonl", jsonlExamples],
  [".parquet", parquetExamples],
]);
const KNOWN: string = [...READERS.keys()].join(" or ");
const DATASET_FILE = "data.jsonl";
/** Characters in all: what one process can hold beside a model. */
const MOST_CHARACTERS = 1e9;

/**
 * Reads what fine-tuning learns from: a `.jsonl` or `.parquet` file with `prompt` and `completion`, the folder of a
 * data set, or that of a run, whose right, finished rollouts are taken. A folder with both is a run of fine-tuning with
 * its data, which is taken.
 *
 * @throws OptionError where the path or an example can't be used, and for more than a thousand million characters
 * @throws RunError where a file can't be read, or a run is damaged
 */
export async function loadExamples(path: string): Promise<TrainingExample[]> {
  const examples: TrainingExample[] = [];
  let characters = 0;
  try {
    for await (const example of await open(path)) {
      characters += example.prompt.length + example.completion.length;
      if (characters > MOST_CHARACTERS)
        throw new OptionError(
          `Expected ${show(path)} to hold at most ${MOST_CHARACTERS / 1e6} million characters, got more; take a part of it.`,
        );
      examples.push(example);
    }
  } catch (error) {
    throw diskError("read", path, error);
  }
  if (examples.length === 0)
    throw new OptionError(
      `Expected ${show(path)} to hold examples, got none; a run has some once a finished completion was right, a file one by line or row.`,
    );
  return examples;
}

async function open(path: string): Promise<Examples> {
  const found = await stat(path);
  if (found.isDirectory()) return openFolder(path);
  const reader = READERS.get(extname(path).toLowerCase());
  if (reader === undefined)
    throw new OptionError(
      `Expected ${show(path)} to end in ${KNOWN}, got ${extname(path) === "" ? "no extension" : show(extname(path))}; convert it, or give the folder of a run or a data set.`,
    );
  await checkPlainFile(path);
  return reader(path);
}

async function openFolder(folder: string): Promise<Examples> {
  if (await isFile(join(folder, DATASET_FILE))) return jsonlExamples(join(folder, DATASET_FILE));
  if (await isFile(join(folder, RUN_DATABASE))) return runExamples(folder);
  throw new OptionError(
    `Expected the folder ${show(folder)} to hold ${DATASET_FILE} or ${RUN_DATABASE}, got neither; give the folder of a data set or of a run, or a file that ends in ${KNOWN}.`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
