import { stat } from "node:fs/promises";
import { join } from "node:path";
import { OptionError, show } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import { isFile } from "../host/is-file.ts";
import { RUN_DATABASE } from "../store/run-files.ts";
import { rowExamples, type RowExamples, type RowExamplesOptions } from "./row-examples.ts";
import { runExamples } from "./run-examples.ts";
import type { SourceExample } from "./training-example.ts";
import { hubData } from "./sources/hub-data.ts";

const DATASET_FILE = "data.jsonl";
/** Characters in all: what one process can hold beside a model. */
const MOST_CHARACTERS = 1e9;

/** What is learnt from, and in words how it was read. */
export interface LoadedExamples {
  readonly examples: readonly SourceExample[];
  readonly text: string;
  /** Rows that are no examples. */
  readonly leftOut: number;
  /** What is kept for measuring, in words; empty for nothing. */
  readonly kept: string;
}

/**
 * Reads what fine-tuning learns from: rows of any format and of the forms that `exampleReading` knows, or a run, whose
 * right, finished rollouts are taken. A folder with both is a run of fine-tuning with its data, which is taken.
 *
 * @param place a file, a folder, a run, `hf:owner/name`, or `-` for standard input
 * @throws OptionError where the place or an example can't be used, and for more than a thousand million characters
 * @throws RunError where a file can't be read, or a run is damaged
 */
export async function loadExamples(place: string, options: RowExamplesOptions = {}): Promise<LoadedExamples> {
  const examples: SourceExample[] = [];
  let characters = 0;
  try {
    const opened = await open(place, options);
    for await (const example of opened.examples) {
      characters += charactersOf(example);
      if (characters > MOST_CHARACTERS)
        throw new OptionError(
          `Expected ${show(place)} to hold at most ${MOST_CHARACTERS / 1e6} million characters, got more; take a part of it.`,
        );
      examples.push(example);
    }
    if (examples.length > 0) return { examples, text: opened.text, leftOut: opened.leftOut(), kept: opened.kept };
  } catch (error) {
    throw diskError("read", place, error);
  }
  throw new OptionError(
    `Expected ${show(place)} to hold examples, got none; a run has some once a finished completion was right, a file one by line or row that is for training.`,
  );
}

function charactersOf({ prompt, completion }: SourceExample): number {
  const asked = typeof prompt === "string" ? prompt : prompt.map(({ content }) => content).join("");
  return asked.length + completion.length;
}

type Opened = Omit<RowExamples, "examples"> & {
  readonly examples: AsyncIterable<SourceExample> | Iterable<SourceExample>;
};

async function open(place: string, options: RowExamplesOptions): Promise<Opened> {
  const signal = options.signal ?? new AbortController().signal;
  const fetching = { fetch: (name: string, subset?: string) => hubData(name, subset, { signal }), ...options };
  if (place === "-" || place.startsWith("hf:") || !(await stat(place)).isDirectory())
    return rowExamples(place, fetching);
  if (await isFile(join(place, DATASET_FILE))) return rowExamples(join(place, DATASET_FILE), fetching);
  if (await isFile(join(place, RUN_DATABASE)))
    return { examples: runExamples(place), text: "the right rollouts of a run", leftOut: () => 0, kept: "" };
  return rowExamples(place, fetching);
}
