import { show } from "../../errors.ts";
import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { afterHashes, insideTags, lastBoxed } from "./final-answer.ts";
import type { ColumnReader } from "./make-reading.ts";
import type { AnswerLocation, LeftOut, Sample } from "./reading.ts";
import { lastTurn, listOf, plainText, questionIn, turnsOf, valueAt } from "./row-values.ts";

/** Where a text of several lines has its gold, and how that is said. */
interface GoldPlace {
  readonly place: AnswerLocation;
  readonly says: string;
  in(text: string): string | null;
}

const GOLD_PLACES: readonly GoldPlace[] = [
  { place: "hashes", says: "the text after the last #### of", in: afterHashes },
  { place: "tags", says: "the text inside <answer> of", in: insideTags },
  { place: "boxed", says: "the last \\boxed{} of", in: lastBoxed },
];

/** The share of rows that a place must have to count at all, and the share that leaves no doubt. */
const SOME = 0.05;
const MOST = 0.95;

/** A way in which the golds of a column can be read. */
export interface GoldReader extends ColumnReader<string | LeftOut | null> {
  /** Absent where the whole column is the gold. */
  readonly place?: AnswerLocation;
}

/** The question of a column: its text, or what the user says last in it. */
export function questionReader(column: string, { rows, columns }: Sample): ColumnReader<string | null> {
  // SVAMP and ASDiv tell the story in a column of its own.
  const body = columns.find((name) => name.toLowerCase() === "body");
  if (body !== undefined && column.toLowerCase() === "question")
    return {
      column,
      also: [body],
      text: `${show(body)} and ${show(column)}`,
      of(row) {
        const [story, asked] = [plainText(row[body]), plainText(row[column])];
        return story === null || asked === null ? asked : `${story} ${asked}`;
      },
    };
  const turns = shareOf(rows, (row) => turnsOf(valueAt(row, column)) !== null) > 0.5;
  return {
    column,
    text: turns ? `the last turn of the user in ${show(column)}` : show(column),
    of: (row) => questionIn(valueAt(row, column)),
  };
}

/** A column whose whole text, or whose last turn of the assistant, is the gold. */
export function wholeGold(column: string): GoldReader {
  return { column, text: show(column), of: (row) => workingIn(valueAt(row, column)) };
}

/**
 * The ways in which a column's golds can be read: by the mark that nearly all rows have, as a whole where hardly one
 * has any, and both where some do.
 */
export function goldReaders(column: string, { rows }: Sample): GoldReader[] {
  const texts = rows.map((row) => workingIn(valueAt(row, column))).filter((text) => text !== null);
  for (const found of GOLD_PLACES) {
    const share = shareOf(texts, (text) => found.in(text) !== null);
    if (share < SOME) continue;
    return share >= MOST ? [markedGold(column, found)] : [markedGold(column, found), wholeGold(column)];
  }
  return [wholeGold(column)];
}

/** The golds of a column by the marks of final answers, whichever a row has. */
export function finalGold(column: string, missing: LeftOut): GoldReader {
  return {
    column,
    text: `the final answer in ${show(column)} (<answer>, \\boxed{} or ####)`,
    of: (row) => {
      const text = workingIn(valueAt(row, column));
      return text === null ? null : (insideTags(text) ?? lastBoxed(text) ?? afterHashes(text) ?? missing);
    },
  };
}

/** The golds of a column by its last `\boxed{}`. @param missing what a row without one is */
export function boxedGold(column: string, missing: LeftOut): GoldReader {
  const [, , boxed] = GOLD_PLACES;
  const gold = markedGold(column, boxed!);
  return { ...gold, of: (row) => gold.of(row) ?? missing };
}

function markedGold(column: string, { place, says, in: find }: GoldPlace): GoldReader {
  return {
    column,
    place,
    text: `${says} ${show(column)}`,
    of(row: DataRow) {
      const text = workingIn(valueAt(row, column));
      return text === null ? null : find(text);
    },
  };
}

/**
 * The text of a column, of JSON where it holds parts; of a conversation what the assistant says last, after its
 * thinking.
 */
function workingIn(value: unknown): string | null {
  const turns = turnsOf(value);
  if (turns !== null) return afterThinking(lastTurn(turns, "assistant"));
  const text = plainText(value);
  if (text !== null) return text.startsWith('["') ? (plainText(listOf(text)) ?? text) : text;
  if (typeof value !== "object" || value === null) return null;
  return firstOf(value) ?? JSON.stringify(value);
}

/** The answer of an object that has others of the same meaning beside it: SQuAD's `text`, TriviaQA's `value`. */
function firstOf(value: object): string | null {
  const { text, value: only } = value as { readonly text?: unknown; readonly value?: unknown };
  return Array.isArray(text) ? plainText(text[0]) : plainText(only);
}

function afterThinking(text: string | null): string | null {
  const end = text?.lastIndexOf("</think>") ?? -1;
  return end < 0 ? text : plainText(text!.slice(end + "</think>".length));
}
