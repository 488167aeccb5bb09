import { textArgument } from "../errors.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import type { DataSplit, SplitRule } from "./problem-index.ts";
import { fewCases } from "./code-golds.ts";
import { readProblems, type ProblemFile, type ReadProblemsOptions, type RowCounts } from "./read-problems.ts";
import type { DataFormat } from "./rows/data-row.ts";
import type { AnswerLocation, GoldKind } from "./shapes/reading.ts";
import { dataWarnings } from "./task-from-data.ts";

const SHOWN_ROWS = 10;
/** Questions whose tokens are counted. */
const COUNTED_TOKENS = 1000;

/** Lengths: half of all are below the first, 95 % below the second. */
export interface LengthSummary {
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
}

/** A question as it was read. */
export interface ShownProblem {
  readonly question: string;
  readonly gold: string;
  readonly kind: GoldKind;
}

/** What was understood of some data. */
export interface DataReport {
  readonly data: string;
  readonly formats: readonly DataFormat[];
  readonly files: number;
  readonly reading: {
    readonly shape: string;
    readonly question: string;
    readonly gold: string;
    readonly kind: GoldKind;
    readonly answerIn: AnswerLocation;
    readonly splitColumn: string | null;
  };
  readonly counts: RowCounts & { readonly questions: number };
  readonly splits: Readonly<Record<DataSplit, number>> & { readonly rule: SplitRule };
  /** In characters. */
  readonly lengths: { readonly question: LengthSummary; readonly gold: LengthSummary };
  /** Of up to a thousand questions, without what a template adds; null where no model was named. */
  readonly questionTokens: LengthSummary | null;
  readonly rows: readonly ShownProblem[];
  readonly warnings: readonly string[];
  /** SHA-256 over questions, golds and splits. */
  readonly digest: string;
}

export interface DescribeDataOptions extends ReadProblemsOptions {
  /** Tokens of a text, by a model's tokenizer. */
  readonly countTokens?: (text: string) => number;
}

/**
 * What is understood of some data, before anything runs on them. Damaged rows are counted, however many they are.
 *
 * @param source as `readProblems` takes it
 * @throws OptionError, RunError as `readProblems` does, but for the share of damaged rows
 */
export async function describeData(source: string, options: DescribeDataOptions = {}): Promise<DataReport> {
  textArgument("data", source);
  const file = await readProblems(source, { ...options, skipUnreadable: true });
  try {
    return await reportOf(file, options);
  } finally {
    await file.close();
  }
}

async function reportOf(file: ProblemFile, { countTokens }: DescribeDataOptions): Promise<DataReport> {
  const { index, indices, reading, rule } = file;
  const used = index.used();
  const order = drawn(used, Math.min(used.length, countTokens === undefined ? SHOWN_ROWS : COUNTED_TOKENS));
  const problems = [];
  for (const place of order) problems.push(await file.problem(place));
  const { shape, questionText, goldText, kind, place, splitColumn } = reading;
  return {
    data: file.name,
    formats: file.formats,
    files: file.files,
    reading: { shape, question: questionText, gold: goldText, kind, answerIn: place, splitColumn },
    counts: { questions: used.length, ...file.counts },
    splits: {
      train: indices.train.length,
      validation: indices.validation.length,
      heldOut: indices.heldOut.length,
      rule,
    },
    lengths: {
      question: summary(used.map((at) => index.table.questionLengths[at]!)),
      gold: summary(used.map((at) => index.table.goldLengths[at]!)),
    },
    questionTokens:
      countTokens === undefined ? null : summary(Uint32Array.from(problems, ({ question }) => countTokens(question))),
    rows: problems.slice(0, SHOWN_ROWS).map(({ question, gold, kind: own = kind }) => ({ question, gold, kind: own })),
    warnings: [...dataWarnings(file), ...(kind === "code" ? fewCases(await goldsOf(file, used)) : [])],
    digest: file.digest,
  };
}

/** Golds of up to so many questions, the first ones. */
const MOST_COUNTED = 20_000;

async function goldsOf(file: ProblemFile, places: Uint32Array): Promise<string[]> {
  const golds: string[] = [];
  for (const place of places.subarray(0, MOST_COUNTED)) golds.push((await file.problem(place)).gold);
  return golds;
}

/** Some of the places at random, always the same ones, in the order of the rows. */
function drawn(places: Uint32Array, count: number): number[] {
  const random = new RandomStream(splitKey(randomKey(0), "shown rows"));
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.integer(places.length));
  return [...chosen].toSorted((a, b) => a - b).map((at) => places[at]!);
}

function summary(lengths: Uint32Array): LengthSummary {
  const sorted = lengths.toSorted();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p95: at(0.95), longest: at(1) };
}
