import { show } from "../../errors.ts";
import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { makeReading } from "./make-reading.ts";
import type { LeftOut, DataShape } from "./reading.ts";
import { listOf, objectOf, plainText, questionIn } from "./row-values.ts";

const LETTERS: readonly string[] = "ABCDEFGHIJ".split("");
const QUESTIONS = ["question", "query", "prompt", "problem"];
const OPTIONS = ["choices", "options"];
const GOLDS = ["answerKey", "answer", "correct_answer", "answer_idx", "label", "gold"];

/** Options with the letters that name them. */
interface Options {
  readonly letters: readonly string[];
  readonly texts: readonly string[];
}

/** Multiple choice, as ARC, CommonsenseQA and MMLU have it: the options stand in a column, the gold is a letter. */
export const CHOICE_SHAPE: DataShape = {
  name: "multiple choice",
  over: ["question and answer"],
  readings(sample) {
    const column = (names: readonly string[]): string | undefined =>
      names.find((name) => sample.columns.includes(name));
    const [question, options, gold] = [column(QUESTIONS), column(OPTIONS), column(GOLDS)];
    if (question === undefined || options === undefined || gold === undefined) return [];
    if (shareOf(sample.rows, (row) => optionsOf(row[options]) !== null) < 0.5) return [];
    // MMLU counts from 0; a file whose golds never are 0 but reach the number of options counts from 1.
    const first = countsFromOne(sample.rows, options, gold) ? 1 : 0;
    return [
      makeReading(
        {
          shape: "multiple choice",
          question: {
            column: question,
            text: `${show(question)}, and the options of ${show(options)} below it`,
            of(row) {
              const found = optionsOf(row[options]);
              const text = questionIn(row[question]);
              if (text === null || found === null) return null;
              return [text, ...found.texts.map((option, i) => `${found.letters[i]}) ${option}`)].join("\n");
            },
          },
          gold: {
            column: gold,
            text: `the letter that ${show(gold)} names`,
            of: (row) => letterOf(row[gold], optionsOf(row[options]), first),
          },
          kind: "choice",
          also: [options],
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
  const ownLetters = named.length === texts.length && named.every((name) => name !== null && /^[A-J]$/.test(name));
  return { letters: ownLetters ? (named as string[]) : LETTERS.slice(0, texts.length), texts: texts as string[] };
}

/** The letter of a gold that is a letter, a place among the options, or the text of one of them. */
function letterOf(value: unknown, options: Options | null, first: number): string | LeftOut | null {
  const gold = plainText(value);
  if (gold === null || options === null) return null;
  const letter = /^\(?([A-J])\)?[.:]?$/.exec(gold)?.[1];
  if (letter !== undefined && options.letters.includes(letter)) return letter;
  const byText = options.texts.indexOf(gold);
  if (byText >= 0) return options.letters[byText]!;
  const place = /^\d$/.test(gold) ? Number(gold) - first : -1;
  return options.letters[place] ?? { leftOut: "a gold that is none of the options", damaged: true };
}

function countsFromOne(rows: readonly DataRow[], options: string, gold: string): boolean {
  const golds = rows.map((row) => plainText(row[gold]) ?? "");
  if (golds.includes("0")) return false;
  return rows.some((row, i) => {
    const { texts = [] } = optionsOf(row[options]) ?? {};
    return golds[i] === String(texts.length) && !texts.includes(golds[i]);
  });
}
