import { show } from "../../errors.ts";
import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { isNumberText, sniffKind } from "./gold-kind.ts";
import {
  isLeftOut,
  type AnswerLocation,
  type GoldKind,
  type LeftOut,
  type DataReading,
  type ReadProblem,
  type Sample,
} from "./reading.ts";
import { turnsOf, valueAt } from "./row-values.ts";
import { splitNamed } from "../split-names.ts";

/** How one side of a row is read. */
export interface ColumnReader<Value> {
  readonly column: string;
  /** Other columns that are read with it. */
  readonly also?: readonly string[];
  /** What of the column is taken, in words: "the text after the last #### of `answer`". */
  readonly text: string;
  of(row: DataRow): Value;
}

/** What a shape knows of itself; the rest is found in the sample. */
export interface ReadingParts {
  readonly shape: string;
  readonly question: ColumnReader<string | null>;
  readonly gold: ColumnReader<string | LeftOut | null>;
  /** By the golds' looks where absent. */
  readonly kind?: GoldKind;
  readonly place?: AnswerLocation;
  readonly splitColumn?: string;
  /** Other columns that are read. */
  readonly also?: readonly string[];
  /** Why a row is left out though it is whole; null for one that stays. */
  leaveOut?(row: DataRow): string | null;
  /** What else is known of a row. */
  about?(row: DataRow): Pick<ReadProblem, "kind" | "difficulty">;
}

const PLACES: Readonly<Record<GoldKind, AnswerLocation>> = {
  maths: "tags",
  number: "tags",
  text: "tags",
  choice: "tags",
  code: "code",
  json: "json",
};
/** What questions themselves say about the form of an answer. */
const ASKED: readonly (readonly [RegExp, AnswerLocation, string])[] = [
  [/\\boxed/, "boxed", "\\boxed{}"],
  [/<answer>/, "tags", "<answer>"],
  [/####/, "hashes", "####"],
  [/\banswer:\s*\S/i, "answer-line", "Answer:"],
];
/** Names of columns that may say a row's split. */
const SPLIT_COLUMNS: readonly string[] = ["split", "extra_info.split", "metadata.split", "partition"];

/** A whole reading from what a shape knows. */
export function makeReading(parts: ReadingParts, sample: Sample): DataReading {
  const read = (row: DataRow): ReadProblem | LeftOut => readRow(parts, row);
  const problems = sample.rows.map(read).filter((found): found is ReadProblem => !isLeftOut(found));
  const kind = parts.kind ?? sniffKind(problems);
  const asked = ASKED.find(([sign]) => shareOf(problems, ({ question }) => sign.test(question)) >= 0.5);
  const splitColumn = parts.splitColumn ?? splitColumnOf(sample.rows);
  const { question, gold } = parts;
  const columns = [
    question.column,
    gold.column,
    splitColumn ?? question.column,
    ...(question.also ?? []),
    ...(parts.also ?? []),
  ];
  return {
    shape: parts.shape,
    questionColumn: question.column,
    goldColumn: gold.column,
    questionText: question.text,
    goldText: gold.text,
    kind,
    place: asked?.[1] ?? parts.place ?? PLACES[kind],
    splitColumn,
    columns: [...new Set(columns.map((column) => topColumn(sample, column)))],
    warnings: warningsOf(parts, kind, problems, sample),
    read,
  };
}

function readRow(parts: ReadingParts, row: DataRow): ReadProblem | LeftOut {
  const leftOut = parts.leaveOut?.(row) ?? null;
  if (leftOut !== null) return { leftOut, damaged: false };
  const question = parts.question.of(row);
  if (question === null) return { leftOut: `no text in ${show(parts.question.column)}`, damaged: true };
  const gold = parts.gold.of(row);
  if (gold === null) return { leftOut: `no gold in ${show(parts.gold.column)}`, damaged: true };
  return typeof gold === "string" ? { question, gold, ...parts.about?.(row) } : gold;
}

/** The column in which every row says its split; null where none does. */
export function splitColumnOf(rows: readonly DataRow[]): string | null {
  if (rows.length === 0) return null;
  const named = SPLIT_COLUMNS.find((column) => rows.every((row) => splitNamed(valueAt(row, column)) !== null));
  return named ?? null;
}

function topColumn({ columns }: Sample, column: string): string {
  return columns.includes(column) ? column : column.split(".", 1)[0]!;
}

function warningsOf(
  { question }: ReadingParts,
  kind: GoldKind,
  problems: readonly ReadProblem[],
  { rows }: Sample,
): string[] {
  const warnings: string[] = [];
  for (const [sign, , shown] of ASKED) {
    const count = problems.filter((problem) => sign.test(problem.question)).length;
    if (count > 0)
      warnings.push(
        `${count} of ${problems.length} questions ask for the answer as ${shown} themselves; where the template asks for another form, a model is told two things.`,
      );
  }
  const turns = rows.filter((row) => {
    const found = turnsOf(valueAt(row, question.column)) ?? [];
    return found.some(({ role }) => role === "system") || found.filter(({ role }) => role === "user").length > 1;
  }).length;
  if (turns > 0)
    warnings.push(
      `${turns} of ${rows.length} conversations have a system message or several turns of the user; the last of them alone is the question.`,
    );
  const numbers = problems.filter(({ gold }) => isNumberText(gold)).length;
  if (kind === "text" && numbers >= problems.length / 5 && numbers > 0)
    warnings.push(
      `${numbers} of ${problems.length} golds are numbers, but others are words: all are compared as text; the kind \`number\` or \`maths\` leaves the words out.`,
    );
  return warnings;
}
