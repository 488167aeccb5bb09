import { OptionError, show } from "../errors.ts";
import type { FoundRow, DataRow } from "./rows/data-row.ts";
import { openRows } from "./rows/open-rows.ts";
import type { SplitRule } from "./problem-index.ts";
import { questionSplits } from "./question-splits.ts";
import type { ReadProblemsOptions } from "./read-problems.ts";
import { exampleReading, type ExampleColumns, type ExampleReading } from "./shapes/example-reading.ts";
import { splitColumnOf } from "./shapes/make-reading.ts";
import { recognise } from "./shapes/recognise.ts";
import { valueAt } from "./shapes/row-values.ts";
import { findData, type DataPart, type DataSource, type FindDataOptions } from "./sources/find-data.ts";
import { splitNamed } from "./split-names.ts";
import type { SourceExample } from "./training-example.ts";

/** Rows by which data are recognised. */
const SAMPLE_ROWS = 500;

/** How examples are read. */
export interface RowExamplesOptions extends ExampleColumns, FindDataOptions {
  /** Leaves rows out that are no examples; the first one is an error otherwise. */
  readonly skipUnreadable?: boolean;
  /** Questions to measure on, apart: none of them is learnt, and no other is kept for measuring. */
  readonly evalData?: string;
  readonly signal?: AbortSignal;
}

/** Examples of rows, in their order, and in words how they were read. */
export interface RowExamples {
  readonly examples: AsyncIterable<SourceExample>;
  readonly text: string;
  /** Rows that were left out so far. */
  leftOut(): number;
  /** What is kept for measuring, in words; empty for nothing. */
  readonly kept: string;
}

/**
 * The examples of a file, a folder, a data set of the hub or standard input, whatever their format. Of parts and rows
 * that say their split, only those to train on are read; of questions with golds only those to train on, as everywhere.
 *
 * @throws OptionError for rows of no form that is known; while they are read, naming the row that is no example
 */
export async function rowExamples(place: string, options: RowExamplesOptions): Promise<RowExamples> {
  const source = await findData(place, options);
  try {
    const training = source.parts.filter(({ split }) => split === "train" || split === null);
    const parts = training.length > 0 ? training : source.parts;
    const rows = await firstRows(parts[0]!);
    const reading = exampleReading(rows, source.name, options);
    const apart = await keptApart(source, rows, reading, options);
    let leftOut = 0;
    return {
      text: reading.text,
      leftOut: () => leftOut,
      kept: apart.text,
      examples: examplesOf(parts, { ...reading, apart }, options, {
        leaveOut: () => leftOut++,
        close: () => source.close(),
      }),
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Which rows are not learnt, for they are measured on. */
interface KeptApart {
  readonly text: string;
  readonly columns: readonly string[];
  has(row: DataRow, example: SourceExample): boolean;
}

async function keptApart(
  source: DataSource,
  rows: readonly DataRow[],
  reading: ExampleReading,
  options: RowExamplesOptions,
): Promise<KeptApart> {
  // Prompts that are written already are no questions.
  const splits = reading.written ? null : await questionSplits(source, problemOptions(rows, reading, options));
  if (splits !== null && splits.heldOut > 0)
    return {
      text: `${splits.heldOut} questions are kept to measure on (${KEPT_BY[splits.rule]}): \`data\` of an evaluation takes those alone.`,
      columns: splits.columns,
      has: (row, example) => splits.isHeldOut(row, askedIn(example)),
    };
  const text = splits?.rule === "the same questions for all" ? ALL_LEARNT : "";
  const column = splits === null ? splitColumnOf(rows) : null;
  if (column === null) return { text, columns: [], has: () => false };
  return {
    text: `Rows whose ${show(column)} is not for training are not learnt.`,
    columns: [column.split(".", 1)[0]!],
    has: (row) => splitNamed(valueAt(row, column)) !== "train",
  };
}

const KEPT_BY: Readonly<Record<SplitRule, string>> = {
  "the data's own": "by the data's own split",
  "evaluation data apart": "the evaluation data, and what of them stands here too",
  "by hash": "by a hash of the question, as everywhere",
  "the same questions for all": "",
};
const ALL_LEARNT = "So few questions are all learnt: what is measured on them says how well they are learnt.";

/** How the golds are read: by themselves, or by the columns that are learnt where that is not clear. */
function problemOptions(
  rows: readonly DataRow[],
  { question, completion }: ExampleReading,
  { question: given, evalData, signal }: RowExamplesOptions,
): ReadProblemsOptions {
  const shared = { ...(evalData === undefined ? {} : { evalData }), ...(signal === undefined ? {} : { signal }) };
  const asked = given === undefined ? {} : { question: given };
  try {
    recognise(rows, "", asked);
    return { ...shared, ...asked };
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    // The reader of problems says it again where these columns don't help.
    const named = {
      ...(question === undefined ? {} : { question }),
      ...(completion === undefined ? {} : { gold: completion }),
    };
    return { ...shared, ...named };
  }
}

/** The question of an example: what the user says last. */
function askedIn({ prompt }: SourceExample): string {
  return typeof prompt === "string" ? prompt : (prompt.findLast(({ role }) => role === "user")?.content ?? "");
}

interface Ending {
  leaveOut(): void;
  close(): void;
}

async function* examplesOf(
  parts: readonly DataPart[],
  reading: ExampleReading & { readonly apart: KeptApart },
  { skipUnreadable = false, signal }: RowExamplesOptions,
  { leaveOut, close }: Ending,
): AsyncGenerator<SourceExample> {
  try {
    for (const part of parts) {
      const file = await openRows(part.path, {
        name: part.name,
        optional: [...reading.columns, ...reading.apart.columns],
      });
      try {
        for await (const rows of file.rows()) {
          signal?.throwIfAborted();
          for (const row of rows) {
            const example = exampleOf(row, reading, `${rowWord(file.format)} ${row.number} of ${show(part.name)}`);
            if (typeof example !== "string") {
              if (!reading.apart.has(row.row!, example)) yield example;
            } else if (skipUnreadable) leaveOut();
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
    if (found.length > 0) return found;
    throw new OptionError(
      `Expected ${show(part.name)} to hold rows, got ${file.format === "CSV" ? "a header alone" : "none"}; write one row a line.`,
    );
  } finally {
    await file.close();
  }
}
