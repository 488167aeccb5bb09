import { OptionError, show } from "../../errors.ts";
import type { DataRow } from "../rows/data-row.ts";

/** What decides whether an answer is right. */
export type GoldKind = "maths" | "number" | "text" | "choice" | "code" | "json";
export const GOLD_KINDS: readonly GoldKind[] = ["maths", "number", "text", "choice", "code", "json"];

/** A kind by its name. @throws OptionError for none */
export function goldKindOf(name: string): GoldKind {
  const kind = GOLD_KINDS.find((known) => known === name);
  if (kind !== undefined) return kind;
  throw new OptionError(`Expected \`kind\` to be one of ${GOLD_KINDS.join(", ")}, got ${show(name)}.`);
}

/**
 * Where a completion has its answer: inside `<answer>`, in the last `\boxed{}`, after `####`, after `Answer:`, in a
 * block of JSON or of code.
 */
export type AnswerLocation = "tags" | "boxed" | "hashes" | "answer-line" | "json" | "code";

/** A question with what its answer must come to. */
export interface ReadProblem {
  readonly question: string;
  readonly gold: string;
  /** Where it differs from the reading's. */
  readonly kind?: GoldKind;
  /** From 0 (easy) to 1 (hard). */
  readonly difficulty?: number;
}

/** A row that gives no problem. */
export interface LeftOut {
  /** The same words for all rows with this reason. */
  readonly leftOut: string;
  /** Whether the row is damaged; else it is left out as the data's own columns say. */
  readonly damaged: boolean;
}

/** How the rows of some data are read: which columns are the question and the gold, and what decides. */
export interface DataReading {
  /** The form that was recognised: `GSM8K`. */
  readonly shape: string;
  /** The column, `prompt` or `extra_info.question`. */
  readonly questionColumn: string;
  readonly goldColumn: string;
  /** What of the columns is taken, in words. */
  readonly questionText: string;
  readonly goldText: string;
  readonly kind: GoldKind;
  readonly place: AnswerLocation;
  /** The column that says which split a row belongs to; null where none does. */
  readonly splitColumn: string | null;
  /** The columns at the top of a row that are read. */
  readonly columns: readonly string[];
  /** What a person should know before these data are used. */
  readonly warnings: readonly string[];
  read(row: DataRow): ReadProblem | LeftOut;
}

/** Rows from the beginning of some data, by which it is recognised. */
export interface Sample {
  readonly rows: readonly DataRow[];
  /** Columns that at least half of the rows have, in their order. */
  readonly columns: readonly string[];
}

/** A form of data that people have. */
export interface DataShape {
  readonly name: string;
  /** Forms of which this one is a special case: where both fit, this one counts. */
  readonly over: readonly string[];
  /** The ways in which these rows can be read as this form; none where they are of another. */
  readings(sample: Sample): readonly DataReading[];
}

/** Whether a row gave no problem. */
export function isLeftOut(read: ReadProblem | LeftOut): read is LeftOut {
  return "leftOut" in read;
}
