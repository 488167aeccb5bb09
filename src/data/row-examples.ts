import { OptionError, show } from "../errors.ts";
import type { FoundRow, DataRow } from "./rows/data-row.ts";
import { openRows } from "./rows/open-rows.ts";
import { exampleReading, type ExampleColumns, type ExampleReading } from "./shapes/example-reading.ts";
import { findData, type DataPart, type FindDataOptions } from "./sources/find-data.ts";
import type { SourceExample } from "./training-example.ts";

/** Rows by which data are recognised. */
const SAMPLE_ROWS = 500;

/** How examples are read. */
export interface RowExamplesOptions extends ExampleColumns, FindDataOptions {
  /** Leaves rows out that are no examples; the first one is an error otherwise. */
  readonly skipUnreadable?: boolean;
  readonly signal?: AbortSignal;
}

/** Examples of rows, in their order, and in words how they were read. */
export interface RowExamples {
  readonly examples: AsyncIterable<SourceExample>;
  readonly text: string;
  /** Rows that were left out so far. */
  leftOut(): number;
}

/**
 * The examples of a file, a folder, a data set of the hub or standard input, whatever their format. Of parts that say
 * their split, only those to train on are read.
 *
 * @throws OptionError for rows of no form that is known; while they are read, naming the row that is no example
 */
export async function rowExamples(place: string, options: RowExamplesOptions): Promise<RowExamples> {
  const source = await findData(place, options);
  try {
    const training = source.parts.filter(({ split }) => split === "train" || split === null);
    const parts = training.length > 0 ? training : source.parts;
    const reading = exampleReading(await firstRows(parts[0]!), source.name, options);
    let leftOut = 0;
    return {
      text: reading.text,
      leftOut: () => leftOut,
      examples: examplesOf(parts, reading, options, {
        leaveOut: () => leftOut++,
        close: () => source.close(),
      }),
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

interface Ending {
  leaveOut(): void;
  close(): void;
}

async function* examplesOf(
  parts: readonly DataPart[],
  reading: ExampleReading,
  { skipUnreadable = false, signal }: RowExamplesOptions,
  { leaveOut, close }: Ending,
): AsyncGenerator<SourceExample> {
  try {
    for (const part of parts) {
      const file = await openRows(part.path, { name: part.name, optional: reading.columns });
      try {
        for await (const rows of file.rows()) {
          signal?.throwIfAborted();
          for (const row of rows) {
            const example = exampleOf(row, reading, `${rowWord(file.format)} ${row.number} of ${show(part.name)}`);
            if (typeof example !== "string") yield example;
            else if (skipUnreadable) leaveOut();
            else throw new OptionError(example);
          }
        }
      } finally {
        await file.close();
      }
    }
  } finally {
    close();
  }
}

/** An example, or why a row is none. */
function exampleOf(found: FoundRow, reading: ExampleReading, where: string): SourceExample | string {
  if (found.fault !== undefined) return found.fault.message;
  try {
    return reading.read(found.row, where);
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
}

function rowWord(format: string): string {
  return format === "JSONL" ? "line" : "row";
}

async function firstRows(part: DataPart): Promise<DataRow[]> {
  const file = await openRows(part.path, { name: part.name, rows: SAMPLE_ROWS });
  const found: DataRow[] = [];
  try {
    for await (const rows of file.rows()) {
      for (const { row, fault } of rows) {
        if (row !== undefined) found.push(row);
        // What has a fault at its beginning is told it first.
        else if (found.length === 0) throw new OptionError(fault.message);
        if (found.length === SAMPLE_ROWS) return found;
      }
    }
    return found;
  } finally {
    await file.close();
  }
}
