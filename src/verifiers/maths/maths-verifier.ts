import type { Verdict } from "../../records/verdict.ts";
import { resolveGroup } from "../../options/index.ts";
import { RIGHT, unverifiable, wrong, type AnswerVerifier } from "../answer-verifier.ts";
import { MATHS, type MathsOptions } from "../verifier-options.ts";
import { compareMaths } from "./compare.ts";
import { exactValue } from "./exact.ts";
import { Budget, LONGEST_ANSWER, Unreadable } from "./limits.ts";
import { cleanedText } from "./find-answer.ts";
import { rationalText } from "./rational.ts";
import { labelled } from "./relations.ts";
import { readAnswer, type ReadAnswer, type UnreadAnswer } from "./read-answer.ts";

/** Golds that were read last: a group asks for one gold many times. */
const KEPT = 256;

/**
 * Judges mathematical answers: numbers, fractions, units, percent, expressions, equations, sets, intervals, tuples,
 * matrices, and answers in a word. Both sides are read by a reader of its own with bounds on length, depth and work;
 * numbers are compared as exact fractions, the rest at eight points in complex numbers. What can't be read, or holds
 * for positive values only, is unverifiable, never right.
 */
export function mathsVerifier(options: MathsOptions = {}): AnswerVerifier {
  const { decimalComma } = resolveGroup(MATHS, options);
  const golds = new Map<string, ReadAnswer | UnreadAnswer>();
  const prepare = (text: string): string => (decimalComma ? text.replace(/(?<=\d),(?=\d)/g, ".") : text);
  const goldOf = (gold: string): ReadAnswer | UnreadAnswer => {
    const known = golds.get(gold);
    if (known !== undefined) return known;
    if (golds.size >= KEPT) golds.clear();
    const read = readAnswer(prepare(gold), true);
    golds.set(gold, read);
    return read;
  };
  const verify = (gold: string, answer: string): Verdict =>
    judge(goldOf(gold), readAnswer(prepare(answer), false), cleanedText(gold.slice(0, LONGEST_ANSWER)));
  return {
    kind: "maths",
    verify,
    checkGold(gold) {
      const read = goldOf(gold);
      if ("reason" in read) return `the gold can't be read: ${read.reason}`;
      const verdict = judge(read, read, "");
      return verdict.kind === "right" ? null : `the gold is not right beside itself: ${verdict.reason ?? ""}`;
    },
    answerKey: (answer) => keyOf(readAnswer(prepare(answer), false), answer),
  };
}

function judge(gold: ReadAnswer | UnreadAnswer, answer: ReadAnswer | UnreadAnswer, goldText: string): Verdict {
  if ("reason" in answer && answer.absent) return wrong(answer.reason);
  if (answer.text !== "" && (answer.text === gold.text || answer.text === goldText)) return RIGHT;
  if ("reason" in gold) return unverifiable(`the gold can't be read: ${gold.reason}`);
  if (isChoice(gold.text)) {
    const chosen = choiceOf(answer);
    if (chosen !== null) return chosen === letterOf(gold.text) ? RIGHT : wrong("another choice");
  }
  if ("reason" in answer) return unverifiable(`the answer can't be read: ${answer.reason}`);
  return compareReadings(gold, answer);
}

function compareReadings(gold: ReadAnswer, answer: ReadAnswer): Verdict {
  let difference = "";
  let doubt = "";
  for (const one of gold.readings) {
    for (const other of answer.readings) {
      const found = compareMaths(one, other);
      if (found.is === "same") return RIGHT;
      if (found.is === "differs") difference ||= found.why;
      else doubt ||= found.why;
    }
  }
  if (hasDecimalComma(gold.raw) !== hasDecimalComma(answer.raw) && sameDigits(gold.raw, answer.raw))
    return unverifiable("a comma that may be a decimal comma; `decimalComma` reads it so");
  return doubt === "" ? wrong(difference) : unverifiable(doubt);
}

function hasDecimalComma(text: string): boolean {
  return /^\D*\d+,\d+\D*$/.test(text);
}

function sameDigits(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) =>
    /-?\d+[.,]\d+/.exec(text.replace(/,(?=\d{3}[.,])/g, ""))?.[0].replace(",", "."),
  );
  return first !== undefined && first === second;
}

function isChoice(gold: string): boolean {
  return /^(?:[A-J]|\([A-Ja-j]\))$/.test(gold);
}

function letterOf(choice: string): string {
  return choice.replace(/[()]/g, "").toUpperCase();
}

/** The one letter that an answer chooses, alone or before its text: `B`, `(B)`, `B. 12`, `(B) 12`. */
function choiceOf(answer: ReadAnswer | UnreadAnswer): string | null {
  const bare = /^\(?([A-J])\)?[.):]?$/.exec(answer.text);
  if (bare !== null) return bare[1]!;
  const shown = answer.raw
    .replace(/\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}/g, "$1")
    .replace(/[$\\]/g, " ")
    .trim();
  return (
    /^(?:\(([A-J])\)|([A-J])[.):])\s*[^\s,]/
      .exec(shown)
      ?.slice(1)
      .find((letter) => letter !== undefined) ?? null
  );
}

/** Equal numbers share their value; other answers their text, cleaned. */
function keyOf(answer: ReadAnswer | UnreadAnswer, text: string): string {
  if ("reason" in answer) return answer.text === "" ? cleanedText(text.slice(0, LONGEST_ANSWER)) : answer.text;
  const [node] = answer.readings;
  try {
    const value = exactValue(labelled(node!)?.value ?? node!, new Budget());
    return value === null ? answer.text : rationalText(value);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return answer.text;
  }
}
