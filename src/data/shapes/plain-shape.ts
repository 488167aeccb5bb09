import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { goldReaders, questionReader, type GoldReader } from "./gold-readers.ts";
import { makeReading } from "./make-reading.ts";
import type { DataReading, Sample, DataShape } from "./reading.ts";
import { plainText, questionIn, valueAt } from "./row-values.ts";

/** What people call their columns, the plainest names first; of the names in a list none counts before another. */
const QUESTIONS: readonly (readonly string[])[] = [
  ["question", "problem"],
  ["prompt", "query", "instruction"],
  ["input", "text", "q", "task", "puzzle"],
];
const GOLDS: readonly (readonly string[])[] = [
  ["answer", "gold", "ground_truth", "final_answer", "expected_answer", "correct_answer", "reference_answer", "gt"],
  ["solution", "target", "label", "output", "completion", "response", "expected", "reference"],
  ["a", "answers", "result"],
];

/** Characters of an answer that stands in another column too. */
const LONGEST_PART = 1000;

/** Rows with a question and a gold under any usual name: one's own files, TRL's and open-r1's among them. */
export const PLAIN: DataShape = {
  name: "question and answer",
  over: [],
  readings(sample) {
    const questions = nearest(sample, QUESTIONS, (row, column) => questionIn(valueAt(row, column)));
    const golds = nearest(sample, GOLDS, (row, column) => plainText(valueAt(row, column)) ?? shown(row[column]));
    return questions.flatMap((question) => golds.flatMap((gold) => pairReadings(question, gold, sample)));
  },
};

/** The ways in which two columns can be read as question and gold. */
export function pairReadings(question: string, gold: string, sample: Sample): DataReading[] {
  return goldReaders(gold, sample).map((reader: GoldReader) =>
    makeReading(
      {
        shape: shapeName(question, gold),
        question: questionReader(question, sample),
        gold: reader,
        ...(reader.place === undefined ? {} : { place: reader.place }),
        ...(reader.place === "boxed" ? { kind: "maths" as const } : {}),
        ...(reader.place === "hashes" ? { kind: "number" as const } : {}),
      },
      sample,
    ),
  );
}

function shapeName(question: string, gold: string): string {
  if (question.toLowerCase() !== "prompt") return "question and answer";
  return gold.toLowerCase() === "completion" ? "prompt and completion" : "TRL or open-r1";
}

/** The columns of the plainest names that are there; one that is a part of another is what is meant. */
function nearest(
  sample: Sample,
  tiers: readonly (readonly string[])[],
  textOf: (row: DataRow, column: string) => string | null,
): string[] {
  for (const names of tiers) {
    const found = sample.columns.filter(
      (column) =>
        names.includes(column.toLowerCase()) && shareOf(sample.rows, (row) => textOf(row, column) !== null) >= 0.5,
    );
    if (found.length === 0) continue;
    const inner = found.find((column) => found.every((other) => isWithin(sample.rows, column, other, textOf)));
    return inner === undefined ? found : [inner];
  }
  return [];
}

function isWithin(
  rows: readonly DataRow[],
  inner: string,
  outer: string,
  textOf: (row: DataRow, column: string) => string | null,
): boolean {
  const within = (row: DataRow): boolean => {
    const [part, whole] = [textOf(row, inner), textOf(row, outer)];
    if (part === null || whole === null || part === whole) return part === whole;
    return part.length <= LONGEST_PART && whole.length > 3 * part.length && whole.includes(part);
  };
  return inner === outer || shareOf(rows, within) >= 0.9;
}

function shown(value: unknown): string | null {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : null;
}
