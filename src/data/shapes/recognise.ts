import { OptionError, show } from "../../errors.ts";
import { nearestName } from "../../options/nearest-name.ts";
import type { DataRow } from "../rows/data-row.ts";
import { fieldList } from "../training-example.ts";
import { ALPACA, MESSAGES } from "./chat-shapes.ts";
import { CHOICE_SHAPE } from "./choice-shape.ts";
import { APPS, CODE_TESTS, HUMAN_EVAL, KOD_CODE, MBPP } from "./code-shapes.ts";
import { GSM8K, MATH, NUMINA_COT, OPEN_R1_MATH, REASONING_GYM, VERL } from "./maths-shapes.ts";
import { pairReadings, PLAIN } from "./plain-shape.ts";
import { goldKindOf, isLeftOut, type GoldKind, type DataReading, type Sample, type DataShape } from "./reading.ts";
import { plainText, valueAt } from "./row-values.ts";

/** The forms of data that are known, special ones first. */
export const SHAPES: readonly DataShape[] = [
  VERL,
  HUMAN_EVAL,
  MBPP,
  APPS,
  ...CODE_TESTS,
  KOD_CODE,
  REASONING_GYM,
  OPEN_R1_MATH,
  NUMINA_COT,
  MATH,
  GSM8K,
  CHOICE_SHAPE,
  ALPACA,
  MESSAGES,
  PLAIN,
];

/** What a user says about his data where it can be read in several ways, or in none. */
export interface RecogniseOptions {
  /** The column of the question; parts of columns by dots: `extra_info.question`. */
  readonly question?: string;
  /** The column of the gold. */
  readonly gold?: string;
  readonly kind?: GoldKind;
}

/**
 * How rows are to be read, by their columns and what is in them.
 *
 * @param name what messages call the data
 * @throws OptionError where no form fits, or several do: then with the readings and the options that decide
 */
export function recognise(rows: readonly DataRow[], name: string, options: RecogniseOptions = {}): DataReading {
  const sample = sampleOf(rows);
  checkOptions(sample, name, options);
  const found = narrowed(sample, options);
  const [first] = found;
  if (first === undefined) throw unknownShape(sample, name);
  const rivals = distinct(found, sample);
  if (rivals.length > 1) throw ambiguous(rivals, name);
  return options.kind === undefined || options.kind === first.kind ? first : { ...first, kind: options.kind };
}

/** The columns that at least half of the rows have. */
function sampleOf(rows: readonly DataRow[]): Sample {
  const counts = new Map<string, number>();
  for (const row of rows) for (const column of Object.keys(row)) counts.set(column, (counts.get(column) ?? 0) + 1);
  return { rows, columns: [...counts].filter(([, count]) => 2 * count >= rows.length).map(([column]) => column) };
}

function narrowed(sample: Sample, { question, gold, kind }: RecogniseOptions): readonly DataReading[] {
  const all = SHAPES.map((shape) => ({ shape, readings: shape.readings(sample) }));
  const chosen = (readings: readonly DataReading[]): DataReading[] =>
    readings.filter(
      ({ questionColumn, goldColumn }) =>
        (question === undefined || questionColumn === question) && (gold === undefined || goldColumn === gold),
    );
  const fitting = all.flatMap(({ shape, readings }) => {
    const left = chosen(readings);
    return left.length === 0 ? [] : [{ shape, readings: left }];
  });
  const superseded = new Set(fitting.flatMap(({ shape }) => shape.over));
  const known = fitting.filter(({ shape }) => !superseded.has(shape.name)).flatMap(({ readings }) => readings);
  const readings = known.length > 0 ? known : toldReadings(sample, { question, gold }, all);
  const ofKind = readings.filter((reading) => reading.kind === kind);
  return ofKind.length > 0 ? ofKind : readings;
}

/** Columns that the user named and no form has together; the other side is that of the first form that fits. */
function toldReadings(
  sample: Sample,
  { question, gold }: { readonly question: string | undefined; readonly gold: string | undefined },
  all: readonly { readonly readings: readonly DataReading[] }[],
): readonly DataReading[] {
  if (question === undefined && gold === undefined) return [];
  const [first] = all.flatMap(({ readings }) => readings);
  const [questionColumn, goldColumn] = [question ?? first?.questionColumn, gold ?? first?.goldColumn];
  if (questionColumn === undefined || goldColumn === undefined) return [];
  return pairReadings(questionColumn, goldColumn, sample);
}

/** Readings that give other problems, for some of these rows at least. */
function distinct(readings: readonly DataReading[], { rows }: Sample): readonly DataReading[] {
  const seen = new Map<string, DataReading>();
  for (const reading of readings) {
    const problems = rows.map((row) => {
      const read = reading.read(row);
      return isLeftOut(read) ? null : [read.question, read.gold];
    });
    const key = JSON.stringify(problems);
    if (!seen.has(key)) seen.set(key, reading);
  }
  return [...seen.values()];
}

/** A reading in words: "GSM8K: question `question`, gold the text after the last #### of `answer`, kind number". */
export function describeReading({ shape, questionText, goldText, kind }: DataReading): string {
  return `${shape}: question ${questionText}, gold ${goldText}, kind ${kind}`;
}

function ambiguous(readings: readonly DataReading[], name: string): OptionError {
  const shown = readings.slice(0, 4).map((reading, i) => `(${i + 1}) ${describeReading(reading)}`);
  const deciding = (
    [
      ["question", ({ questionColumn }) => questionColumn],
      ["gold", ({ goldColumn }) => goldColumn],
      ["kind", ({ kind }) => kind],
    ] satisfies [string, (reading: DataReading) => string][]
  ).flatMap(([option, of]) => {
    const values = [...new Set(readings.map(of))];
    return values.length > 1 ? [`\`${option}\` (${values.join(" or ")})`] : [];
  });
  const decide = deciding.length === 0 ? ["`question`, `gold` or `kind`"] : deciding;
  return new OptionError(
    `Expected ${show(name)} to be read in one way, got ${readings.length}: ${shown.join("; ")}. Give ${decide.join(", ")} to decide.`,
  );
}

function unknownShape({ rows, columns }: Sample, name: string): OptionError {
  const of = (got: string, advice: string): OptionError =>
    new OptionError(`Expected ${show(name)} to have questions with golds, got ${got}; ${advice}.`);
  if (columns.length === 0 && rows.length > 1) {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    if (names.length > 0)
      return of(`rows whose columns differ (${fieldList(names)})`, "give those of each kind as a file of their own");
  }
  const lists = (row: DataRow | undefined): boolean =>
    Object.values(row ?? {}).some((value) => typeof value === "object" && value !== null);
  if (rows.length === 1 && pairNames(columns) && lists(rows[0]))
    return of("one row whose columns hold lists", "write an object for each question, one a line");
  if (["chosen", "rejected"].every((column) => columns.includes(column)))
    return of("pairs of completions (chosen, rejected)", "a reward model learns from them, or name a column as `gold`");
  if (["messages", "conversations", "conversation"].some((column) => columns.includes(column)))
    return of(
      "conversations whose last turn has no <answer>, \\boxed{} or ####",
      "fine-tune on them, or name a column with golds as `gold`",
    );
  const empty = columns.filter((column) => rows.every((row) => !isThere(row[column])));
  if (empty.length > 0 && empty.length < columns.length && pairNames(columns))
    return of(`no text in ${empty.map(show).join(", ")}`, "fill it in, or name other columns");
  const guesses = ["question", "answer"].flatMap((known) => nearestName(known, columns) ?? []);
  const guess = guesses.length === 0 ? "" : ` (${guesses.map((column) => show(column)).join(" and ")} perhaps)`;
  return of(fieldList(columns), `name two columns as \`question\` and \`gold\`${guess}`);
}

/** Whether columns are named as those of a question and a gold usually are, whatever is in them. */
function pairNames(columns: readonly string[]): boolean {
  const row = Object.fromEntries(columns.map((column) => [column, "text"]));
  return PLAIN.readings({ rows: [row], columns }).length > 0;
}

function checkOptions({ rows, columns }: Sample, name: string, options: RecogniseOptions): void {
  if (options.kind !== undefined) goldKindOf(options.kind);
  for (const option of ["question", "gold"] as const) {
    const column = options[option];
    if (column === undefined || rows.some((row) => isThere(valueAt(row, column)))) continue;
    const near = nearestName(column, columns);
    throw new OptionError(
      `Expected \`${option}\` to name a column of ${show(name)} with a text, got ${show(column)}; it has ${fieldList(columns)}${near === undefined ? "" : `, did you mean ${show(near)}?`}.`,
    );
  }
}

function isThere(value: unknown): boolean {
  return plainText(value) !== null || (typeof value === "object" && value !== null);
}
