import { shareOf } from "../../numbers/share.ts";
import type { DataRow } from "../rows/data-row.ts";
import { boxedGold, goldReaders, questionReader, wholeGold } from "./gold-readers.ts";
import { makeReading } from "./make-reading.ts";
import type { LeftOut, Sample, DataShape } from "./reading.ts";
import { lastBoxed } from "./final-answer.ts";
import { objectOf, plainText, valueAt } from "./row-values.ts";

const PROOF: LeftOut = { leftOut: "no final answer in a box: a proof", damaged: false };
const NO_ANSWERS: ReadonlySet<string> = new Set(["proof", "notfound", "none", "nan"]);

const has = ({ columns }: Sample, ...names: readonly string[]): boolean =>
  names.every((name) => columns.includes(name));

/** GSM8K (arXiv:2110.14168): the answer's last line is `#### 72`. */
export const GSM8K: DataShape = {
  name: "GSM8K",
  over: [],
  readings(sample) {
    if (!has(sample, "question", "answer")) return [];
    const [gold] = goldReaders("answer", sample);
    if (gold?.place !== "hashes") return [];
    return [
      makeReading({ shape: "GSM8K", question: questionReader("question", sample), gold, kind: "number" }, sample),
    ];
  },
};

/** MATH (arXiv:2103.03874) and MATH-500: worked solutions with a last box, a level from 1 to 5. */
export const MATH: DataShape = {
  name: "MATH",
  over: ["messages", "question and answer"],
  readings(sample) {
    if (!has(sample, "problem", "solution")) return [];
    const boxes = shareOf(sample.rows, (row) => lastBoxed(plainText(row["solution"]) ?? "") !== null) > 0;
    const answer = has(sample, "answer");
    if (!answer && !boxes) return [];
    return [
      makeReading(
        {
          shape: "MATH",
          question: questionReader("problem", sample),
          gold: answer ? wholeGold("answer") : boxedGold("solution", PROOF),
          kind: "maths",
          place: "boxed",
          also: ["level"].filter((column) => has(sample, column)),
          about: (row) => difficultyOf(row["level"]),
        },
        sample,
      ),
    ];
  },
};

/** NuminaMath-CoT: the last box of the solution; what has none is a proof. */
export const NUMINA_COT: DataShape = {
  name: "NuminaMath-CoT",
  over: ["MATH", "messages", "question and answer"],
  readings(sample) {
    if (!has(sample, "problem", "solution", "source") || has(sample, "answer")) return [];
    const question = questionReader("problem", sample);
    const gold = boxedGold("solution", PROOF);
    return [makeReading({ shape: "NuminaMath-CoT", question, gold, kind: "maths", place: "boxed" }, sample)];
  },
};

/** NuminaMath-1.5 and OpenR1-Math: what is said to be valid, without proofs; choices by their letter. */
export const OPEN_R1_MATH: DataShape = {
  name: "NuminaMath-1.5 or OpenR1-Math",
  over: ["NuminaMath-CoT", "MATH", "messages", "question and answer"],
  readings(sample) {
    const marks = ["question_type", "problem_is_valid", "solution_is_valid"].filter((name) => has(sample, name));
    if (!has(sample, "problem", "answer") || marks.length === 0) return [];
    return [
      makeReading(
        {
          shape: "NuminaMath-1.5 or OpenR1-Math",
          question: questionReader("problem", sample),
          gold: wholeGold("answer"),
          kind: "maths",
          place: "boxed",
          also: marks,
          leaveOut: unusable,
          about: (row) => (isChoice(row) ? { kind: "choice" } : {}),
        },
        sample,
      ),
    ];
  },
};

function unusable(row: DataRow): string | null {
  const no = (column: string): boolean => /^(no|false|incomplete)$/i.test(plainText(row[column]) ?? "yes");
  if (no("problem_is_valid")) return "said not to be a valid problem";
  if (no("solution_is_valid")) return "said not to have a valid solution";
  const answer = (plainText(row["answer"]) ?? "").toLowerCase();
  if (/proof/i.test(plainText(row["question_type"]) ?? "") || NO_ANSWERS.has(answer)) return "a proof, or no answer";
  return null;
}

function isChoice(row: DataRow): boolean {
  return (
    /mcq|choice/i.test(plainText(row["question_type"]) ?? "") && /^\(?[A-H]\)?\.?$/.test(plainText(row["answer"]) ?? "")
  );
}

/** `Level 3` or 3 as a difficulty. */
function difficultyOf(level: unknown): { difficulty?: number } {
  const digit = /^(?:level\s*)?([1-5])$/i.exec(plainText(level) ?? "")?.[1];
  return digit === undefined ? {} : { difficulty: (Number(digit) - 1) / 4 };
}

/** verl's form, that of DAPO: a prompt of turns, the gold in `reward_model.ground_truth`. */
export const VERL: DataShape = {
  name: "verl or DAPO",
  over: ["question and answer"],
  readings(sample) {
    if (!has(sample, "prompt", "reward_model")) return [];
    const gold = wholeGold("reward_model.ground_truth");
    if (shareOf(sample.rows, (row) => "ground_truth" in (objectOf(row["reward_model"]) ?? {})) < 0.5) return [];
    const ability = (word: RegExp): boolean =>
      shareOf(sample.rows, (row) =>
        word.test(`${plainText(row["ability"]) ?? ""} ${plainText(row["data_source"]) ?? ""}`),
      ) > 0.5;
    const question = questionReader("prompt", sample);
    const kinds = [
      [/cod(e|ing)|program/i, "code"],
      [/gsm8k/i, "number"],
      [/math/i, "maths"],
    ] as const;
    // What is an object is compared as such, whatever the question is about.
    const plain = shareOf(sample.rows, (row) => isPlain(gold.of(row))) > 0.5;
    const kind = plain || ability(/cod(e|ing)|program/i) ? kinds.find(([word]) => ability(word))?.[1] : undefined;
    return [makeReading({ shape: "verl or DAPO", question, gold, ...(kind === undefined ? {} : { kind }) }, sample)];
  },
};

function isPlain(gold: unknown): boolean {
  return typeof gold === "string" && objectOf(gold) === null;
}

/**
 * Families of reasoning-gym 0.1.25 whose answers are compared as they stand; the scorers of the others are programs in
 * Python, which take several answers for right.
 */
const EXACT_FAMILIES: ReadonlySet<string> = new Set(
  (
    "acre aiw arc_1d base_conversion basic_arithmetic bf binary_alternation caesar_cipher count_bits count_primes " +
    "course_schedule gcd isomorphic_strings largest_island lcm leg_counting letter_counting list_functions " +
    "mahjong_puzzle maze modulo_grid number_filtering number_sequence ransom_note rotate_matrix rotten_oranges " +
    "simple_equations simple_geometry string_manipulation string_splitting string_synthesis syllogism " +
    "word_sequence_reversal"
  ).split(" "),
);

/** reasoning-gym's JSON: families with exact answers, and whole numbers of the others. */
export const REASONING_GYM: DataShape = {
  name: "reasoning-gym",
  over: ["GSM8K", "question and answer"],
  readings(sample) {
    const family = (row: DataRow): string | null => plainText(valueAt(row, "metadata.source_dataset"));
    if (!has(sample, "question", "answer", "metadata")) return [];
    if (shareOf(sample.rows, (row) => family(row) !== null) < 0.5) return [];
    return [
      makeReading(
        {
          shape: "reasoning-gym",
          question: questionReader("question", sample),
          gold: wholeGold("answer"),
          kind: "text",
          also: ["metadata"],
          leaveOut(row) {
            const name = family(row) ?? "";
            const whole = /^-?\d+$/.test(plainText(row["answer"]) ?? "");
            return whole || EXACT_FAMILIES.has(name) ? null : `the family ${name.slice(0, 40)} has a scorer of its own`;
          },
          about: (row) => (/^-?\d+$/.test(plainText(row["answer"]) ?? "") ? { kind: "number" } : {}),
        },
        sample,
      ),
    ];
  },
};
