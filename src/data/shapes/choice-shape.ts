import { show } from "../../errors.ts";
import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { makeReading } from "./make-reading.ts";
import type { LeftOut, DataShape, Sample } from "./reading.ts";
import { listOf, objectOf, plainText, questionIn } from "./row-values.ts";

const LETTERS: readonly string[] = "ABCDEFGHIJ".split("");
const QUESTIONS = ["question", "query", "prompt", "problem", "ctx", "goal", "input"];
const OPTIONS = ["choices", "options", "endings"];
const GOLDS = "answerKey answer correct_answer answer_idx correct correct_option cop label gold target".split(" ");
/** How columns are called that hold an option each, the first of them: A, B; opa, opb; option_a; sol1, sol2. */
const SINGLE = ["A", "opa", "option_a", "option_A", "optionA", "choice_a", "choice_A", "sol1", "option1", "choice1"];

/** Options with the letters that name them here, and what the data call them. */
interface Options {
  readonly letters: readonly string[];
  readonly texts: readonly string[];
  readonly names: readonly (string | null)[];
}

/** Where the options of a row stand: in one column, or in one each. */
interface OptionColumns {
  readonly columns: readonly string[];
  readonly text: string;
  of(row: DataRow): Options | null;
}

/** Multiple choice, as ARC, CommonsenseQA and MMLU have it: the options stand in a column, the gold is a letter. */
export const CHOICE_SHAPE: DataShape = {
  name: "multiple choice",
  over: ["question and answer"],
  readings(sample) {
    const column = (names: readonly string[]): string | undefined =>
      names.find((name) => sample.columns.includes(name));
    const [question, options, gold] = [column(QUESTIONS), optionColumns(column(OPTIONS), sample), column(GOLDS)];
    if (question === undefined || options === null || gold === undefined) return [];
    if (shareOf(sample.rows, (row) => options.of(row) !== null) < 0.5) return [];
    // Columns that happen to be called A and B hold no options where no gold is one of them.
    const named = (row: DataRow): boolean => typeof letterOf(row[gold], options.of(row), 0) === "string";
    if (options.columns.length > 1 && shareOf(sample.rows, named) < 0.5) return [];
    // MMLU counts from 0; a file whose golds never are 0 but reach the number of options counts from 1.
    const first = countsFromOne(sample.rows, options, gold) ? 1 : 0;
    return [
      makeReading(
        {
          shape: "multiple choice",
          question: {
            column: question,
            text: `${show(question)}, and the options of ${options.text} below it`,
            of(row) {
              const found = options.of(row);
              const text = questionIn(row[question]);
              if (text === null || found === null) return null;
              return [text, ...found.texts.map((option, i) => `${found.letters[i]}) ${option}`)].join("\n");
            },
          },
          gold: {
            column: gold,
            text: `the letter that ${show(gold)} names`,
            of: (row) => letterOf(row[gold], options.of(row), first),
          },
          kind: "choice",
          also: options.columns,
        },
        sample,
      ),
    ];
  },
};

function optionsOf(value: unknown): Options | null {
  const parts = objectOf(value);
  const texts = (listOf(parts?.["text"] ?? (parts === null ? value : Object.values(parts))) ?? []).map(plainText);
  const named = parts === null ? [] : (listOf(parts["label"] ?? Object.keys(parts)) ?? []).map(plainText);
  if (texts.length < 2 || texts.length > LETTERS.length || texts.some((text) => text === null)) return null;
  const names = named.length === texts.length ? named : [];
  const ownLetters = names.length > 0 && names.every((name) => name !== null && /^[A-J]$/.test(name));
  const letters = ownLetters ? (names as string[]) : LETTERS.slice(0, texts.length);
  return { letters, texts: withoutLetters(texts as string[]), names };
}

/** Options that begin with their own letters, `A)21`, without them. */
function withoutLetters(texts: readonly string[]): readonly string[] {
  const found = texts.map((text) => /^\(?([A-J])[).:]\s*(\S[^]*)$/.exec(text));
  return found.every((parts, i) => parts?.[1] === LETTERS[i]) ? found.map((parts) => parts![2]!) : texts;
}

function optionColumns(column: string | undefined, { columns }: Sample): OptionColumns | null {
  if (column !== undefined) return { columns: [column], text: show(column), of: (row) => optionsOf(row[column]) };
  const first = SINGLE.find((name) => columns.includes(name) && columns.includes(following(name, 1)));
  if (first === undefined) return null;
  const names = LETTERS.map((_, i) => following(first, i));
  const end = names.findIndex((name) => !columns.includes(name));
  const found = end < 0 ? names : names.slice(0, end);
  return { columns: found, text: found.map(show).join(", "), of: (row) => optionsOf(found.map((name) => row[name])) };
}

/** The name of a later option by that of the first. */
function following(first: string, by: number): string {
  return first.slice(0, -1) + String.fromCharCode(first.charCodeAt(first.length - 1) + by);
}

/** The letter of a gold that is a letter, a place among the options, or the text of one of them. */
function letterOf(value: unknown, options: Options | null, first: number): string | LeftOut | null {
  const gold = plainText(value);
  if (gold === null || options === null) return null;
  const letter = /^\(?([A-J])\)?[.:]?$/.exec(gold)?.[1];
  if (letter !== undefined && options.letters.includes(letter)) return letter;
  const byName = options.names.indexOf(gold);
  if (byName >= 0) return options.letters[byName]!;
  const byText = options.texts.indexOf(gold);
  if (byText >= 0) return options.letters[byText]!;
  const place = /^\d$/.test(gold) ? Number(gold) - first : -1;
  return options.letters[place] ?? { leftOut: "a gold that is none of the options", damaged: true };
}

function countsFromOne(rows: readonly DataRow[], options: OptionColumns, gold: string): boolean {
  const golds = rows.map((row) => plainText(row[gold]) ?? "");
  if (golds.includes("0")) return false;
  return rows.some((row, i) => {
    const { texts = [] } = options.of(row) ?? {};
    return golds[i] === String(texts.length) && !texts.includes(golds[i]);
  });
}
